"""The screen's models follow the local server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from imagescope_tui.config import load_settings
from imagescope_tui.model_desk import ModelDesk
from indexer.models.chat_types import RoleSettings
from indexer.models.protocols import ModelUnusable
from tests.search.stand_ins import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.model_server import ModelServerKeeper

LOCAL = RoleSettings(urls=("http://127.0.0.1:9/v1",), model="vlm")


@dataclass
class Keeper:
    """Finds, starts and stops what the test says."""

    running: RoleSettings | None = None
    starts_with: RoleSettings | Exception | None = None
    started: int = 0
    stopped: int = 0
    on_progress: Callable[[str], None] = lambda detail: None

    async def find(self) -> RoleSettings | None:
        return self.running

    async def start(self) -> RoleSettings | None:
        self.started += 1
        if isinstance(self.starts_with, Exception):
            raise self.starts_with
        self.on_progress("loading")
        self.running = self.starts_with
        return self.running

    async def stop(self) -> None:
        self.stopped += 1


@dataclass
class Followed:
    """A desk whose following has begun, and what it told."""

    desk: ModelDesk
    keeper: Keeper
    told: list[tuple[str, str]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        tell = lambda state, detail: self.told.append((state, detail))  # noqa: E731
        self.task = asyncio.create_task(self.desk.follow(tell))

    async def end(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait([self.task])


def followed(tmp_path: Path, keeper: Keeper, **environ: str) -> Followed:
    config = tmp_path / "config.toml"
    config.write_text("")
    settings = load_settings({}, environ=environ, config_file=config)

    def make(on_progress: Callable[[str], None]) -> ModelServerKeeper:
        keeper.on_progress = on_progress
        return cast("ModelServerKeeper", keeper)

    return Followed(ModelDesk(settings, make_keeper=make), keeper)


async def test_a_server_that_runs_is_used(tmp_path: Path) -> None:
    following = followed(tmp_path, Keeper(running=LOCAL))
    await following.begin()
    await until(following.desk.has_models)
    assert following.desk.captioner() == LOCAL
    assert following.told == [("ready", "")]
    assert following.keeper.started == 0
    await following.end()


async def test_a_server_is_started_where_none_runs_and_stopped_at_the_end(tmp_path: Path) -> None:
    following = followed(tmp_path, Keeper(starts_with=LOCAL))
    await following.begin()
    await until(lambda: following.desk.source.has_models)
    assert following.told == [("starting", "loading"), ("ready", "")]
    await following.end()
    assert following.keeper.stopped == 1


async def test_a_start_that_fails_is_told_and_not_tried_again_unasked(tmp_path: Path) -> None:
    keeper = Keeper(starts_with=ModelUnusable("out of memory"))
    following = followed(tmp_path, keeper)
    await following.begin()
    await until(lambda: bool(following.told))
    assert following.told == [("failed", "out of memory")]
    assert keeper.started == 1
    assert not following.desk.has_models()
    await until(lambda: keeper.started == 2)
    await following.end()


async def test_a_server_that_ended_is_let_go_and_started_again_when_asked_for(
    tmp_path: Path,
) -> None:
    keeper = Keeper(starts_with=LOCAL)
    following = followed(tmp_path, keeper)
    await following.begin()
    await until(lambda: following.desk.source.has_models)
    keeper.running = None
    following.desk._is_wanted.set()
    await until(lambda: keeper.started == 2)
    await following.end()


async def test_a_server_of_the_settings_is_used_and_none_is_started(tmp_path: Path) -> None:
    keeper = Keeper(starts_with=LOCAL)
    following = followed(tmp_path, keeper, IMAGESCOPE_LMM_URL="http://127.0.0.1:8/v1")
    assert following.desk.has_models()
    await following.begin()
    await asyncio.sleep(0)
    await following.end()
    assert keeper.started == 0
    captioner = following.desk.captioner()
    assert captioner is not None
    assert captioner.urls == ("http://127.0.0.1:8/v1",)
