"""The library page: what it tells is true, and every key does what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.screens.folder import FolderScreen
from imagescope_tui.ui.screens.help import HelpScreen
from imagescope_tui.ui.screens.library import LibraryScreen
from imagescope_tui.ui.screens.models import ModelsScreen
from imagescope_tui.ui.widgets.key_line import KeyLine
from imagescope_tui.ui.widgets.row_list import RowList
from indexer.events import EncoderReady, IndexerStarted, RootRemoved
from storage.errors import LibraryDamaged
from storage.library import Library
from storage.records import PhotoId
from tests.ui.conftest import Opener
from tests.ui.library_world import StandInIndexer
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from imagescope_tui.ui.app import ImagescopeApp
    from imagescope_tui.ui.library_report import LibraryReport
    from storage.records import FailureStep
    from tests.ui.library_world import World

DAMAGED, NO_SERVER = "the picture is damaged", "no model server answers"


def fail(
    world: World, count: int, reason: str, *, first: int = 0, step: FailureStep = "decode"
) -> list[PhotoId]:
    """Photos that could not be processed; which they are."""
    ids = [PhotoId(number) for number in sorted(world.words)[first : first + count]]
    with Library.open_writer(world.folder) as library, library.atomic():
        for photo_id in ids:
            library.failures.put(photo_id, step, reason, retry_after=None)
    return ids


@pytest.fixture
def failed(world: World) -> list[PhotoId]:
    """Three damaged photos, and one without its caption."""
    fail(world, 1, NO_SERVER, first=10, step="caption")
    return fail(world, 3, DAMAGED)


async def open_page(pilot: Pilot[int], *then: str) -> None:
    for key in ("escape", "L", *then):
        await pilot.press(key)
        await settled(pilot)


def selected(app: ImagescopeApp) -> str:
    row = app.screen.query_one(RowList).row
    return row.lines[0].text if row else ""


def noted(app: ImagescopeApp) -> str:
    """The notes in the corner."""
    return " ".join(note.message for note in app._notifications)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_page_tells_folders_failures_models_and_room(
    opened: Opener, world: World, failed: list[PhotoId], size: tuple[int, int]
) -> None:
    async with opened(size) as (app, pilot):
        await open_page(pilot)
        text = screen_text(app)
        for told in (str(world.root), "40 photos", "not looked at yet", "4 failed"):
            assert told in text
        assert f"      3  {DAMAGED}" in text
        assert f"      1  no caption: {NO_SERVER}" in text
        assert "search by open_clip, " in text
        await pilot.press("G")
        await settled(pilot)
        text = screen_text(app)
        for told in ("database  ", "pictures  ", "free      ", "indexer.log"):
            assert told in text


@pytest.mark.parametrize("key", ["escape", "L"])
async def test_esc_and_the_key_that_opened_it_lead_back(opened: Opener, key: str) -> None:
    async with opened() as (app, pilot):
        await open_page(pilot, key)
        assert app.screen is app.browse


async def test_a_folder_is_removed_when_the_key_came_twice(
    opened: Opener, world: World, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await open_page(pilot, "x")
        assert "The files stay as they are" in screen_text(app)
        await pilot.press("escape", "x")
        assert f"remove_folder {world.root}" not in client.asked
        assert isinstance(app.screen, LibraryScreen)
        await pilot.press("x")
        await until(pilot, lambda: f"remove_folder {world.root}" in client.asked)


async def test_another_row_forgets_the_question(
    opened: Opener, client: StandInIndexer, failed: list[PhotoId]
) -> None:
    async with opened() as (_app, pilot):
        await open_page(pilot, "x", "down", "up", "x")
        await settled(pilot)
        assert not any(order.startswith("remove") for order in client.asked)


async def test_a_removed_folder_is_not_given_to_a_later_indexer(
    opened: Opener, world: World, client: StandInIndexer
) -> None:
    async with opened(folders=(world.root,)) as (app, pilot):
        assert client.options is not None
        assert list(client.options.folders) == [world.root]
        await open_page(pilot, "x", "x")
        app.start_indexer()
        await until(pilot, lambda: client.starts == 2)
        assert list(client.options.folders) == []


async def test_t_looks_at_the_folder_again_and_ctrl_r_at_all(
    opened: Opener, world: World, client: StandInIndexer
) -> None:
    async with opened() as (_app, pilot):
        await open_page(pilot, "t", "ctrl+r")
        assert client.asked[-2:] == [f"look_again {world.root}", "rescan True"]


async def test_t_tries_again_what_failed_for_a_reason_or_one_photo(
    opened: Opener, client: StandInIndexer, failed: list[PhotoId]
) -> None:
    async with opened() as (app, pilot):
        await open_page(pilot, "tab", "t")
        assert client.asked[-1] == f"retry [] ['{DAMAGED}']"
        await pilot.press("enter")
        await until(pilot, lambda: "IMG_2000.JPG" in screen_text(app))
        await pilot.press("down", "t")
        await settled(pilot)
        [photo_id] = [int(word) for word in client.asked[-1].split("[")[1].split("]")[0].split()]
        assert photo_id in failed
        await pilot.press("up", "enter")
        await until(pilot, lambda: "IMG_2000.JPG" not in screen_text(app))


async def test_a_click_unfolds_a_reason(opened: Opener, failed: list[PhotoId]) -> None:
    async with opened((100, 30)) as (app, pilot):
        await open_page(pilot)
        lines = screen_text(app).splitlines()
        await pilot.click(offset=(20, next(n for n, line in enumerate(lines) if DAMAGED in line)))
        await until(pilot, lambda: "1 try · again when it changes" in screen_text(app))


async def test_many_photos_come_a_page_at_a_time(
    opened: Opener, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagescope_tui.ui.screens.library._PHOTOS_AT_ONCE", 10)
    fail(world, 35, DAMAGED)
    async with opened((100, 60)) as (app, pilot):
        await open_page(pilot, "tab", "enter")
        assert "… 25 more: Enter" in screen_text(app)
        await pilot.press(*["down"] * 11, "enter")
        await until(pilot, lambda: "… 15 more: Enter" in screen_text(app))
        assert "again when it changes" in selected(app)


@pytest.mark.parametrize("key", ["o", "r"])
async def test_o_and_r_take_the_photo_that_failed(
    opened: Opener, failed: list[PhotoId], key: str
) -> None:
    async with opened(opener="no-such-program") as (app, pilot):
        await open_page(pilot, "tab", "enter", "down", key)
        # Nothing is at the path of a drawn photo.
        await until(pilot, lambda: ".JPG: it is not there now" in noted(app))


async def test_the_keys_that_are_shown_are_those_of_the_row(
    opened: Opener, failed: list[PhotoId]
) -> None:
    async with opened((130, 30)) as (app, pilot):
        await open_page(pilot)

        def keys() -> str:
            return str(app.screen.query_one(KeyLine).render())

        assert "x remove" in keys()
        await pilot.press("tab", "enter")
        await settled(pilot)
        assert "t try again" in keys()
        assert "x remove" not in keys()
        await pilot.press("down")
        assert "r show in folder" in keys()


@pytest.mark.parametrize(
    ("key", "screen"), [("a", FolderScreen), ("m", ModelsScreen), ("question_mark", HelpScreen)]
)
async def test_other_pages_open_over_it_and_lead_back(
    opened: Opener, key: str, screen: type
) -> None:
    async with opened() as (app, pilot):
        await open_page(pilot, key)
        assert isinstance(app.screen, screen)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, LibraryScreen)


async def test_where_another_program_indexes_it_is_named_and_orders_are_refused(
    opened: Opener, client: StandInIndexer
) -> None:
    who = "another imagescope indexes this library: imagescope index, terminal pts/3 (process 7)"
    client.refuses = who
    client.first_events = (
        IndexerStarted(indexing=False, holder=who),
        EncoderReady(encoder_id="open_clip/test", seconds=0.1),
    )
    async with opened((130, 30)) as (app, pilot):
        await open_page(pilot)
        assert "imagescope index, terminal pts/3 (process 7). Folders are" in screen_text(app)
        keys = str(app.screen.query_one(KeyLine).render())
        assert not [key for key in ("add folder", "look", "remove") if key in keys]
        await pilot.press("t")
        await until(pilot, lambda: "(process 7). Do it there." in noted(app))


async def test_what_changes_appears_and_the_selected_row_stays(
    opened: Opener, world: World, failed: list[PhotoId]
) -> None:
    async with opened((100, 40)) as (app, pilot):
        await open_page(pilot, "tab", "down")
        assert NO_SERVER in selected(app)
        fail(world, 5, "the file is empty", first=20)
        await until(pilot, lambda: "      5  the file is empty" in screen_text(app))
        assert NO_SERVER in selected(app)


async def test_when_nothing_has_failed_any_more_the_keys_shown_are_those_that_do_something(
    opened: Opener, world: World
) -> None:
    [photo_id] = fail(world, 1, DAMAGED)
    async with opened((130, 40)) as (app, pilot):
        await open_page(pilot, "tab", "t")
        with Library.open_writer(world.folder) as library, library.atomic():
            library.failures.forget([photo_id])
        await until(pilot, lambda: " None." in screen_text(app))
        await settled(pilot)
        assert selected(app) == "None."
        keys = str(app.screen.query_one(KeyLine).render())
        assert not [key for key in ("t look here", "t try", "x remove") if key in keys]
        await pilot.press("shift+tab")
        assert str(world.root) in selected(app)


async def test_tab_stays_where_there_are_no_parts(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(folder: Path) -> LibraryReport:
        raise LibraryDamaged("the library is damaged")

    monkeypatch.setattr("imagescope_tui.ui.library_report.report_of", damaged)
    async with opened() as (app, pilot):
        await open_page(pilot, "tab")
        assert selected(app) == "the library is damaged"


async def test_the_folder_beside_a_removed_one_is_selected(
    opened: Opener, world: World, failed: list[PhotoId]
) -> None:
    with Library.open_writer(world.folder) as library, library.atomic():
        other = library.roots.add(world.root.with_name("Other"))
    async with opened((100, 40)) as (app, pilot):
        await open_page(pilot, "down")
        assert str(other.path) in selected(app)
        with Library.open_writer(world.folder) as library, library.atomic():
            library.roots.remove(other.id)
        await until(pilot, lambda: str(other.path) not in screen_text(app))
        assert str(world.root) in selected(app)


async def test_a_folder_that_is_removed_is_no_trouble_any_more(
    opened: Opener, world: World, client: StandInIndexer
) -> None:
    async with opened((130, 30)) as (app, pilot):
        with Library.open_writer(world.folder) as library, library.atomic():
            [root] = library.roots.all()
            library.roots.mark_offline(root.id, 0.0)
        await open_page(pilot)
        await until(pilot, lambda: "offline for " in screen_text(app))
        with Library.open_writer(world.folder) as library, library.atomic():
            library.roots.remove(root.id)
        client.on_event(RootRemoved(root=str(world.root)))
        await until(pilot, lambda: "No folder yet: a adds one." in screen_text(app))


async def test_a_library_that_cannot_be_read_says_why(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(folder: Path) -> LibraryReport:
        raise LibraryDamaged("the library is damaged")

    monkeypatch.setattr("imagescope_tui.ui.library_report.report_of", damaged)
    async with opened() as (app, pilot):
        await open_page(pilot)
        assert selected(app) == "the library is damaged"


async def test_without_a_library_the_page_says_how_to_begin(world: World, tmp_path: Path) -> None:
    fresh = replace(world, folder=tmp_path / "new", words={})
    async with Opener(fresh, StandInIndexer(fresh))() as (app, pilot):
        await pilot.press("escape")
        await open_page(pilot)
        assert "No folder yet: a adds one." in screen_text(app)
