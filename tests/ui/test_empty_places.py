"""Empty places on the screen: the key that is named does what is said, where it is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.screens.browse import BrowseScreen
from imagescope_tui.ui.screens.folder import FolderScreen
from imagescope_tui.ui.screens.models import ModelsScreen
from imagescope_tui.ui.widgets.query_line import QueryInput
from indexer.events import EncoderUnavailable, IndexerStarted, IndexUpToDate
from storage.library import Library
from tests.ui.conftest import Opener
from tests.ui.library_world import StandInIndexer
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from tests.ui.library_world import World


@pytest.fixture
def nowhere(world: World, tmp_path: Path) -> Opener:
    """A person's first start: there is no library."""
    fresh = replace(world, folder=tmp_path / "new", words={})
    return Opener(fresh, StandInIndexer(fresh))


@pytest.fixture
def bare(world: World, tmp_path: Path) -> Opener:
    """A library whose one folder was looked through, and holds nothing."""
    photos = tmp_path / "photos"
    photos.mkdir()
    fresh = replace(world, folder=tmp_path / "bare", root=photos, words={})
    with Library.open_writer(fresh.folder) as library, library.atomic():
        library.roots.add(photos)
    return Opener(fresh, StandInIndexer(fresh))


async def test_without_folders_a_letter_is_a_key_or_nothing(nowhere: Opener) -> None:
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))
        await pilot.press("escape")
        await settled(pilot)
        assert "a chooses a folder of photos." in screen_text(app)
        await pilot.press("z")
        await settled(pilot)
        assert app.browse.query_one(QueryInput).value == ""
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))


async def test_without_folders_a_query_is_answered_with_the_key_that_works(
    nowhere: Opener,
) -> None:
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))
        await pilot.press("escape", "slash", *"dog")
        await settled(pilot)
        text = screen_text(app)
        assert "No folder yet" in text
        assert "Esc, then a, chooses a folder of photos." in text
        await pilot.press("escape")
        await settled(pilot)
        assert "  a chooses a folder of photos." in screen_text(app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))


async def test_an_empty_folder_is_called_so_and_another_can_be_added(bare: Opener) -> None:
    async with bare() as (app, pilot):
        await until(pilot, lambda: "The folder is empty" in screen_text(app))
        assert "Esc, then a, adds another folder." in screen_text(app)
        await pilot.press("escape", "a")
        await until(pilot, lambda: isinstance(app.screen, FolderScreen))


async def test_photos_that_are_all_left_out_are_told(bare: Opener) -> None:
    (bare.world.root / "a.jpg").touch()
    (bare.world.root / ".imagescopeignore").write_text("*.jpg\n")
    async with bare() as (app, pilot):
        await until(pilot, lambda: "All photos are left out" in screen_text(app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "rescan True" in bare.client.asked)


async def test_the_filter_that_lets_nothing_pass_is_named_and_dropped_by_its_key(
    opened: Opener,
) -> None:
    async with opened((80, 24)) as (app, pilot):
        await pilot.press(*"winter", "space", *"camera:leica")
        await settled(pilot)
        assert "No photo passes ‹camera leica›." in screen_text(app)
        assert app.browse.photo is None
        assert "Esc, then Backspace, drops it." in screen_text(app)
        await pilot.press("escape", "backspace")
        await settled(pilot)
        assert app.browse.asked.line == "winter"
        assert app.browse.grid.count


async def test_where_no_model_can_be_used_the_key_leads_to_them(
    opened: Opener, client: StandInIndexer
) -> None:
    client.is_broken = True
    client.first_events = (
        IndexerStarted(indexing=True),
        EncoderUnavailable(reason="the encoder is not there"),
        IndexUpToDate(photos=40, failed=0, seconds=0.1),
    )
    async with opened() as (app, pilot):
        await pilot.press(*"zorp")
        await settled(pilot)
        text = screen_text(app)
        assert "the encoder is not there" in text
        assert "Esc, then m, shows models that know more." in text
        await pilot.press("escape", "m")
        await until(pilot, lambda: isinstance(app.screen, ModelsScreen))


async def test_a_library_that_cannot_be_read_says_why_in_the_middle(nowhere: Opener) -> None:
    nowhere.world.folder.mkdir()
    (nowhere.world.folder / "library.db").write_bytes(b"this is not a database at all" * 99)
    async with nowhere() as (app, pilot):
        await until(pilot, lambda: "Cannot be read:" in screen_text(app))
        assert isinstance(app.screen, BrowseScreen)


async def test_beside_an_empty_place_no_photo_is_told_of(opened: Opener) -> None:
    async with opened((160, 50)) as (app, pilot):
        assert "IMG_2000.JPG" in screen_text(app)
        await pilot.press(*"camera:leica")
        await settled(pilot)
        assert "IMG_2000" not in screen_text(app)


async def test_enter_on_an_empty_line_adds_the_folder_that_stands_there_in_grey(
    opened: Opener, client: StandInIndexer
) -> None:
    (Path.home() / "Pictures").mkdir(parents=True)
    async with opened() as (app, pilot):
        await pilot.press("escape", "a")
        await until(pilot, lambda: "~/Pictures" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: client.folders == [Path.home() / "Pictures"])
        await settled(pilot)
        assert [toast.message for toast in app._notifications] == [
            "~/Pictures is being looked through."
        ]


async def test_where_no_usual_folder_is_an_empty_line_adds_nothing(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "a")
        await until(pilot, lambda: "type a folder, such as ~/Pictures" in screen_text(app))
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, FolderScreen)
        assert client.folders == []


async def test_a_folder_inside_another_one_is_not_added_without_a_word(bare: Opener) -> None:
    (bare.world.root / "2019").mkdir()
    async with bare() as (app, pilot):
        await settled(pilot)
        await pilot.press("escape", "a", *str(bare.world.root / "2019"), "enter")
        await until(pilot, lambda: "which is indexed already" in " ".join(screen_text(app).split()))
        assert isinstance(app.screen, FolderScreen)
        assert bare.client.folders == []


async def test_a_list_of_folders_that_goes_on_says_so(opened: Opener) -> None:
    for number in range(9):
        (Path.home() / f"trip {number}").mkdir(parents=True)
    async with opened((80, 24)) as (app, pilot):
        await pilot.press("escape", "a", *"~/trip")
        await until(pilot, lambda: "… and 3 more: type on to see them" in screen_text(app))
