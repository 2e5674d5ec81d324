"""What of a photo answers to each filter of the line that it passed; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.search.place_words import place_words
from imagescope_tui.ui import wording
from imagescope_tui.ui.photo_words import Line
from storage.records import Facts
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.query_language import Chip
    from imagescope_tui.ui.library_reader import PhotoDetail
    from storage.records import PhotoTrait

_TEXT_SIGNS = 80
"""Of what is to be read in a picture."""


def passed(chips: Sequence[Chip], detail: PhotoDetail) -> list[Line]:
    """A line for each filter that the photo passes by itself: of several, one may suffice.

    None for what must not be seen, which is told by its chance.
    """
    told = (chip for chip in chips if _is_filter(chip) and chip.wanted not in detail.fails)
    lines = [Line(_sentence(chip, detail)) for chip in told]
    return [Line("Filters", "head"), *lines] if lines else []


def _is_filter(chip: Chip) -> bool:
    """A saved search of nothing but words is none."""
    is_words = chip.kind == "saved" and chip.wanted.is_empty
    return chip.kind != "not" and not is_words


def _sentence(chip: Chip, detail: PhotoDetail) -> str:
    told = " · ".join(part for part in (printable(chip.label), _fact(chip, detail)) if part)
    return f"✓ {told}"


def _fact(chip: Chip, detail: PhotoDetail) -> str:
    photo, facts = detail.photo, detail.facts
    folder, _, name = photo.path.rpartition("/")
    match chip.kind:
        case "date":
            return wording.taken(photo)
        case "folder":
            return printable(f"{photo.root.name}/{folder}".rstrip("/"))
        case "camera" if facts is not None:
            return " · ".join(printable(part) for part in (facts.camera, facts.lens) if part)
        case "type":
            return printable(", ".join((name, *(path.name for path in detail.companions))))
        case "rating" if facts is not None:
            return wording.marks(facts)
        case "trait":
            return " · ".join(filter(None, (_trait(name, detail) for name in chip.wanted.traits)))
        case "place":
            return place_words(detail.place, facts)
        case "person" if facts is not None:
            return printable(", ".join(facts.people))
        case _:
            return ""


def _trait(trait: PhotoTrait, detail: PhotoDetail) -> str:
    photo, facts = detail.photo, detail.facts or Facts()
    match trait:
        case "gps":
            named = place_words(detail.place, facts)
            return " · ".join(filter(None, (named, wording.place_sentence(facts))))
        case "text":
            return f"“{wording.excerpt(detail.text, _TEXT_SIGNS)}”"
        case "damaged":
            return printable(facts.damage or "")
        case "favourite":
            return wording.marks(facts)
        case _:
            return f"{photo.width}×{photo.height}" if photo.width and photo.height else ""
