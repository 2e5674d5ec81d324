"""Every key that is shown works where it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from textual.widget import Widget
from textual.widgets import RadioSet

from imagescope_tui.ui.actions import Situation, actions_in, told_in
from imagescope_tui.ui.screens.export import ExportScreen
from imagescope_tui.ui.widgets.key_line import KeyLine
from imagescope_tui.ui.widgets.query_line import QueryLine
from tests.ui.conftest import Opener
from tests.ui.library_world import StandInIndexer
from tests.ui.scripted_search import ScriptedEngine, candidates
from tests.ui.test_library_page import DAMAGED, fail
from tests.ui.waiting import screen_text, settled

if TYPE_CHECKING:
    from imagescope_tui.ui.actions import Action
    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.library_world import World

WIDE, NARROW = (140, 40), (80, 24)
_PRESSED = {
    "Enter": "enter",
    "Esc": "escape",
    "Tab": "tab",
    "Backspace": "backspace",
    "space": "space",
    "Del": "delete",
    "PgUp": "pageup",
    "PgDn": "pagedown",
    "Home": "home",
    "End": "end",
    "←": "left",
    "→": "right",
    "↑": "up",
    "↓": "down",
    "Ctrl-C": "ctrl+c",
    "Ctrl-P": "ctrl+p",
    "Ctrl-Q": "ctrl+q",
    "Ctrl-R": "ctrl+r",
}
_OTHER_NAMES = {
    "complete": {"cursor_right"},
    "choose": {"recall"},
    "commands": {"command_palette"},
    "unfold": {"select"},
    "library_row": {"cursor_up", "cursor_down"},
}
"""What Textual's own widgets call it, and what leads to the same."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one gets there."""

    typed: str = ""
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE


_WAYS: dict[Situation, Way] = {
    "photos": Way(keys=("escape",)),
    "empty": Way("type:png ", ("escape",)),
    "query": Way(),
    "completing": Way("in:walch"),
    "choosing": Way("in:"),
    "chips": Way("in:garden ", ("tab",)),
    "time": Way(keys=("escape", "t")),
    "large": Way(keys=("escape", "enter")),
    "why": Way(keys=("escape", "enter", "tab"), size=NARROW),
    "chat": Way(keys=("escape", "c")),
    "lines": Way(keys=("escape", "c", "d", "o", "g", "enter", "escape")),
    "large chat": Way(keys=("escape", "c"), size=NARROW),
    "large lines": Way(keys=("escape", "c", "d", "o", "g", "enter", "escape"), size=NARROW),
    "library": Way(keys=("escape", "L")),
    "failed": Way(keys=("escape", "L", "tab")),
    "failed photo": Way(keys=("escape", "L", "tab", "enter", "down")),
    "saving": Way("fox", ("escape", "S")),
    "saved": Way("fox", ("escape", "S", "enter", "S", "down")),
    "export": Way(keys=("escape", "x")),
    "folder": Way(keys=("escape", "a", "/")),
    "folder list": Way(keys=("escape", "a", "/", "down")),
    "models": Way(keys=("escape", "m")),
    "help": Way(keys=("escape", "question_mark")),
}


def keys_of(action: Action) -> list[str]:
    """What a reader presses who sees them."""
    return [_PRESSED.get(shown, shown) for shown in action.shown.split()]


def hints(app: ImagescopeApp) -> tuple[Action, ...]:
    return app.screen.query_one(KeyLine)._hints


def shown_in(app: ImagescopeApp, situation: Situation) -> tuple[Action, ...]:
    """The key line's, or what the frame of a dialog tells."""
    if app.screen.query(KeyLine):
        return hints(app)
    assert told_in(situation) in screen_text(app)
    return actions_in(situation)


@pytest.mark.parametrize("situation", get_args(Situation))
async def test_every_key_that_is_shown_acts(
    opened: Opener, world: World, monkeypatch: pytest.MonkeyPatch, situation: Situation
) -> None:
    fail(world, 3, DAMAGED)
    engine, way = ScriptedEngine(candidates(world.folder)), _WAYS[situation]
    async with opened(way.size, make_engine=lambda _: engine) as (app, pilot):
        for key in (*way.typed, *way.keys):
            await pilot.press(key)
            await settled(pilot)
        shown = shown_in(app, situation)
        assert set(shown) <= set(actions_in(situation))
        assert shown[-1] == actions_in(situation)[-1]
        done: list[str] = []

        async def note(namespace: Any, name: str, _: object) -> bool:  # noqa: ANN401
            if hasattr(Widget, f"action_{name}") and not namespace.allow_vertical_scroll:
                return False  # Every widget of Textual's scrolls by keys, where it can.
            is_there = any(hasattr(namespace, f"{sign}action_{name}") for sign in ("", "_"))
            if is_there:
                done.append(name)
            return is_there

        # Noted, and not done: what comes next is to be pressed in the same place.
        monkeypatch.setattr(app, "_dispatch_action", note)
        for action in shown:
            wanted = {action.action.split("(")[0].removeprefix("app.")}
            for key in keys_of(action):
                done.clear()
                await pilot.press(key)
                assert set(done) & (wanted | _OTHER_NAMES.get(action.name, set())), action
        monkeypatch.undo()


async def test_in_the_large_view_every_key_is_for_the_photo(opened: Opener) -> None:
    async with opened(NARROW) as (app, pilot):
        await pilot.press("escape", "enter")
        await settled(pilot)
        for key in ("j", "down", "l"):
            await pilot.press(key)
        await settled(pilot)
        assert app.focused is None
        assert "4 of 40" in screen_text(app)


async def test_only_what_can_be_dropped_is_offered(tmp_path: Path, world: World) -> None:
    async with Opener(replace(world, folder=tmp_path), StandInIndexer(world))(WIDE) as (app, pilot):
        await pilot.press("escape")
        for line, offered in (
            ("", set()),
            ("fox", {"back"}),
            ("type:png ", {"drop_filter", "back"}),
        ):
            app.browse.query_one(QueryLine).line = line
            await settled(pilot)
            names = {hint.name for hint in hints(app)}
            assert names & {"drop_filter", "back"} == offered


async def test_enter_exports_copies_where_they_are_chosen(
    opened: Opener, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, bool]] = []

    def export(screen: ExportScreen, target: Path) -> None:
        asked.append((target, screen.query_one(RadioSet).pressed_index == 1))

    monkeypatch.setattr(ExportScreen, "_export", export)
    async with opened(NARROW) as (app, pilot):
        await pilot.press("escape", "x", "shift+tab", "down", "enter")
        await settled(pilot)
        assert "( ) a list" in screen_text(app)
        assert asked == [(Path.home() / "imagescope-photos", True)]
