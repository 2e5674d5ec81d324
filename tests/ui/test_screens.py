"""The screens around the grid: first run, detail, export, models, keys, and trouble."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.screens.browse import BrowseScreen
from imagescope_tui.ui.screens.detail import DetailScreen
from imagescope_tui.ui.screens.export import ExportScreen
from imagescope_tui.ui.screens.folder import FolderScreen
from imagescope_tui.ui.screens.help import HelpScreen
from imagescope_tui.ui.screens.models import ModelsScreen
from indexer.events import EncoderReady, IndexerStarted, IndexHalted, IndexUpToDate
from storage.library import Library
from tests.ui.conftest import Opener
from tests.ui.library_world import StandInIndexer
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.library_world import World


@pytest.fixture
def nowhere(world: World, tmp_path: Path) -> Opener:
    """A person's first start: there is no library."""
    fresh = replace(world, folder=tmp_path / "new", words={})
    return Opener(fresh, StandInIndexer(fresh))


def shows(app: ImagescopeApp, kind: type) -> bool:
    return isinstance(app.screen, kind)


async def test_the_first_start_asks_for_a_folder_and_enter_adds_it(nowhere: Opener) -> None:
    (Path.home() / "Pictures" / "2019").mkdir(parents=True)
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))
        await settled(pilot)
        text = screen_text(app)
        assert "Which folder holds your photos?" in text
        assert "~/Pictures" in text
        assert "nothing leaves this computer" in text
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        assert nowhere.client.folders == [Path.home() / "Pictures"]


async def test_tab_completes_a_folder(nowhere: Opener) -> None:
    (Path.home() / "Pictures" / "2019").mkdir(parents=True)
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))
        await pilot.press("ctrl+a", "ctrl+k", *"~/Pic")
        await until(pilot, lambda: "~/Pictures/" in screen_text(app))
        await pilot.press("tab")
        await until(pilot, lambda: "~/Pictures/2019/" in screen_text(app))


async def test_what_is_no_folder_is_not_added(nowhere: Opener) -> None:
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))
        await pilot.press(*"/no/such", "enter")
        await until(pilot, lambda: "is not a folder" in screen_text(app))
        assert nowhere.client.folders == []


async def test_without_a_folder_the_empty_place_says_how_to_add_one(nowhere: Opener) -> None:
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))
        await pilot.press("escape")
        await settled(pilot)
        assert "a chooses a folder" in screen_text(app)


async def test_a_folder_of_the_command_line_needs_no_questions(nowhere: Opener) -> None:
    nowhere.client.first_events = (IndexerStarted(indexing=True),)
    async with nowhere(folders=(Path("/photos"),)) as (app, pilot):
        await until(pilot, lambda: "Getting to know your photos" in screen_text(app))
        assert nowhere.client.options is not None
        assert nowhere.client.options.folders == (Path("/photos"),)
        assert nowhere.client.options.serve


async def test_the_detail_follows_the_arrows_and_esc_comes_back(opened: Opener) -> None:
    async with opened((130, 40), images="blocks") as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        assert shows(app, DetailScreen)
        assert "IMG_2000.JPG" in screen_text(app)
        await pilot.press("right", "right")
        await settled(pilot)
        text = screen_text(app)
        assert "IMG_2002.JPG" in text
        assert "3 of 40" in text
        assert "▀" in text
        await pilot.press("escape")
        assert app.screen is app.browse
        assert app.browse.grid.index == 2


async def test_at_80_columns_tab_turns_the_detail_to_why(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("escape", "tab")
        await settled(pilot)
        assert "35 mm f/2" in screen_text(app)
        await pilot.press("tab")
        assert "In the timeline" in screen_text(app)


async def test_where_there_is_room_tab_turns_from_facts_and_reasons_to_the_chat(
    opened: Opener,
) -> None:
    async with opened((160, 50), images="blocks") as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        assert "Tab next page" in screen_text(app)
        await pilot.press("tab")
        await settled(pilot)
        text = screen_text(app)
        assert "Say what you are looking for." in text
        assert "In the timeline" not in text
        assert "▀" in text
        await pilot.press("tab")
        await settled(pilot)
        assert "In the timeline" in screen_text(app)


async def test_marked_photos_are_exported_as_a_list(opened: Opener, tmp_path: Path) -> None:
    target = tmp_path / "list.txt"
    async with opened() as (app, pilot):
        await pilot.press("escape", "space", "space", "x")
        assert isinstance(app.screen, ExportScreen)
        assert "Export 2 photos" in screen_text(app)
        app.screen.query_one("Input").value = str(target)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.browse)
    names = [Path(line).name for line in target.read_text().splitlines()]
    assert names == ["IMG_2000.JPG", "IMG_2001.JPG"]


