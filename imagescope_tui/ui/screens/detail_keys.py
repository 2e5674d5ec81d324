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
    """Without those that do nothing there: pages where all is shown, words where there are none."""
    if page == "chat":
        return CHAT_KEYS if is_typing else TURN_KEYS
    idle = {key for key, is_idle in (("Tab", is_wide), ("w", not has_words)) if is_idle}
    hints = _PHOTO_KEYS if page == "photo" else _WHY_KEYS
    return tuple(hint for hint in hints if hint.key not in idle)
