"""Every action of the screen: its key, its words, and where it works.

Bindings, the key line, the page of keys, the command palette and README's table are made from this
one table, so that all say the same. An action stands once for each part of the screen it works in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual.binding import Binding, BindingType

Where: TypeAlias = Literal[
    "app",
    "any",
    "photos",
    "grid",
    "large",
    "query",
    "choosing",
    "bar",
    "chips",
    "time",
    "chat",
    "lines",
    "library",
    "saving",
    "saved",
    "export",
    "export kind",
    "folder",
    "models",
    "help",
]
"""Who has the binding: the program; both screens that show photos; the screen with the grid; the
grid itself; the large photo; the query line; its list of completions; what holds the line and its
filters; the filters; the strip of years; the chat's input; the lines that were said; the
library page; where a search is saved; the list of saved ones; where photos are exported, and as what;
where a folder is added; the models; the page of keys."""
Group: TypeAlias = Literal[
    "Search",
    "In the query line",
    "Move",
    "Photos",
    "Library",
    "On the library page",
    "In the years",
    "In the large photo",
    "In the chat",
    "In a dialog",
]
Situation: TypeAlias = Literal[
    "photos",
    "empty",
    "query",
    "completing",
    "choosing",
    "chips",
    "time",
    "large",
    "why",
    "chat",
    "lines",
    "large chat",
    "large lines",
    "library",
    "failed",
    "failed photo",
    "saving",
    "saved",
    "export",
    "folder",
    "folder list",
    "models",
    "help",
]
"""Where the keys go, and what can be done there."""

_FOCUSED: frozenset[Where] = frozenset(
    {"grid", "query", "choosing", "bar", "chips", "time", "chat", "lines"}
)
"""Those that have the keys when their actions are shown."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does in one part of the screen."""

    name: str
    """Unique; the key line's order calls it so."""
    where: Where
    keys: str
    """As Textual calls them, with commas; empty where the palette alone leads here, or a key that
    Textual's own widget binds."""
    shown: str
    """The keys as a reader knows them; empty where another action tells them."""
    action: str
    """Textual's name of it, in the part of the screen it works in."""
    short: str
    """In the key line, and the name in the palette."""
    long: str
    """On the page of keys, in the palette and in README."""
    group: Group

    @property
    def click(self) -> str:
        """The action as it is called from the screen, where it is shown."""
        return f"focused.{self.action}" if self.where in _FOCUSED else self.action


def _rows(group: Group, *rows: tuple[str, Where, str, str, str, str, str]) -> tuple[Action, ...]:
    return tuple(Action(*row, group=group) for row in rows)


