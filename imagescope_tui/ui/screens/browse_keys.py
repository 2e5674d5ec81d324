"""The keys that the screen with the photos names at its bottom, by where the keys go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui.widgets.key_line import KeyHint

if TYPE_CHECKING:
    from imagescope_tui.ui.widgets.completing_input import CompletingInput

GRID_KEYS = (
    KeyHint("/", "search", "focus_query"),
    KeyHint("Enter", "large", "open_detail"),
    KeyHint("e", "edit", "edit"),
    KeyHint("c", "chat", "chat"),
    KeyHint("s", "similar", "similar"),
    KeyHint("b", "order", "next_order"),
    KeyHint("space", "mark", "mark"),
    KeyHint("o", "open", "open_photo"),
    KeyHint("y", "copy path", "copy_path"),
    KeyHint("Tab", "panel", "panel"),
    KeyHint("q", "quit", "app.quit"),
    KeyHint("?", "keys", "help"),
)
EMPTY_KEYS = (
    KeyHint("/", "search", "focus_query"),
    KeyHint("Backspace", "drop filter", "drop_chip"),
    KeyHint("Esc", "all photos", "back"),
    KeyHint("a", "add folder", "add_folder"),
    KeyHint("q", "quit", "app.quit"),
    KeyHint("?", "keys", "help"),
)
QUERY_KEYS = (
    KeyHint("Enter", "search", "submit"),
    KeyHint("↑", "earlier", "recall"),
    KeyHint("Esc", "to the photos", "focus_grid"),
    KeyHint("^P", "commands", "app.command_palette"),
    KeyHint("^Q", "quit", "app.quit"),
)
COMPLETION_KEYS = (KeyHint("Tab", "complete", "focused.complete"), *QUERY_KEYS)
CHOICE_KEYS = (
    KeyHint("Tab", "complete", "focused.complete"),
    KeyHint("↑ ↓", "choose", "focused.step(1)"),
    KeyHint("Enter", "search", "submit"),
    KeyHint("Esc", "close the list", "focused.leave"),
    *QUERY_KEYS[-2:],
)
CHAT_KEYS = (
    KeyHint("Enter", "say it", "chat"),
    KeyHint("Esc", "to the lines that were said", "chat_lines"),
    KeyHint("^Q", "quit", "app.quit"),
)
TURN_KEYS = (
    KeyHint("↑ ↓", "lines", "chat_lines"),
    KeyHint("u", "undo the line", "undo_line"),
    KeyHint("n", "start afresh", "start_afresh"),
    KeyHint("c", "say more", "chat"),
    KeyHint("Esc", "to the photos", "leave_chat"),
)


def query_keys(line: CompletingInput) -> tuple[KeyHint, ...]:
    """What keys do in the query line now."""
    if line.is_choosing:
        return CHOICE_KEYS
    return COMPLETION_KEYS if line.is_offering else QUERY_KEYS
