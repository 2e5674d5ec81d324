"""What is said of one photo: its facts; pure lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.counting import counted
from imagescope_tui.search.place_words import place_words
from imagescope_tui.ui import wording
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.ui.library_reader import PhotoDetail

_COPIES_NAMED = 5
_REMARKS_SHOWN = 5
_REMARK_SIGNS = 160
"""More of a remark, or of the text in a picture, is cut."""

Emphasis: TypeAlias = Literal["", "title", "quiet", "warning", "head", "accepted"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and how it stands out."""

    text: str
    emphasis: Emphasis = ""


def about(detail: PhotoDetail, home: Path, second: float | None = None) -> list[Line]:
    """Name, time, camera, place, size, words and paths; of a film the moment that was found."""
    photo, facts = detail.photo, detail.facts
    place = place_words(detail.place, facts)
    lines = [
        Line(printable(photo.path.rpartition("/")[2]), "title"),
        Line(" · ".join(part for part in (wording.taken(photo), place) if part)),
        Line(wording.play_sentence(photo, second)),
    ]
    if facts is not None:
        camera = [printable(name) for name in (facts.camera, facts.lens) if name]
        lines.append(Line(" · ".join(camera)))
        lines.append(Line(wording.exposure_sentence(facts)))
        lines.append(Line(wording.place_sentence(facts)))
    lines.append(Line(wording.frame_sentence(photo, facts)))
    if facts is not None and facts.damage:
        lines.append(Line(f"damaged: {printable(facts.damage)}", "warning"))
    if detail.failure is not None:
        lines.append(Line(f"could not be read: {printable(detail.failure)}", "warning"))
    lines.extend(_own_words(detail))
    lines.extend(_whereabouts(detail, home))
    return _tidy(lines)


def about_briefly(detail: PhotoDetail, home: Path, second: float | None = None) -> list[Line]:
    """The same for little room: the facts in one sentence, without the name."""
    lines = about(detail, home, second)[1:]
    place = next((n for n, line in enumerate(lines) if line.emphasis == "quiet"), len(lines))
    facts = " · ".join(line.text for line in lines[:place] if line.emphasis != "warning")
    warnings = [line for line in lines[:place] if line.emphasis == "warning"]
    return [Line(facts), *warnings, *(line for line in lines[place:] if line.text)]


def _own_words(detail: PhotoDetail) -> Iterator[Line]:
    facts = detail.facts
    said = []
    if detail.caption is not None and detail.caption.text:
        said.append(Line(f"“{printable(detail.caption.text)}”"))
    if facts is not None:
        texts = (
            wording.marks(facts),
            facts.title,
            facts.description,
            _listed("keywords", facts.keywords),
            _listed("people", facts.people),
            f"by {facts.artist}" if facts.artist else "",
            *(wording.excerpt(remark, _REMARK_SIGNS) for remark in facts.remarks[:_REMARKS_SHOWN]),
            f"text: “{wording.excerpt(detail.text, _REMARK_SIGNS)}”" if detail.text else "",
        )
        said.extend(Line(printable(text)) for text in dict.fromkeys(texts) if text)
        said.extend(Line(printable(note), "quiet") for note in facts.notes)
    if said:
        yield Line("", "quiet")
        yield from said


def _listed(name: str, told: tuple[str, ...]) -> str:
    return f"{name}: {', '.join(told)}" if told else ""


def _whereabouts(detail: PhotoDetail, home: Path) -> Iterator[Line]:
    yield Line("", "quiet")
    yield Line(wording.short_path(detail.photo.full_path, home), "quiet")
    if detail.companions:
        names = ", ".join(printable(path.name) for path in detail.companions)
        yield Line(f"with {names}", "quiet")
    for copy in detail.copies[:_COPIES_NAMED]:
        yield Line(f"also {wording.short_path(copy.full_path, home)}", "quiet")
    if len(detail.copies) > _COPIES_NAMED:
        unnamed = len(detail.copies) - _COPIES_NAMED
        yield Line(f"and {counted(unnamed, 'more copy', 'more copies')}", "quiet")
    if detail.photo.offline_since is not None:
        drive = printable(str(detail.photo.root))
        yield Line("", "quiet")
        yield Line(f"⌁ {drive} is not there now. Connect it to open this photo.", "warning")


def _tidy(lines: list[Line]) -> list[Line]:
    """Without the lines that have nothing to say; a quiet empty line separates."""
    return [line for line in lines if line.text or line.emphasis == "quiet"]