# One action a line, or nobody can compare them.
# fmt: off
ACTIONS: tuple[Action, ...] = (
    *_rows("Search",
        ("search", "photos", "slash", "/", "focus_query", "search", "to the query line"),
        ("ask_deeply", "photos", "", "", "ask_deeply", "check and judge", "ask the models too"),
        ("back", "photos", "escape", "Esc", "back", "all photos", "the search before, or all photos"),
        ("drop_filter", "photos", "backspace", "Backspace", "drop_chip", "drop filter", "drop the last filter"),
        ("similar", "any", "s", "s", "similar", "similar", "pictures like this one"),
        ("edit", "any", "e", "e", "edit", "edit", "this one, but different"),
        ("chat", "any", "c", "c", "chat", "chat", "refine by a further line"),
        ("start_afresh", "any", "n", "n", "start_afresh", "start afresh", "forget it all, ask anew"),
        ("order", "photos", "b", "b", "next_order", "order", "by match, newest, oldest"),
        ("save_search", "photos", "S", "S", "save_search", "save search", "save the search as @name"),
        ("saved_searches", "photos", "", "", "saved_searches", "saved searches", "ask a saved search, or forget it"),
        ("stop", "app", "ctrl+c", "Ctrl-C", "interrupt", "stop", "stop the search; twice: quit"),
    ),
    *_rows("In the query line",
        ("submit", "query", "", "Enter", "submit", "search", "ask the models too"),
        ("earlier", "query", "up", "↑", "recall(-1)", "earlier", "an earlier query"),
        ("later", "query", "down", "↓", "recall(1)", "later", "a later query, then the photos"),
        ("complete", "query", "tab", "Tab  →", "complete", "complete", "complete what is typed"),
        ("filters", "bar", "tab", "", "filters", "filters", "to the filters"),
        ("choose", "choosing", "", "↑ ↓", "step(1)", "choose", "choose among completions"),
        ("close_list", "choosing", "", "Esc", "leave", "close the list", "close the list of completions"),
        ("leave_query", "query", "escape", "Esc", "leave", "to the photos", "to the photos"),
        ("chip_step_back", "chips", "left", "", "step(-1)", "filters", "the filter before"),
        ("chip_step", "chips", "right", "← →", "step(1)", "filters", "from filter to filter"),
        ("chip_drop", "chips", "backspace,delete,enter", "Enter", "drop", "drop filter", "drop the filter"),
    ),
    *_rows("Move",
        ("left", "grid", "left,h", "← ↓ ↑ →  h j k l", "move_by(-1)", "other photos", "other photos"),
        ("right", "grid", "right,l", "", "move_by(1)", "right", "the next photo"),
        ("up", "grid", "up,k", "", "move_rows(-1)", "up", "a row up"),
        ("down", "grid", "down,j", "", "move_rows(1)", "down", "a row down"),
        ("page_up", "grid", "pageup,ctrl+b", "", "move_pages(-1)", "a screen up", "a screen up"),
        ("page_down", "grid", "pagedown,ctrl+f", "PgUp PgDn", "move_pages(1)", "screens", "a screen up, down"),
        ("first", "grid", "home,g", "", "first", "first", "the first photo"),
        ("last", "grid", "end,G", "Home End  g G", "last", "first, last", "first, last photo"),
        ("year_before", "any", "left_square_bracket", "", "step_years(-1)", "year before", "a year back"),
        ("year_after", "any", "right_square_bracket", "[ ]", "step_years(1)", "next year", "a year back, a year on"),
        ("month_before", "any", "left_curly_bracket", "", "step_months(-1)", "month before", "a month back"),
        ("month_after", "any", "right_curly_bracket", "{ }", "step_months(1)", "next month", "a month back, a month on"),
        ("time", "photos", "t", "t", "time", "years", "years and months"),
        ("slideshow_here", "photos", "full_stop", ".", "slideshow", "slideshow", "the photos one after another, large"),
        ("large", "grid", "enter", "Enter", "open", "large", "the photo large"),
        ("open_detail", "photos", "", "", "open_detail", "large", "the photo large"),
        ("panel", "photos", "tab", "Tab", "panel", "panel", "photo, why, chat"),
        ("panel_down", "photos", "J,shift+down", "J K", "scroll_panel(1)", "scroll", "more of the panel, and back"),
        ("panel_up", "photos", "K,shift+up", "", "scroll_panel(-1)", "scroll back", "back in the panel"),
        ("larger", "grid", "plus,equals_sign", "+ -", "resize_cards(1)", "size", "larger, smaller pictures"),
        ("smaller", "grid", "minus", "", "resize_cards(-1)", "smaller", "smaller pictures"),
    ),
    *_rows("Photos",
        ("light", "any", "w", "w", "light", "where it is", "where it is: word by word"),
        ("mark", "any", "space", "space", "mark", "mark", "mark, or not"),
        ("favourite", "any", "asterisk", "*", "favourite", "favourite", "a favourite, or not"),
        ("mark_all", "any", "A", "A", "mark_all", "mark all", "mark all found"),
        ("unmark_all", "any", "u", "u", "unmark_all", "unmark all", "unmark all"),
        ("export", "any", "x", "x", "export", "export", "export what is marked"),
        ("open", "any", "o", "o", "open_photo", "open", "open in the viewer"),
        ("reveal", "any", "r", "r", "reveal_photo", "show in folder", "show in its folder"),
        ("copy", "any", "y", "y", "copy_path", "copy path", "copy the path; twice: the picture"),
        ("stack", "any", "v", "v", "toggle_stack", "burst", "all of a burst, or one"),
    ),
    *_rows("In the years",
        ("time_before", "time", "up,k", "", "step(-1)", "month before", "the month before"),
        ("time_after", "time", "down,j", "↑ ↓", "step(1)", "months", "from month to month"),
        ("time_year_before", "time", "left,h,pageup", "", "step_years(-1)", "year before", "the year before"),
        ("time_year_after", "time", "right,l,pagedown", "← →", "step_years(1)", "years", "from year to year"),
        ("time_first", "time", "home,g", "", "first", "first", "the first month"),
        ("time_last", "time", "end,G", "", "last", "last", "the last month"),
        ("time_choose", "time", "enter", "Enter", "choose", "its photos", "to it; by match, only it"),
        ("time_hide", "time", "t", "t", "hide", "hide", "hide the years"),
        ("time_leave", "time", "escape,tab", "Esc", "leave", "back", "back to the photos"),
    ),
    *_rows("In the large photo",
        ("large_back", "large", "escape,enter", "Esc", "back", "back", "back to the photos"),
        ("large_step_back", "large", "left,up,h,k,pageup", "", "step(-1)", "photo before", "the photo before"),
        ("large_step", "large", "right,down,l,j,pagedown", "← →", "step(1)", "other photos", "the photo before, the next"),
        ("large_first", "large", "home,g", "", "first", "first", "the first photo"),
        ("large_last", "large", "end,G", "", "last", "last", "the last photo"),
        ("facts", "large", "f", "f", "toggle_facts", "facts", "facts beside the photo, or not"),
        ("slideshow", "large", "full_stop", ".", "slideshow", "slideshow", "photo after photo, or stop"),
        ("play", "large", "p", "p", "play", "play", "play a video or animation, or stop"),
        ("turn", "large", "tab", "Tab", "turn", "next page", "photo, why, chat"),
        ("large_scroll", "large", "J,shift+down", "J K", "scroll_words(1)", "scroll", "more of the words, and back"),
        ("large_scroll_back", "large", "K,shift+up", "", "scroll_words(-1)", "scroll back", "back in the words"),
    ),
    *_rows("Library",
        ("library", "any", "L", "L", "library", "library", "folders, what failed, room"),
        ("add_folder", "any", "a", "a", "add_folder", "add folder", "add a folder"),
        ("pause", "any", "i", "i", "pause_or_resume", "pause", "pause indexing, or go on"),
        ("rescan", "photos", "ctrl+r", "Ctrl-R", "rescan", "look again", "look at all folders again"),
        ("models", "any", "m", "m", "models", "models", "models that see more"),
        ("dismiss", "photos", "d", "d", "hide_note", "dismiss", "dismiss the note"),
        ("help", "any", "question_mark", "?", "help", "keys", "every key"),
        ("commands", "app", "", "Ctrl-P", "app.command_palette", "commands", "every command by name"),
        ("quit", "any", "q", "q", "app.quit", "quit", "quit"),
        ("quit_anywhere", "app", "ctrl+q", "Ctrl-Q", "app.quit", "quit", "quit, also while typing"),
    ),
    *_rows("On the library page",
        ("library_back", "library", "escape,L", "Esc", "back", "back", "back to the photos"),
        ("library_row", "library", "j", "↑ ↓  j k", "step(1)", "rows", "from row to row"),
        ("library_row_back", "library", "k", "", "step(-1)", "row before", "the row before"),
        ("library_first", "library", "g", "", "first", "first", "the first row"),
        ("library_last", "library", "G", "", "last", "last", "the last row"),
        ("library_part", "library", "tab", "Tab", "part(1)", "next part", "to the next part, and back"),
        ("library_part_back", "library", "shift+tab", "", "part(-1)", "part before", "the part before"),
        ("look_again", "library", "t", "t", "again", "look here again", "look at the folder again"),
        ("try_again", "library", "", "t", "again", "try again", "try again what failed"),
        ("unfold", "library", "", "Enter", "unfold", "its photos", "the photos of a reason"),
        ("remove", "library", "x,delete", "x", "remove", "remove", "remove the folder; asks first"),
        ("library_open", "library", "o", "o", "open_photo", "open", "open in its program"),
        ("library_reveal", "library", "r", "r", "reveal_photo", "show in folder", "show in its folder"),
    ),
    *_rows("In the chat",
        ("say", "chat", "", "Enter", "submit", "say it", "say the line"),
        ("to_the_lines", "chat", "escape,up", "Esc ↑", "leave", "lines said", "to the lines that were said"),
        ("line_up", "lines", "up,k", "", "step(-1)", "line before", "the line before"),
        ("line_down", "lines", "down,j", "↑ ↓", "step(1)", "lines", "from line to line"),
        ("undo", "lines", "u,delete,backspace", "u", "undo", "undo the line", "undo the line"),
        ("leave_lines", "lines", "escape", "Esc", "leave", "to the photos", "to the photos"),
    ),
    *_rows("In a dialog",
        ("save", "saving", "", "Enter", "submit", "saves", "save the search by this name"),
        ("to_saved", "saving", "down", "↓", "to_saved", "saved ones", "to the saved searches"),
        ("close_saving", "saving", "escape", "Esc", "close", "closes", "close"),
        ("ask_saved", "saved", "", "Enter", "select", "asks it", "ask the saved search"),
        ("forget_search", "saved", "delete,backspace", "Del", "forget", "forgets it", "forget the saved search"),
        ("export_now", "export", "", "Enter", "submit", "exports", "export"),
        ("export_from_kind", "export kind", "enter", "", "screen.export", "exports", "export"),
        ("export_next_kind", "export kind", "down,right", "", "choose(1)", "next", "the next kind"),
        ("export_kind_before", "export kind", "up,left", "", "choose(-1)", "before", "the kind before"),
        ("export_parts", "export", "", "Tab", "app.focus_next", "what and where", "to what and to where"),
        ("close_export", "export", "escape", "Esc", "close", "closes", "close, or stop copying"),
        ("folder_add", "folder", "", "Enter", "submit", "adds it", "add the folder"),
        ("folder_take", "folder", "", "Enter", "select", "takes it", "take the folder into the line"),
        ("folder_complete", "folder", "tab", "Tab", "complete", "completes", "complete the folder"),
        ("folder_list", "folder", "down", "↓", "to_matches", "picks", "to the list"),
        ("folder_later", "folder", "escape", "Esc", "app.pop_screen", "later", "later"),
        ("download", "models", "", "Enter", "select", "downloads", "download the model; asks first"),
        ("stop_download", "models", "c", "", "cancel_download", "stops it", "stop the download"),
        ("close_models", "models", "escape", "Esc", "back", "closes", "back"),
        ("help_down", "help", "down,j", "↓ ↑", "scroll(1)", "scrolls", "a line down"),
        ("help_up", "help", "up,k", "", "scroll(-1)", "scrolls", "a line up"),
        ("help_page_down", "help", "pagedown,space", "", "scroll_pages(1)", "scrolls", "a screen down"),
        ("help_page_up", "help", "pageup", "", "scroll_pages(-1)", "scrolls", "a screen up"),
        ("help_first", "help", "home,g", "", "first", "first", "to the first key"),
        ("help_last", "help", "end,G", "", "last", "last", "to the last key"),
        ("close_help", "help", "escape,question_mark,q,enter", "Esc", "dismiss(None)", "closes", "close"),
    ),
)
# fmt: on

