"""What is said of favourites and saved searches; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui import wording
from storage.safe_text import printable
from storage.saved_searches import name_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.ui.asked import Asked
    from storage.records import Photo
    from storage.saved_searches import SavedSearch, SearchOrder

_NAME_CELLS = 40
_ORDERS: dict[SearchOrder, str] = {
    "match": "",
    "newest": "newest first",
    "oldest": "oldest first",
}


def favourite_words(photo: Photo, is_favourite: bool | None) -> str:
    """What became of a mark."""
    name = wording.fit(printable(photo.path.rpartition("/")[2]), _NAME_CELLS)
    if is_favourite is None:
        return f"{name} has not been read yet:\nwhen it has, * makes it a favourite."
    if is_favourite:
        return f"{wording.FAVOURITE} {name} is a favourite.\n* takes it back."
    return f"{name} is no favourite any more.\n* takes it back."


def unsaved_words(asked: Asked) -> str:
    """Why what is asked cannot be saved; empty where it can."""
    if asked.reference is not None or asked.turns:
        return "Only a line can be saved, not a picture or a conversation: n starts afresh."
    return "" if asked.line.strip() else "Nothing to save: / searches for something."


def meant_words(line: str, order: SearchOrder) -> str:
    """The search as it is going to be kept: its line, and its order where that is by date."""
    return printable(" · ".join(part for part in (line.strip(), _ORDERS[order]) if part))


def search_words(search: SavedSearch) -> str:
    """`@pets  cat OR dog · oldest first`."""
    return f"@{printable(search.name)}  {meant_words(search.line, search.order)}"


def named(name: str, searches: Sequence[SavedSearch]) -> SavedSearch | None:
    """The saved search that has the name already."""
    return next((one for one in searches if name_key(one.name) == name_key(name)), None)


def as_saved(line: str, order: SearchOrder, searches: Sequence[SavedSearch]) -> SavedSearch | None:
    """The saved search that the line is, word by word or as the only `@name`; None for another."""
    line = line.strip()
    if line.startswith("@") and (one := named(line[1:], searches)):
        return one
    return next((one for one in searches if (one.line.strip(), one.order) == (line, order)), None)
