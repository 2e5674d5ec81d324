"""The one screen, driven by keys and mouse."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import events
from textual.widgets._toast import Toast

from imagescope_tui.ui import photo_feed
from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.asked import Asked
from imagescope_tui.ui.screens.help import HelpScreen
from imagescope_tui.ui.widgets.chip_row import ChipRow
from imagescope_tui.ui.widgets.photo_panel import PhotoPanel
from imagescope_tui.ui.widgets.query_line import QueryInput
from indexer.events import PhotosCommitted
from storage.library import Library
from storage.records import FileState
from tests.ui.library_world import add_photo
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    import pytest
    from textual.pilot import Pilot

    from storage.records import PhotoId
    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer, World


WINTER = [f"IMG_{2000 + number}.JPG" for number in range(2, 40, 4)]
"""Photos in the folder of that name, newest first."""


async def ask(pilot: Pilot[int], line: str) -> None:
    """Paste a query and go to the photos."""
    app = pilot.app
    assert isinstance(app, ImagescopeApp)
    app.browse.action_focus_query()
    app.browse.query_one(QueryInput).value = line
    await until(pilot, lambda: app.browse.asked.line == line)
    await settled(pilot)
    await pilot.press("enter")
    await settled(pilot)


def phase(app: ImagescopeApp) -> str:
    return app.browse.view.phase


def shown_names(app: ImagescopeApp) -> list[str]:
    grid = app.browse.grid
    items = [grid._model.item(index) for index in range(grid.count)]
    return [item.photo.path.rpartition("/")[2] for item in items if item]


def panel_text(app: ImagescopeApp) -> str:
    """The words right of the bar."""
    return "\n".join(line.rpartition("▏")[2].strip() for line in screen_text(app).splitlines())


def selected_id(app: ImagescopeApp) -> PhotoId | None:
    return app.browse.photo.id if app.browse.photo else None


async def test_cursor_is_born_in_the_query_line(opened: Opener) -> None:
    async with opened() as (app, _):
        assert isinstance(app.focused, QueryInput)


async def test_without_a_query_all_photos_are_there_newest_first(opened: Opener) -> None:
    async with opened() as (app, _):
        assert app.browse.grid.count == 40
        assert shown_names(app)[:3] == ["IMG_2000.JPG", "IMG_2001.JPG", "IMG_2002.JPG"]
        assert "July 2020" in screen_text(app)


async def test_typed_words_find_the_right_photos(opened: Opener, world: World) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"red", "space", *"flower", "enter")
        await settled(pilot)
        assert app.browse.view.phase == "done"
        first = app.browse.view.ranking[0].photo_id
        assert {"red", "flower"} <= world.words[first]


async def test_a_name_is_found_before_the_pictures_are_compared(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        client.gate = asyncio.Event()
        await pilot.press(*"winter")
        await until(pilot, lambda: app.browse.grid.count == 10)
        assert phase(app) == "searching"
        client.gate.set()
        await settled(pilot)
        assert phase(app) == "done"


async def test_a_new_query_cancels_the_old_one(opened: Opener, client: StandInIndexer) -> None:
    async with opened() as (app, pilot):
        client.gate = asyncio.Event()
        await pilot.press(*"yellow")
        await until(pilot, lambda: "nearest yellow" in client.asked)
        await pilot.press("space", *"flower")
        await until(pilot, lambda: "nearest yellow flower" in client.asked)
        client.gate.set()
        await settled(pilot)
        assert app.browse.view.query is not None
        assert app.browse.view.query.text == "yellow flower"


async def test_fast_typing_never_writes_an_older_line_back(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = app.browse.query_one(QueryInput)
        for end in range(1, 13):
            line.value = "yellow flower"[:end]
        line.value = "yellow flower"
        await settled(pilot)
        assert line.value == "yellow flower"
        assert app.browse.asked.line == "yellow flower"


async def test_an_enter_that_comes_before_the_photos_still_leads_to_them(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"zzz")
        await until(pilot, lambda: not app.browse.grid.display)
        app.browse.query_one(QueryInput).value = "winter"
        await pilot.press("enter")
        await settled(pilot)
        assert app.focused is app.browse.grid


async def test_escape_leaves_the_line_then_shows_all_photos(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press(*"winter")
        await settled(pilot)
        await pilot.press("escape")
        assert app.focused is app.browse.grid
        await pilot.press("escape")
        await settled(pilot)
        assert app.browse.grid.count == 40
        assert app.browse.query_one(QueryInput).value == ""


async def test_escape_with_nothing_asked_changes_nothing(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "right", "escape", "escape")
        await settled(pilot)
        assert app.focused is app.browse.grid
        assert app.browse.grid.index == 1


async def test_a_slash_is_typed_within_a_line_only(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = app.browse.query_one(QueryInput)
        await pilot.press("slash")
        assert line.value == ""
        await pilot.press("a", "slash", "b")
        assert line.value == "a/b"
        await settled(pilot)


async def test_a_question_mark_in_an_empty_line_tells_the_keys(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = app.browse.query_one(QueryInput)
        await pilot.press("a", "question_mark")
        assert line.value == "a?"
        line.value = ""
        await pilot.press("question_mark")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert line.value == ""


async def test_a_note_in_the_corner_leaves_the_counter_in_sight(opened: Opener) -> None:
    app = opened.app()
    async with app.run_test(notifications=True) as pilot:
        await settled(pilot)
        app.browse.say("copied")
        await settled(pilot)
        note = app.screen.query_one(Toast)
        assert note.region.bottom <= app.browse.query_one("#status").region.y


async def test_up_recalls_earlier_queries(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "winter")
        await pilot.press("escape")
        await ask(pilot, "garden")
        await pilot.press("escape", "slash", "up")
        assert app.browse.query_one(QueryInput).value == "garden"
        await pilot.press("up")
        assert app.browse.query_one(QueryInput).value == "winter"
        await pilot.press("down", "down")
        assert app.browse.query_one(QueryInput).value == ""


async def test_filters_become_chips_that_a_key_drops(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "date:2019 camera:fuji")
        assert app.browse.query_one(ChipRow).labels == ("2019", "camera fuji")
        count = app.browse.grid.count
        assert 0 < count < 40
        await pilot.press("backspace", "backspace")
        await settled(pilot)
        assert app.browse.query_one(ChipRow).labels == ()
        assert app.browse.grid.count == 40


async def test_a_click_on_its_cross_drops_a_chip(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "date:2019 camera:fuji")
        await pilot.click(ChipRow, offset=(len("‹2019 ✕") - 1, 0))
        await settled(pilot)
        assert app.browse.query_one(ChipRow).labels == ("camera fuji",)
        assert app.browse.query_one(QueryInput).value == "camera:fuji"


async def test_a_click_on_a_chip_leaves_the_keys_where_they_are(opened: Opener) -> None:
    async with opened() as (app, pilot):
        line = app.browse.query_one(QueryInput)
        line.value = "winter date:2019"
        await settled(pilot)
        await pilot.click(ChipRow, offset=(len("‹2019 ✕") - 1, 0))
        await settled(pilot)
        assert line.has_focus
        await pilot.press("escape")
        await settled(pilot)
        assert app.browse.asked.line == "winter"


async def test_filters_that_do_not_fit_are_counted_and_can_be_reached(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await ask(pilot, "date:2018..2020 camera:fuji type:jpg -people -zebra")
        text = screen_text(app)
        assert "‹2018–2020 ✕› ‹camera fuji ✕›" in text
        assert "+3" in text
        await pilot.press("shift+tab", "right", "right", "right", "right")
        assert "‹not zebra ✕› +4" in screen_text(app)
        await pilot.press("backspace")
        await settled(pilot)
        assert app.browse.query_one(ChipRow).labels[-1] == "not people"


async def test_b_shows_the_newest_match_first_and_asks_nothing_anew(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "winter")
        asked = len(client.asked)
        assert "by match ▾" in screen_text(app)
        await pilot.press("right", "b")
        await settled(pilot)
        newest = [name for name in shown_names(app) if name in WINTER]
        assert "newest first ▾" in screen_text(app)
        assert newest == WINTER
        assert app.browse.grid.index == 0
        assert "14 Jul 2020 IMG_2002.JPG" in screen_text(app)
        await pilot.press("b")
        await settled(pilot)
        assert [name for name in shown_names(app) if name in WINTER] == WINTER[::-1]
        assert "oldest first ▾" in screen_text(app)
        assert not [line for line in client.asked[asked:] if line.startswith("nearest")]


async def test_b_in_the_timeline_shows_the_oldest_first(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "b")
        await settled(pilot)
        assert shown_names(app)[0] == "IMG_2039.JPG"
        assert "oldest first ▾" in screen_text(app)
        await pilot.press("b")
        await settled(pilot)
        assert shown_names(app)[0] == "IMG_2000.JPG"


async def test_a_cleared_query_begins_with_the_best_match(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "winter")
        await pilot.press("b", "b", "escape")
        await settled(pilot)
        assert shown_names(app)[0] == "IMG_2000.JPG"
        await ask(pilot, "winter")
        assert "by match ▾" in screen_text(app)


async def test_a_click_on_the_order_is_the_key(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await ask(pilot, "winter date:2019")
        await pilot.click("#query-outcome")
        await settled(pilot)
        assert "newest first ▾" in screen_text(app)


async def test_what_is_like_a_picture_has_one_order(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "s")
        await settled(pilot)
        assert "by likeness" in screen_text(app)
        before = shown_names(app)
        await pilot.press("b")
        await settled(pilot)
        assert shown_names(app) == before
        assert "by likeness" in screen_text(app)


async def test_similar_looks_for_pictures_like_the_selected_one(
    opened: Opener, world: World
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "right", "right")
        chosen = selected_id(app)
        await pilot.press("s")
        await settled(pilot)
        assert app.browse.query_one(ChipRow).labels == ("like IMG_2002.JPG",)
        best = app.browse.view.ranking[0].photo_id
        assert chosen is not None
        assert world.words[best] >= world.words[chosen]


async def test_back_from_similar_pictures_the_timeline_is_as_it_was(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_feed, "PAGE_PHOTOS", 8)
    async with opened() as (app, pilot):
        await pilot.press("escape", "b")
        await settled(pilot)
        await pilot.press("end", "left")
        await settled(pilot)
        chosen, place = selected_id(app), app.browse.grid.index
        assert place == 38
        await pilot.press("s")
        await settled(pilot)
        assert "by likeness" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "oldest first" in screen_text(app)
        assert (selected_id(app), app.browse.grid.index) == (chosen, place)


async def test_a_line_typed_beside_similar_pictures_is_a_new_search(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "s")
        await settled(pilot)
        assert "new search" in screen_text(app)
        await pilot.press("slash", *"winter")
        await settled(pilot)
        assert app.browse.asked == Asked(line="winter")
        assert app.browse.query_one(ChipRow).labels == ()
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.browse.asked == Asked()


async def test_esc_goes_back_from_similar_pictures_to_the_search_and_its_photo(
    opened: Opener,
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "winter")
        await pilot.press("b", "right", "right")
        await settled(pilot)
        chosen = selected_id(app)
        await pilot.press("s")
        await settled(pilot)
        await pilot.press("right", "s")
        await settled(pilot)
        for labels in (("like",), ()):
            await pilot.press("escape")
            await settled(pilot)
            assert tuple(it[:4] for it in app.browse.query_one(ChipRow).labels) == labels
        assert app.browse.query_one(QueryInput).value == "winter"
        assert selected_id(app) == chosen
        assert "newest first" in screen_text(app)


async def test_an_edit_that_is_given_up_leads_back_to_the_search(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "winter")
        await pilot.press("right", "e", *"at night")
        await settled(pilot)
        assert app.browse.query_one(ChipRow).labels[0].startswith("edit")
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.browse.query_one(QueryInput).value == "winter"
        assert app.browse.grid.index == 1


async def test_what_of_the_line_was_refused_is_told_below_it(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        await ask(pilot, "winter date:201x")
        assert "! date:201x is no date: write" in screen_text(app)
        await ask(pilot, "winter date:2019")
        assert "is no date" not in screen_text(app)


async def test_the_selection_stays_on_its_photo_when_the_order_changes(
    opened: Opener, client: StandInIndexer, world: World
) -> None:
    async with opened() as (app, pilot):
        client.gate = asyncio.Event()
        await pilot.press(*"winter flower")
        await until(pilot, lambda: app.browse.grid.count == 10)
        await until(pilot, lambda: app.browse.grid.item is not None)
        await pilot.press("escape", "right")
        before = selected_id(app)
        assert before is not None
        assert "flower" not in world.words[before]
        client.gate.set()
        await settled(pilot)
        assert selected_id(app) == before
        assert app.browse.grid.index > 1


async def test_new_photos_appear_while_indexing_and_keep_the_selection(
    opened: Opener, world: World, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "down")
        before = selected_id(app)
        with Library.open_writer(world.folder) as library:
            root = library.roots.all()[0]
            facts = None
            for number in (900, 901):
                add_photo(world, library, root.id, number, facts=facts)
            revision = library.revision
        client.on_event(PhotosCommitted(photos=2, revision=revision))
        await until(pilot, lambda: app.browse.grid.count == 42)
        await settled(pilot)
        assert selected_id(app) == before
        assert "42 photos" in screen_text(app)


async def test_space_marks_and_u_unmarks(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "space", "space")
        assert len(app.browse.marks) == 2
        assert "2 marked" in screen_text(app)
        assert screen_text(app).count("●") == 2
        await pilot.press("u")
        assert not app.browse.marks


async def test_mark_all_marks_what_matches_and_nothing_else(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "date:2019")
        await pilot.press("A")
        await settled(pilot)
        assert len(app.browse.marks) == app.browse.grid.count < 40
        assert set(app.browse.marks) == {
            item.photo.id
            for index in range(app.browse.grid.count)
            if (item := app.browse.grid._model.item(index))
        }


async def test_keys_move_the_selection(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape")
        for keys, index in (
            (("right", "l"), 2),
            (("left", "h", "left"), 0),
            (("end",), 39),
            (("G", "g"), 0),
            (("end", "home"), 0),
            (("pagedown", "pageup"), 0),
            (("j", "k"), 0),
        ):
            await pilot.press(*keys)
            assert app.browse.grid.index == index, keys


async def test_down_goes_a_row_down_and_up_at_the_top_to_the_query(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "down")
        assert app.browse.grid.index == app.browse.grid._model.geometry.columns
        await pilot.press("up", "up")
        assert isinstance(app.focused, QueryInput)


async def test_a_click_selects_and_two_open(opened: Opener) -> None:
    async with opened() as (app, pilot):
        geometry = app.browse.grid._model.geometry
        await pilot.click("#grid", offset=(geometry.card_width + 3, 3))
        assert app.browse.grid.index == 1
        await pilot.click("#grid", offset=(3, 3), times=2)
        await settled(pilot)
        assert app.browse.grid.index == 0
        assert app.screen is not app.browse


async def test_the_wheel_scrolls_by_whole_rows(opened: Opener) -> None:
    async with opened() as (app, pilot):
        grid = app.browse.grid
        await pilot._post_mouse_events([events.MouseScrollDown], "#grid")
        await pilot.pause()
        assert grid.scroll_y == grid._model.geometry.card_height


async def test_ctrl_c_stops_the_search_and_quits_the_second_time(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        client.gate = asyncio.Event()
        await pilot.press(*"winter")
        await until(pilot, lambda: app.browse.view.phase == "searching")
        await pilot.press("ctrl+c")
        assert app.browse.view.phase == "stopped"
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert app.return_value == 0
        client.gate.set()


async def test_why_tells_rank_and_parts_of_the_score(opened: Opener) -> None:
    async with opened((140, 40)) as (app, pilot):
        await ask(pilot, "winter snow white")
        await pilot.press("tab")
        await settled(pilot)
        text = screen_text(app)
        assert "1st of" in text
        assert "among the words" in text
        assert "winter in the folder" in text


async def test_why_ticks_of_filters_of_which_one_suffices_those_that_hold(opened: Opener) -> None:
    async with opened((140, 40)) as (app, pilot):
        await ask(pilot, "in:walchensee OR in:garden date:2019 OR date:2020 camera:fuji")
        await pilot.press("tab")
        await settled(pilot)
        text = screen_text(app)
        folder = app.browse.photo.path.split("/")[1] if app.browse.photo else ""
        others = {"walchensee": "garden", "garden": "walchensee"}
        assert f"✓ in {folder} · " in text
        assert f"✓ in {others[folder]}" not in text
        assert "✓ 2020 · " in text
        assert "✓ 2019" not in text
        assert "✓ camera fuji" in text


async def test_facts_are_told_as_people_read_them(opened: Opener) -> None:
    async with opened((140, 40)) as (app, _):
        text = screen_text(app)
        assert "28 July 2020 16:00" in text
        assert "35 mm f/2 1/250 s ISO 400" in text
        assert "47.6, 11.3 · 802 m" in text
        assert "3840×2556 · JPEG · 3.4 MB" in text


async def test_without_room_for_the_panel_tab_opens_its_page(opened: Opener) -> None:
    async with opened((80, 24)) as (app, pilot):
        assert not app.browse.query_one(PhotoPanel).display
        await pilot.press("escape", "tab")
        await settled(pilot)
        assert "28 July 2020 16:00" in screen_text(app)
        await pilot.press("escape")
        assert app.screen is app.browse


async def test_a_broken_encoder_is_told_where_the_search_is_told(
    opened: Opener, client: StandInIndexer
) -> None:
    client.is_broken = True
    async with opened() as (app, pilot):
        await ask(pilot, "winter")
        assert app.browse.grid.count == 10
        assert "the encoder is not there" in screen_text(app)


async def test_pause_and_rescan_reach_the_indexer(opened: Opener, client: StandInIndexer) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "i", "ctrl+r")
        await settled(pilot)
        assert "pause" in client.asked
        assert "rescan True" in client.asked
        notes = [note.message for note in app._notifications]
        assert "All folders are looked through again." in notes


async def test_i_tells_what_it_does_where_nothing_is_indexed_and_goes_on_again(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await pilot.press("escape", "i")
        await settled(pilot)
        assert "paused · i goes on" in screen_text(app)
        assert any("Nothing is being indexed now" in note.message for note in app._notifications)
        await pilot.press("i")
        await settled(pilot)
        assert [order for order in client.asked if order in ("pause", "resume")] == [
            "pause",
            "resume",
        ]
        assert "paused" not in screen_text(app).splitlines()[0]


async def test_a_photo_that_failed_says_why_on_its_card_and_in_the_panel(
    opened: Opener, world: World
) -> None:
    with Library.open_writer(world.folder) as library, library.atomic():
        state = FileState(
            name="broken.jpg", size_bytes=9, mtime_ns=2 * 10**18, ctime_ns=1, inode=999
        )
        (photo,) = library.files.add(library.roots.all()[0].id, "new", [state])
        library.failures.put(photo, "decode", "the file is cut off", retry_after=None)
    async with opened((140, 40), images="blocks") as (app, pilot):
        await pilot.press("escape", "home")
        await settled(pilot)
        assert shown_names(app)[0] == "broken.jpg"
        text = screen_text(app)
        assert text.count("the file is cut off") == 3
        assert "not read yet" not in text


async def test_images_off_shows_names_and_dates(opened: Opener) -> None:
    async with opened() as (app, _):
        text = screen_text(app)
        assert "▀" not in text
        assert "28 July 2020 16:00" in text


async def test_copies_are_shown_once_with_their_number(opened: Opener, world: World) -> None:
    with Library.open_writer(world.folder) as library:
        root = library.roots.all()[0]
        for number in (700, 701):
            add_photo(world, library, root.id, number, folder="winterberg", content_hash="c" * 32)
    async with opened() as (app, pilot):
        await ask(pilot, "winterberg")
        assert "×2" in screen_text(app)


async def test_what_must_not_be_seen_is_a_chip_and_is_looked_for(
    opened: Opener, client: StandInIndexer
) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "without winter")
        assert app.browse.query_one(ChipRow).labels == ("not winter",)
        assert "nearest a photo of winter" in client.asked
        await pilot.press("c")
        assert "Looking for\nnot winter" in panel_text(app)
        await pilot.press("escape", "escape")
        assert not app.browse.asked.is_timeline
        assert "newest first ▾" in screen_text(app)
        await pilot.press("backspace")
        await settled(pilot)
        assert app.browse.asked.is_empty


async def test_a_guess_is_marked_in_its_chip_and_told_below(opened: Opener) -> None:
    async with opened() as (app, pilot):
        await ask(pilot, "7/8/20")
        assert app.browse.query_one(ChipRow).labels == ("7 August 2020?",)
        assert "day before month" in screen_text(app)


async def test_the_locale_tells_what_a_date_means(opened: Opener) -> None:
    async with opened(is_day_first=lambda: False) as (app, pilot):
        await ask(pilot, "7/8/20")
        assert app.browse.query_one(ChipRow).labels == ("8 July 2020?",)
