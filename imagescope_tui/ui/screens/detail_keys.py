"""The keys that the large photo names at its bottom, by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui.screens.browse_keys import CHAT_KEYS, TURN_KEYS
from imagescope_tui.ui.widgets.key_line import KeyHint

if TYPE_CHECKING:
    from imagescope_tui.ui.screens.detail import Page

_WHY_KEYS = (
    KeyHint("Esc", "back", "back"),
    KeyHint("← →", "other photos", "step(1)"),
    KeyHint("J K", "scroll", "scroll_words(5)"),
    KeyHint("Tab", "chat, photo", "turn"),
    KeyHint("c", "say more", "chat"),
    KeyHint("?", "keys", "help"),
)
_TAB_IN_CHAT = KeyHint("Tab", "photo", "turn")
_TAB_IN_WIDE = KeyHint("Tab", "chat", "turn")
_PHOTO_KEYS = (
    KeyHint("Esc", "back", "back"),
    KeyHint("← →", "other photos", "step(1)"),
    KeyHint("Tab", "why, chat", "turn"),
    KeyHint("w", "where it is", "light"),
    KeyHint("space", "mark", "mark"),
    KeyHint("o", "open", "open_photo"),
    KeyHint("r", "show in folder", "reveal_photo"),
    KeyHint("y", "copy path", "copy_path"),
    KeyHint("e", "edit", "edit"),
    KeyHint("s", "similar", "similar"),
    KeyHint("?", "keys", "help"),
)


def detail_keys(
    page: Page, *, is_typing: bool, is_wide: bool, has_words: bool
) -> tuple[KeyHint, ...]:
    """The pages that Tab turns to by their names; without `w` where no words were searched."""
    if page == "chat":
        *others, last = CHAT_KEYS if is_typing else TURN_KEYS
        return (*others, _TAB_IN_CHAT, last)
    if page == "why":
        return _WHY_KEYS
    hints = (_TAB_IN_WIDE if is_wide and hint.key == "Tab" else hint for hint in _PHOTO_KEYS)
    return tuple(hint for hint in hints if has_words or hint.key != "w")
