"""Messages that the program sends to its screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from imagescope_tui.ui.photo_feed import PhotoSource
    from imagescope_tui.ui.pictures.key import PictureKey


class PictureCame(Message):
    """A painting is ready to be shown, or there is none."""

    def __init__(self, key: PictureKey) -> None:
        super().__init__()
        self.key = key


class TerminalSaid(Message):
    """The terminal answered while the screen is open."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer
        """The whole of it, with its beginning and end."""


class SearchAdvanced(Message):
    """The search that is shown has come further."""


class PhotosShown(Message):
    """There are other photos in the grid, or the same in a newer state."""

    def __init__(self, source: PhotoSource, *, is_fresh: bool) -> None:
        super().__init__()
        self.source = source
        self.is_fresh = is_fresh
        """Whether they are others."""