_ORDER: dict[Situation, str] = {
    "photos": "search large edit chat similar order mark open favourite copy panel quit time help",
    "empty": "search drop_filter back add_folder quit help",
    "query": "submit earlier leave_query commands quit_anywhere",
    "completing": "complete submit earlier leave_query commands quit_anywhere",
    "choosing": "complete choose submit close_list commands quit_anywhere",
    "chips": "chip_step chip_drop search help",
    "time": "time_after time_year_after time_choose time_hide time_leave help",
    "large": "large_back large_step turn play light facts mark open favourite reveal copy edit similar help",
    "why": "large_back large_step large_scroll turn chat help",
    "chat": "say to_the_lines quit_anywhere",
    "lines": "line_down undo start_afresh chat leave_lines",
    "large chat": "say to_the_lines turn quit_anywhere",
    "large lines": "line_down undo start_afresh chat turn leave_lines",
    "library": "library_back library_part add_folder look_again remove rescan models help",
    "failed": "library_back library_part unfold try_again rescan models help",
    "failed photo": "library_back library_part library_open library_reveal try_again help",
    "saving": "save to_saved close_saving",
    "saved": "ask_saved forget_search close_saving",
    "export": "export_now export_parts close_export",
    "folder": "folder_add folder_complete folder_list folder_later",
    "folder list": "folder_take folder_complete folder_later",
    "models": "download close_models",
    "help": "help_down close_help",
}
"""What the key line shows, the most important first; the last is shown in any width.

Dialogs have no such line, but tell it in their frames.
"""
_BY_NAME = {action.name: action for action in ACTIONS}


