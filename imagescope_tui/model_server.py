"""The local model server as the commands and the screen see it: found, started and stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from imagescope_tui.config import server_folder
from indexer.models.chat_types import RoleSettings
from indexer.models.gpu import list_gpus, roomiest_gpu
from indexer.models.protocols import ModelError, ModelUnusable
from indexer.models.vllm_launch import find_vllm, launch_order
from indexer.models.vllm_models import best_local_model, local_model
from indexer.models.vllm_plans import (
    ServingPlan,
    Shortage,
    plan_on_cpu,
    plan_on_gpu,
    plan_unknown_on_gpu,
)
from indexer.models.vllm_server import (
    ServerBusy,
    VllmServer,
    find_running,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.config import Settings
    from indexer.models.gpu import Gpu
    from indexer.models.vllm_models import LocalModel
    from indexer.models.vllm_order import LaunchOrder
    from indexer.models.vllm_server import RunningServer

    Progress = Callable[[str], None]

_SECONDS_BETWEEN_LOOKS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerWishes:
    """What the user has said about a local server."""

    model: str | None = None
    """A name of the table, a repository in the hub's cache, or a folder; None for the best that
    fits the GPU and is on this disk."""
    vllm: str | None = None
    port: int = 0
    idle_minutes: float = 15
    models_folder: Path | None = None


def wishes_of(
    settings: Settings, *, model: str | None = None, port: int | None = None
) -> ServerWishes:
    """The settings, under what was typed."""
    return ServerWishes(
        model=model,
        vllm=settings.vllm,
        port=settings.chat_port if port is None else port,
        idle_minutes=settings.chat_idle_minutes,
        models_folder=settings.models_folder,
    )


def order_for(
    wishes: ServerWishes, *, gpus: Callable[[], tuple[Gpu, ...]] = list_gpus
) -> LaunchOrder:
    """Which vLLM is to be started with which model and what settings.

    Raises:
        ModelMissing: there is no vLLM, or the weights are not on this disk.
        ModelUnusable: the model does not fit, or there is no GPU and no model was named.
    """
    vllm = find_vllm(wishes.vllm)
    found = gpus()
    gpu = roomiest_gpu(found)
    model = _model(wishes, gpu)
    return launch_order(
        vllm,
        model,
        _plan(model, gpu),
        folder=server_folder(),
        port=wishes.port,
        idle_minutes=wishes.idle_minutes,
        gpu_index=gpu.index if gpu and len(found) > 1 else None,
    )


def _model(wishes: ServerWishes, gpu: Gpu | None) -> LocalModel:
    if wishes.model:
        return local_model(wishes.model, wishes.models_folder)
    if gpu is None:
        raise ModelUnusable(
            "there is no NVIDIA GPU on this machine",
            "name a model with --model to serve it on the processor, which is slow,"
            " or set lmm.url to another server",
        )
    return best_local_model(gpu, wishes.models_folder)


def _plan(model: LocalModel, gpu: Gpu | None) -> ServingPlan:
    if gpu is None:
        return plan_on_cpu()
    plan = (
        plan_on_gpu(model.known, gpu)
        if model.known
        else plan_unknown_on_gpu(model.weight_bytes, gpu)
    )
    if isinstance(plan, Shortage):
        raise ModelUnusable(
            f"{model.name} needs {plan.needs_gib:.1f} GiB of free memory on the GPU,"
            f" {plan.free_gib:.1f} GiB are free on {gpu.name}",
            "close what else uses the GPU, or choose a smaller model",
        )
    return plan


class ModelServerKeeper:
    """Finds the server of this user, or starts one, and stops only what it started.

    A server that was started here ends with this process, however that ends. It also ends by
    itself when nobody asks it anything for long; `start` then starts it again.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: Progress = lambda _: None,
        gpus: Callable[[], tuple[Gpu, ...]] = list_gpus,
    ) -> None:
        """`on_progress` hears, on the event loop, how far a start has come."""
        self._settings = settings
        self._on_progress = on_progress
        self._gpus = gpus
        self._server: VllmServer | None = None

    async def find(self) -> RoleSettings | None:
        """The server that runs already, whoever started it; takes 50 ms at most."""
        return self._role(await asyncio.to_thread(find_running, server_folder()))

    async def start(self) -> RoleSettings | None:
        """The server that runs, or one that is started now.

        None where none may be started (`lmm.autostart` is off, or a URL is set) or none can: no
        vLLM, no GPU, or no model for it on this disk; `imagescope doctor` says which.

        Raises:
            ModelError: a start was tried and failed.
        """
        if found := await self.find():
            return found
        order = await self._order()
        while order is not None:
            try:
                return self._role(await self._start(order))
            except ServerBusy:
                # The other one is about to be ready, or to end.
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            if found := await self.find():
                return found
        return None

    async def stop(self) -> None:
        """Stop the server if this object started it."""
        server, self._server = self._server, None
        if server is not None:
            await asyncio.to_thread(server.stop)

    async def _order(self) -> LaunchOrder | None:
        if self._settings.chat or not self._settings.chat_autostart:
            return None
        try:
            return await asyncio.to_thread(order_for, wishes_of(self._settings), gpus=self._gpus)
        except ModelError:
            return None

    async def _start(self, order: LaunchOrder) -> RunningServer:
        loop = asyncio.get_running_loop()

        def tell(text: str) -> None:
            loop.call_soon_threadsafe(self._on_progress, text)

        server = VllmServer(order)
        self._server = server
        try:
            return await asyncio.to_thread(server.start, tell)
        except asyncio.CancelledError:
            await self.stop()
            raise

    def _role(self, running: RunningServer | None) -> RoleSettings | None:
        if running is None:
            return None
        return RoleSettings(
            urls=(running.url,),
            model=running.model,
            timeout_seconds=float(self._settings.chat_timeout_seconds),
        )
