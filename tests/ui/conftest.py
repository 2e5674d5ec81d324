"""A small real library, an app on it, and ways to wait for what it does."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from imagescope_tui.ui.app import ImagescopeApp
from tests.ui.library_world import StandInIndexer, build_world
from tests.ui.waiting import settled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from tests.ui.library_world import World

    AppPilot = Pilot[int]


@pytest.fixture(scope="session")
def drawn_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Forty drawn photos, drawn once."""
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(drawn_world: World, tmp_path: Path) -> World:
    """Forty drawn photos in a library of one's own."""
    folder = Path(shutil.copytree(drawn_world.folder, tmp_path / "library"))
    return replace(drawn_world, folder=folder, words=dict(drawn_world.words))


@pytest.fixture
def client(world: World) -> StandInIndexer:
    """The indexer that is no process."""
    return StandInIndexer(world)


class Opener:
    """Opens the app on a world; with `images="blocks"` pictures are painted too."""

    def __init__(self, world: World, client: StandInIndexer) -> None:
        self.world = world
        self.client = client

    def app(self, *, images: Any = "off", **changes: Any) -> ImagescopeApp:  # noqa: ANN401
        settings = replace(self.world.settings(self.client, images=images), **changes)
        return ImagescopeApp(settings, "off" if images == "off" else "blocks")

    @asynccontextmanager
    async def __call__(
        self,
        size: tuple[int, int] = (112, 30),
        **changes: Any,  # noqa: ANN401
    ) -> AsyncIterator[tuple[ImagescopeApp, AppPilot]]:
        app = self.app(**changes)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield app, pilot


@pytest.fixture
def opened(world: World, client: StandInIndexer) -> Opener:
    """Opens the app and waits until it shows the timeline."""
    return Opener(world, client)
