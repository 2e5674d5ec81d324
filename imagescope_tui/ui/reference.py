"""The picture that is to be changed, or that photos are to be like, in words; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.ui import wording
from imagescope_tui.ui.photo_words import Line
from storage.safe_text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.ui.asked import Asked
    from storage.records import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A picture that is part of the question."""

    path: Path
    change: str = ""
    """What is to be different in it."""
    is_edit: bool = False
    """Whether it is to be changed, by words that may be still to come."""
    photo: Photo | None = None
    """The photo of the library that it is; None where it is none, or was not looked up."""


def reference_of(asked: Asked, photo: Photo | None) -> Reference | None:
    """What a question refers to; `photo` is the one at that path, where it is known."""
    if asked.reference is None:
        return None
    query = asked.query
    return Reference(
        path=asked.reference,
        change=query.whole_text,
        is_edit=asked.is_edit or bool(query.text),
        photo=photo if photo is not None and photo.full_path == asked.reference else None,
    )


def reference_lines(reference: Reference) -> list[Line]:
    """Its name and day, and what is asked of it."""
    day = wording.taken(reference.photo) if reference.photo is not None else ""
    if not reference.is_edit:
        told = Line("photos like this one", "quiet")
    elif reference.change:
        told = Line(f"this one, but “{printable(reference.change)}”", "quiet")
    else:
        told = Line("say what should be different", "warning")
    name = Line(printable(reference.path.name), "title")
    return [name, told, *([Line(day, "quiet")] if day else [])]