async def test_an_export_into_the_photos_is_refused_where_it_was_asked(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "x")
        app.screen.query_one("Input").value = "/home/ada/Photos/x"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: "nothing is ever written there" in screen_text(app))
        assert isinstance(app.screen, ExportScreen)


async def test_the_export_shows_its_choice_without_colour_and_names_what_it_makes(
    opened: Opener, tmp_path: Path
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "x", "shift+tab", "down")
        await settled(pilot)
        text = screen_text(app)
        assert "( ) a list of their paths" in text
        assert "(●) copies of the photos" in text
        assert "a new folder is made: " in text
        app.screen.query_one("Input").value = str(tmp_path)  # type: ignore[attr-defined]
        await settled(pilot)
        assert "a new folder" not in screen_text(app)


async def test_question_mark_shows_every_key_and_closes_again(opened: Opener) -> None:
    async with opened((160, 50)) as (app, pilot):
        await pilot.press("escape", "question_mark")
        assert shows(app, HelpScreen)
        text = screen_text(app)
        for words in ("show in its folder", "date:2019..2021", "every command by name"):
            assert words in text
        await pilot.press("question_mark")
        assert app.screen is app.browse


async def test_the_palette_runs_every_action_by_name(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("ctrl+p", *"mark all")
        await until(pilot, lambda: "mark all found" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(app.browse.marks) == 40)


async def test_over_ssh_nothing_is_opened_and_the_path_is_copied(opened: Opener) -> None:
    async with opened(over_ssh=True, opener="no-such-program") as (app, pilot):
        await pilot.press("escape", "o")
        await settled(pilot)
        assert app.clipboard == "/home/ada/Photos/2020/walchensee/IMG_2000.JPG"
        assert "the path was copied instead" in screen_text(app).replace("\n", " ") or any(
            "copied instead" in note.message for note in app._notifications
        )


async def test_an_opener_that_fails_says_so(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "o")
        await settled(pilot)
        assert any("it is not there now" in note.message for note in app._notifications)


async def test_an_offline_drive_is_named_and_its_photos_are_marked(
    opened: Opener, world: World
) -> None:
    with Library.open_writer(world.folder) as library, library.atomic():
        library.roots.mark_offline(library.roots.all()[0].id, 1_600_000_000.0)
    async with opened((130, 40)) as (app, pilot):
        await pilot.press("escape")
        await settled(pilot)
        text = screen_text(app)
        assert "/home/ada/Photos is not there" in text
        assert text.count("⌁") > 3
        assert "Connect" in text


async def test_the_notice_of_the_small_encoder_can_be_dismissed_for_good(
    opened: Opener, client: StandInIndexer
) -> None:
    pocket = EncoderReady(encoder_id="pocket/1/0123456789abcdef", seconds=0.1)
    client.first_events = (IndexerStarted(indexing=True), pocket)
    async with opened() as (app, pilot):
        await until(pilot, lambda: "m: models" in screen_text(app))
        await pilot.press("escape", "d")
        client.on_event(pocket)
        await settled(pilot)
        assert "m: models" not in screen_text(app)


async def test_a_full_disk_stops_indexing_but_not_searching(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        client.on_event(IndexHalted(reason="the disk is full", hint="make room"))
        await settled(pilot)
        assert "Indexing stopped: the disk is full · make room" in screen_text(app)
        await pilot.press(*"winter")
        await settled(pilot)
        assert app.browse.grid.count >= 10


async def test_an_indexer_that_is_killed_is_followed_by_another(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await until(pilot, lambda: client.ended is not None)
        _end(client, -9)
        await until(pilot, lambda: client.starts == 2)
        assert app.index.halted is None


async def test_an_indexer_that_dies_again_and_again_is_told_and_can_be_started(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        for death in range(1, 5):
            await until(pilot, functools.partial(_is_waited_for, client, death))
            _end(client, -9)
        await until(pilot, lambda: "the indexer ended, status -9" in screen_text(app))
        assert client.starts == 4
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: client.starts == 5)
        await until(pilot, lambda: app.index.halted is None)


def _is_waited_for(client: StandInIndexer, starts: int) -> bool:
    return client.starts == starts and client.ended is not None and not client.ended.done()


def _end(client: StandInIndexer, status: int) -> None:
    assert client.ended is not None
    client.ended.set_result(status)


async def test_an_indexer_that_ends_by_itself_is_told_and_can_be_started_again(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await until(pilot, lambda: client.ended is not None)
        _end(client, 1)
        await until(pilot, lambda: "the indexer ended, status 1" in screen_text(app))
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: client.starts == 2)
        await until(pilot, lambda: app.index.halted is None)


async def test_a_damaged_library_is_told(nowhere: Opener) -> None:
    nowhere.world.folder.mkdir()
    (nowhere.world.folder / "library.db").write_bytes(b"this is not a database at all" * 99)
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: app.library_problem is not None)
        await settled(pilot)
        assert "✗" in screen_text(app)


PULL = """
import json, sys, time
print(json.dumps({"event": "pull_progress", "done": 50, "total": 200}), flush=True)
open(sys.argv[1] + "/" + sys.argv[2] + ".asked", "w").close()
while not __import__("os").path.exists(sys.argv[1] + "/go"):
    time.sleep(0.01)
if sys.argv[2] == "datacomp-b32":
    sys.exit("imagescope: no room on this disk — free 1 GB")
print(json.dumps({"event": "model_pulled"}), flush=True)
"""


def pull_command(folder: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", PULL, str(folder))


async def test_a_model_is_downloaded_only_after_a_second_enter(
    opened: Opener, client: StandInIndexer, tmp_path: Path
) -> None:
    async with opened((100, 30), pull_command=pull_command(tmp_path)) as (app, pilot):
        await pilot.press("escape", "m")
        await until(pilot, lambda: "siglip2-b32" in screen_text(app))
        text = screen_text(app)
        assert "Apache-2.0" in text
        assert "1.5 GB" in text
        assert isinstance(app.screen, ModelsScreen)
        await pilot.press("enter")
        assert "huggingface.co" in screen_text(app)
        assert app.download is None
        await pilot.press("enter")
        await until(pilot, lambda: "25 % of" in screen_text(app))
        assert (tmp_path / "siglip2-b32.asked").exists()
        (tmp_path / "go").touch()
        await until(pilot, lambda: client.starts == 2)
        assert "stop" in client.asked


async def test_a_download_that_fails_says_why(opened: Opener, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    async with opened((100, 30), pull_command=pull_command(tmp_path)) as (app, pilot):
        await pilot.press("escape", "m")
        await until(pilot, lambda: "datacomp-b32" in screen_text(app))
        await pilot.press("down", "enter", "enter")
        await until(pilot, lambda: "no room on this disk" in screen_text(app))


async def test_a_download_can_be_stopped(opened: Opener, tmp_path: Path) -> None:
    async with opened((100, 30), pull_command=pull_command(tmp_path)) as (app, pilot):
        await pilot.press("escape", "m")
        await until(pilot, lambda: "siglip2-b32" in screen_text(app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: (tmp_path / "siglip2-b32.asked").exists())
        await pilot.press("c")
        await until(pilot, lambda: app.download is None)
        await settled(pilot)


async def test_leaving_stops_the_indexer(opened: Opener, client: StandInIndexer) -> None:
    async with opened() as (_, pilot):
        await pilot.press("escape", "q")
    assert client.asked[-1] == "stop"


def test_importing_the_screen_loads_neither_torch_nor_numpy() -> None:
    script = (
        "import sys, json, imagescope_tui.ui.app;"
        "print(json.dumps([m for m in ('torch', 'numpy', 'sqlite_utils', 'textual_image', 'PIL')"
        " if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert json.loads(done.stdout) == []


async def test_up_to_date_lets_the_search_be_asked_again(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        client.on_event(IndexUpToDate(photos=40, failed=0, seconds=1.0))
        await settled(pilot)
        assert app.browse.grid.count == 40
