"""The screen on a library of chosen files, as a benchmark's gallery is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui.settings import ModelServerView
from indexer.models.chat_types import RoleSettings
from indexer.options import IndexerOptions
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer, World

SOMEBODY = RoleSettings(urls=("http://127.0.0.1:9/v1",))


def options_of(world: World) -> IndexerOptions:
    return IndexerOptions(library=world.folder, chosen=world.folder / "chosen.json")


async def test_nobody_captions_chosen_files(
    opened: Opener, client: StandInIndexer, world: World
) -> None:
    told: list[Callable[[ModelServerView], None]] = []

    async def follow(tell: Callable[[ModelServerView], None]) -> None:
        told.append(tell)

    options = options_of(world)
    async with opened(
        indexer_options=options, captioner=lambda: SOMEBODY, follow_server=follow
    ) as (_, pilot):
        assert client.options is not None
        assert client.options.chosen == options.chosen
        assert client.options.captioner is None
        await until(pilot, lambda: bool(told))
        told[0](ModelServerView(state="ready"))
        await settled(pilot)
        assert "caption_with None" in client.asked


async def test_no_folder_joins_chosen_files(
    opened: Opener, client: StandInIndexer, world: World, tmp_path: Path
) -> None:
    async with opened(indexer_options=options_of(world)) as (app, pilot):
        await pilot.press("escape", "a", *str(tmp_path), "enter")
        await until(pilot, lambda: "takes no other photos" in screen_text(app))
        assert client.folders == []