def bindings_of(*wheres: Where) -> list[BindingType]:
    """The bindings of a part of the screen."""
    return [
        Binding(action.keys, action.action, action.long, show=False, priority=action.where == "app")
        for action in ACTIONS
        if action.where in wheres and action.keys
    ]


def bindings_named(*names: str) -> list[BindingType]:
    """The bindings of single actions, in a part of the screen that shares them with another."""
    return [
        Binding(action.keys, action.action, action.long, show=False)
        for action in map(_BY_NAME.__getitem__, names)
    ]


def actions_in(situation: Situation) -> tuple[Action, ...]:
    """What the key line shows there, in its order."""
    return tuple(_BY_NAME[name] for name in _ORDER[situation].split())


def told_in(situation: Situation) -> str:
    """What the frame of a dialog tells: `Enter saves · Esc closes`."""
    return " · ".join(f"{action.shown} {action.short}" for action in actions_in(situation))


def commands() -> tuple[Action, ...]:
    """What the palette offers: all that can be done from the photos."""
    return tuple(
        action
        for action in ACTIONS
        if action.where in ("any", "photos") and not action.action.startswith("app.")
    )


def told_by_group() -> dict[Group, list[tuple[str, str]]]:
    """Keys and what they do, for the page of keys and README; what is one line is told once.

    Dialogs tell theirs themselves.
    """
    groups: dict[Group, list[tuple[str, str]]] = {}
    for action in ACTIONS:
        if action.group == "In a dialog":
            continue
        row = (action.shown, action.long)
        rows = groups.setdefault(action.group, [])
        if action.shown and row not in rows:
            rows.append(row)
    return groups


def readme_table() -> str:
    """The table of keys in README."""
    lines = ["| key | does |", "|---|---|"]
    for group, rows in told_by_group().items():
        lines.append(f"| **{group}** | |")
        lines += [f"| `{shown}` | {long} |" for shown, long in rows]
    return "\n".join(lines)
