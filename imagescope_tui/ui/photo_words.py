"""What is said of one photo: its facts, and why it was found; pure lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.ui import wording
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.search.types import Candidate
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.state import SearchView

_COPIES_NAMED = 5

Emphasis: TypeAlias = Literal["", "title", "quiet", "warning", "head"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and how it stands out."""

    text: str
    emphasis: Emphasis = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A photo's place in a search."""

    rank: int
    candidate: Candidate
    view: SearchView


def about(detail: PhotoDetail, home: Path) -> list[Line]:
    """Name, time, camera, place, size, words and paths."""
    photo, facts = detail.photo, detail.facts
    moment = wording.moment_of(photo)
    taken = wording.day_and_time(moment) if moment else ""
    lines = [
        Line(printable(photo.path.rpartition("/")[2]), "title"),
        Line(taken if photo.taken_at else f"{taken} (the file’s own time)"),
    ]
    if facts is not None:
        camera = [printable(name) for name in (facts.camera, facts.lens) if name]
        lines.append(Line(" · ".join(camera)))
        lines.append(Line(wording.exposure_sentence(facts)))
        lines.append(Line(wording.place_sentence(facts)))
    lines.append(Line(wording.frame_sentence(photo, facts)))
    lines.extend(_own_words(detail))
    lines.extend(_whereabouts(detail, home))
    return _tidy(lines)


def about_briefly(detail: PhotoDetail, home: Path) -> list[Line]:
    """The same for little room: the facts in one sentence, without the name."""
    lines = about(detail, home)[1:]
    place = next((n for n, line in enumerate(lines) if line.emphasis == "quiet"), len(lines))
    facts = " · ".join(line.text for line in lines[:place])
    return [Line(facts), *(line for line in lines[place:] if line.text)]


def _own_words(detail: PhotoDetail) -> Iterator[Line]:
    facts = detail.facts
    said = []
    if detail.caption is not None and detail.caption.text:
        said.append(Line(f"“{printable(detail.caption.text)}”"))
    if facts is not None:
        texts = (facts.title, facts.description, ", ".join(facts.keywords))
        said.extend(Line(printable(text)) for text in dict.fromkeys(texts) if text)
    if said:
        yield Line("", "quiet")
        yield from said


def _whereabouts(detail: PhotoDetail, home: Path) -> Iterator[Line]:
    yield Line("", "quiet")
    yield Line(wording.short_path(detail.photo.full_path, home), "quiet")
    for copy in detail.copies[:_COPIES_NAMED]:
        yield Line(f"also {wording.short_path(copy.full_path, home)}", "quiet")
    if len(detail.copies) > _COPIES_NAMED:
        unnamed = len(detail.copies) - _COPIES_NAMED
        yield Line(f"and {wording.counted(unnamed, 'more copy', 'more copies')}", "quiet")
    if detail.photo.offline_since is not None:
        drive = printable(str(detail.photo.root))
        yield Line("", "quiet")
        yield Line(f"⌁ {drive} is not there now. Connect it to open this photo.", "warning")


def _tidy(lines: list[Line]) -> list[Line]:
    """Without the lines that have nothing to say; a quiet empty line separates."""
    return [line for line in lines if line.text or line.emphasis == "quiet"]


def why_found(finding: Finding | None, detail: PhotoDetail) -> list[Line]:
    """The parts of the score, and what the search could not use."""
    if finding is None:
        return [
            Line("In the timeline, newest first.", "quiet"),
            Line("Search for something, and this says why a photo was found.", "quiet"),
        ]
    view, candidate = finding.view, finding.candidate
    total = len(view.ranking)
    lines = [Line(f"{_ordinal(finding.rank)} of {total:,}", "title")]
    if candidate.picture_rank is not None or candidate.picture_score is not None:
        lines += [Line("", "quiet"), Line("Picture", "head"), *_picture(candidate)]
    if candidate.words_rank is not None:
        lines += [Line("", "quiet"), Line("Words", "head"), *_words(candidate, view, detail)]
    lines.extend(_not_used(view))
    return lines


def _picture(candidate: Candidate) -> Iterator[Line]:
    if candidate.picture_rank is not None:
        yield Line(f"{_ordinal(candidate.picture_rank)} among the pictures")
    if candidate.picture_score is not None:
        yield Line(f"likeness {candidate.picture_score:.2f}{_standing(candidate.standing)}")


def _standing(standing: float | None) -> str:
    if standing is None:
        return ""
    for least, words in ((4, "stands far out"), (2.5, "stands out"), (1, "above the average")):
        if standing >= least:
            return f", {words} ({standing:.1f} σ)"
    return f", like many others ({standing:.1f} σ)"


def _words(candidate: Candidate, view: SearchView, detail: PhotoDetail) -> Iterator[Line]:
    yield Line(f"{_ordinal(candidate.words_rank or 0)} among the words")
    query = view.query.text if view.query else ""
    for place, words in places_of_words(query, detail).items():
        yield Line(f"{', '.join(words)} in the {place}")


def places_of_words(query: str, detail: PhotoDetail) -> dict[str, tuple[str, ...]]:
    """The query's words that the file name, folder, caption or facts show, by place."""
    folder, _, name = detail.photo.path.rpartition("/")
    facts = detail.facts
    texts = {
        "file name": name,
        "folder": f"{detail.photo.root.name}/{folder}",
        "caption": detail.caption.text if detail.caption else "",
        "camera": f"{facts.camera or ''} {facts.lens or ''}" if facts else "",
        "description": " ".join(
            part for part in (facts.title, facts.description, *facts.keywords) if part
        )
        if facts
        else "",
    }
    words = dict.fromkeys(printable(word).casefold() for word in query.split())
    found = {
        place: tuple(word for word in words if word and word in printable(text).casefold())
        for place, text in texts.items()
    }
    return {place: matched for place, matched in found.items() if matched}


def _not_used(view: SearchView) -> Iterator[Line]:
    if view.words_unknown:
        words = ", ".join(f"“{printable(word)}”" for word in view.words_unknown)
        yield Line("", "quiet")
        yield Line(f"Not known to the search: {words}", "warning")
    for degradation in view.degradations:
        yield Line("", "quiet")
        yield Line(f"{printable(degradation.reason)}: {printable(degradation.fallback)}", "warning")
    if view.encoder_id:
        yield Line("", "quiet")
        yield Line(f"compared by {printable(view.encoder_id)}", "quiet")


def _ordinal(number: int) -> str:
    ending = "th"
    if number % 100 not in (11, 12, 13):
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
