"""What `doctor` says of the models that see pictures and answer in words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from imagescope_tui.config import server_folder
from imagescope_tui.finding import Finding
from indexer.models.gpu import list_gpus, roomiest_gpu
from indexer.models.protocols import ModelError
from indexer.models.vllm_launch import find_vllm
from indexer.models.vllm_models import best_local_model
from indexer.models.vllm_server import find_running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from imagescope_tui.config import Settings
    from indexer.models.chat_types import Capabilities, RoleSettings
    from indexer.models.gpu import Gpu

_ANSWER_SECONDS_MAX: Final = 20.0
_OWN_SERVER: Final = "model server"


def examine_models(
    settings: Settings, *, gpus: Callable[[], tuple[Gpu, ...]] = list_gpus
) -> Iterator[Finding]:
    """Configured servers, and where there are none, what a local one would stand on."""
    if settings.chat:
        yield from _configured(settings)
        return
    running = find_running(server_folder())
    if running is not None:
        yield Finding(
            subject=_OWN_SERVER, verdict="ok", told=f"{running.model} answers at {running.url}"
        )
        return
    yield Finding(
        subject=_OWN_SERVER,
        verdict="note",
        told="none runs, and no lmm.url is set: search ends after its first stage",
        remedy="imagescope serve, or set lmm.url",
    )
    yield _vllm(settings)
    yield _gpu(roomiest_gpu(gpus()), settings.models_folder)


def _configured(settings: Settings) -> Iterator[Finding]:
    """One finding for each different server that a role has."""
    servers: dict[RoleSettings, list[str]] = {}
    for role, server in settings.chat.items():
        servers.setdefault(server, []).append(role)
    for server, roles in servers.items():
        subject = ", ".join(roles)
        for url in server.urls:
            yield _answering(subject, replace(server, urls=(url,)))


def _answering(subject: str, server: RoleSettings) -> Finding:
    [url] = server.urls
    patience = min(server.timeout_seconds, _ANSWER_SECONDS_MAX)
    try:
        found = asyncio.run(_ask(replace(server, timeout_seconds=patience)))
    except ModelError as error:
        return Finding(subject=subject, verdict="bad", told=error.message, remedy=error.hint)
    lacking = [] if found.has_schema else ["keeps to no JSON schema"]
    lacking += [] if found.logprobs != "none" else ["tells no probabilities"]
    told = ", ".join((f"{found.model} at {url} ({found.backend})", *lacking))
    return Finding(subject=subject, verdict="note" if lacking else "ok", told=told)


async def _ask(server: RoleSettings) -> Capabilities:
    from indexer.models.chat import open_chat

    chat = open_chat(server)
    try:
        return await chat.ready()
    finally:
        await chat.close()


def _vllm(settings: Settings) -> Finding:
    try:
        path = find_vllm(settings.vllm)
    except ModelError as error:
        return Finding(subject="vllm", verdict="note", told=error.message, remedy=error.hint)
    return Finding(subject="vllm", verdict="ok", told=str(path))


def _gpu(gpu: Gpu | None, models_folder: Path) -> Finding:
    if gpu is None:
        return Finding(
            subject="gpu",
            verdict="note",
            told="no NVIDIA GPU: no model server is started by itself",
            remedy="set lmm.url to a server, such as llama.cpp's",
        )
    free = f"{gpu.name}, {gpu.free_gib:.1f} of {gpu.total_gib:.1f} GiB free"
    try:
        model = best_local_model(gpu, models_folder)
    except ModelError as error:
        told = f"{free}; {error.message}"
        return Finding(subject="gpu", verdict="note", told=told, remedy=error.hint)
    return Finding(subject="gpu", verdict="ok", told=f"{free}; {model.name} is for it")
