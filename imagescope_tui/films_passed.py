"""Films that are passed over because what reads them is not installed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from indexer.formats import VIDEO, VIDEO_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable


def films_passed_words(films: int) -> str:
    """`1 video passed over: pip install …`; nothing where there are none, or they can be read."""
    if not films or VIDEO.is_installed:
        return ""
    return f"{counted(films, 'video')} passed over: {VIDEO.remedy}"


def asks_for_films(extensions: Iterable[str]) -> bool:
    """Whether any of the extensions of a filter, which have no dot, is a film's."""
    return any(f".{extension}" in VIDEO_EXTENSIONS for extension in extensions)
