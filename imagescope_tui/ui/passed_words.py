"""What of a photo answers to each filter of the line that it passed; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui import wording
from imagescope_tui.ui.photo_words import Line
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.query_language import Chip
    from imagescope_tui.ui.library_reader import PhotoDetail


def passed(chips: Sequence[Chip], detail: PhotoDetail) -> list[Line]:
    """A line for each filter that the photo passes by itself: of several, one may suffice.

    None for what must not be seen, which is told by its chance.
    """
    told = (chip for chip in chips if chip.kind != "not" and chip.wanted not in detail.fails)
    lines = [Line(_sentence(chip, detail)) for chip in told]
    return [Line("Filters", "head"), *lines] if lines else []


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
        case "trait" if photo.width and photo.height:
            place = wording.place_sentence(facts) if facts is not None else ""
            return " · ".join(part for part in (f"{photo.width}×{photo.height}", place) if part)
        case "place" if facts is not None:
            return wording.place_sentence(facts)
        case _:
            return ""
