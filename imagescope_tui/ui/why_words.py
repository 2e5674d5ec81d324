"""Why a photo is where it is: its place, its answers, the parts of its score, what was not used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted, percent
from imagescope_tui.search.place_words import place_words
from imagescope_tui.search.text_excerpt import text_excerpt
from imagescope_tui.search.where_words import where_words, worth_telling
from imagescope_tui.ui import wording
from imagescope_tui.ui.arranging import BY_LIKENESS
from imagescope_tui.ui.known import JUDGED_WORDS, by_match, judged_of, signs_of
from imagescope_tui.ui.photo_words import Line
from imagescope_tui.ui.status_words import stage_name
from storage.records import Facts
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imagescope_tui.search.types import Answer, Candidate, Proposition
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.state import SearchView
    from indexer.answers import WhereAnswer
    from storage.records import PhotoId

_AFTER_NUMBER = len("✓ 1  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A photo's place in a search."""

    rank: int
    """By match, from 1, whatever order is shown."""
    candidate: Candidate
    view: SearchView


def in_the_timeline() -> list[Line]:
    """What is said where nothing was searched."""
    return [
        Line("In the timeline, by date.", "quiet"),
        Line("Search for something, and this says why a photo was found.", "quiet"),
    ]


def why_found(
    finding: Finding, detail: PhotoDetail, width: int, *, where: WhereAnswer | None = None
) -> list[Line]:
    """The place, what the models said of this photo, and the parts of the score."""
    view, candidate = finding.view, finding.candidate
    blocks = [
        [_place(finding), *_moved(finding), *_stack(candidate)],
        _verdict(finding),
        _answers(finding, width),
        list(_words(candidate, view, detail)),
        _where(where, candidate),
        _picture(candidate),
        _unwanted(candidate, view),
    ]
    return separated(blocks)


def separated(blocks: list[list[Line]]) -> list[Line]:
    """Blocks of lines with an empty line between them; empty blocks leave nothing."""
    lines: list[Line] = []
    for block in blocks:
        if block:
            lines += [*([Line("", "quiet")] if lines else []), *block]
    return lines


def _place(finding: Finding) -> Line:
    query, count = finding.view.query, len(finding.view.ranking)
    how = "by match"
    if query is not None and query.is_timeline:
        how = "by date"
    elif query is not None and query.is_by_picture:
        how = BY_LIKENESS
    return Line(f"{_ordinal(finding.rank)} of {count:,} {how}", "title")


def _stack(candidate: Candidate) -> list[Line]:
    """That the card stands for others."""
    if not candidate.stack:
        return []
    others = counted(len(candidate.stack), "photo")
    return [Line(f"stands for {others} more: of one burst, or near-copies", "quiet")]


def behind(view: SearchView, photo_id: PhotoId) -> list[Line]:
    """Of a photo in an open stack: that another one was found for it; empty for all others."""
    ranks = (n for n, found in enumerate(by_match(view)[0], 1) if photo_id in found.stack)
    rank = next(ranks, None)
    if rank is None:
        return []
    return [
        Line(f"behind the {_ordinal(rank)} of {len(view.ranking):,}", "title"),
        Line("of the same burst, or a near-copy", "quiet"),
    ]


def _moved(finding: Finding) -> list[Line]:
    """From where the models moved it."""
    first = finding.view.rankings.get(1, ())
    if not any(stage > 1 for stage in finding.view.rankings):
        return []
    before = next(
        (
            place
            for place, found in enumerate(first, start=1)
            if found.photo_id == finding.candidate.photo_id
        ),
        None,
    )
    if before is None or before == finding.rank:
        return []
    direction = "up" if before > finding.rank else "down"
    return [Line(f"moved {direction} from the {_ordinal(before)} place", "quiet")]


def _verdict(finding: Finding) -> list[Line]:
    judged = judged_of(finding.view, finding.candidate.photo_id)
    if not judged:
        return []
    if judged == "unclear":
        return [Line("whether it fits: the model’s answer could not be read", "warning")]
    reason = printable(finding.view.verdicts[finding.candidate.photo_id].reason)
    told = f"{JUDGED_WORDS[judged]}: “{reason}”" if reason else JUDGED_WORDS[judged]
    return [Line(told, "accepted" if judged == "accepted" else "")]


def _answers(finding: Finding, width: int) -> list[Line]:
    view = finding.view
    if not view.propositions:
        return []
    told = view.verifications.get(finding.candidate.photo_id)
    answers: tuple[Answer | None, ...] = told.answers if told else ()
    signs = signs_of(view, finding.candidate.photo_id)
    lines = [Line("Questions", "head")]
    for place, proposition in enumerate(view.propositions):
        answer = answers[place] if place < len(answers) else None
        text = f"{signs[place]} {place + 1}  {printable(proposition.question)}"
        said = _said(answer, proposition)
        lines.extend(
            Line(part, "" if answer else "quiet")
            for part in wording.hanging(f"{text} {said}", width, _AFTER_NUMBER)
        )
    return lines


def _said(answer: Answer | None, proposition: Proposition) -> str:
    """`yes · 97 %`, how sure that answer is, and what was wanted where it was something else."""
    wanted = "yes" if proposition.expected else "no"
    if answer is None:
        return f"wanted {wanted}"
    if answer.said is None:
        return f"unreadable · wanted {wanted}"
    said = "yes" if answer.said else "no"
    sure = answer.p_yes if answer.p_yes is None or answer.said else 1 - answer.p_yes
    parts = [said, f"{round(sure * 100)} %" if sure is not None else ""]
    parts.append(f"wanted {wanted}" if said != wanted else "")
    return " · ".join(part for part in parts if part)


def _picture(candidate: Candidate) -> list[Line]:
    if candidate.picture_rank is None and candidate.picture_score is None:
        return []
    lines = [Line("Picture", "head")]
    if candidate.picture_rank is not None:
        lines.append(Line(f"{_ordinal(candidate.picture_rank)} among the pictures"))
    if candidate.picture_score is not None:
        standing = _standing(candidate.standing)
        lines.append(Line(f"likeness {candidate.picture_score:.2f}{standing}"))
    if candidate.chance is not None:
        lines.append(Line(f"fits with a chance of {percent(candidate.chance)}"))
    parts = _parts(candidate)
    return [*lines, Line(parts, "quiet")] if parts else lines


def _parts(candidate: Candidate) -> str:
    """`of the picture itself 0.31 · of its caption 0.27`."""
    if candidate.image_part is None:
        return ""
    image = f"the picture itself {candidate.image_part:.2f}"
    if candidate.caption_part is None:
        return f"{image} · no caption yet"
    return f"{image} · its caption {candidate.caption_part:.2f}"


def _standing(standing: float | None) -> str:
    if standing is None:
        return ""
    for least, words in ((4, "stands far out"), (2.5, "stands out"), (1, "above the average")):
        if standing >= least:
            return f", {words} ({standing:.1f} σ)"
    return f", like many others ({standing:.1f} σ)"


def _where(answer: WhereAnswer | None, candidate: Candidate) -> list[Line]:
    """How sure each word of the query is seen, and where."""
    words = worth_telling(answer.words or (), candidate.words_held) if answer else ()
    seen = [Line(printable(where_words(word)), "" if word.place else "quiet") for word in words]
    return [Line("Where", "head"), *seen] if seen else []


def _unwanted(candidate: Candidate, view: SearchView) -> list[Line]:
    """How likely it shows what it must not."""
    if candidate.shows_unwanted is None or view.query is None:
        return []
    things = " or ".join(printable(thing) for thing in view.query.unwanted)
    return [
        Line("Not wanted", "head"),
        Line(f"may show {things}: {percent(candidate.shows_unwanted)}"),
    ]


def _words(candidate: Candidate, view: SearchView, detail: PhotoDetail) -> Iterator[Line]:
    if candidate.words_rank is None:
        return
    yield Line("Words", "head")
    yield Line(f"{_ordinal(candidate.words_rank)} among the words")
    if 0 < candidate.words_share < 1:
        yield Line(f"they are {percent(candidate.words_share)} of what is asked", "quiet")
    query = view.query.whole_text if view.query else ""
    held = candidate.words_held or tuple(query.replace(",", " ").split())
    places = places_of_words(" ".join(held), detail)
    for place, words in places.items():
        yield Line(f"{', '.join(words)} in the {place}")
    if "text of the picture" in places:
        yield Line(f"text: “{text_excerpt(detail.text, places['text of the picture'])}”", "quiet")
    placed = {word for words in places.values() for word in words}
    others = [
        word for word in map(printable, candidate.words_held) if word.casefold() not in placed
    ]
    if others:
        yield Line(f"{', '.join(others)} in another form, or among the facts")


def places_of_words(query: str, detail: PhotoDetail) -> dict[str, tuple[str, ...]]:
    """The query's words that the file name, folder, caption or facts show, by place."""
    folder, _, name = detail.photo.path.rpartition("/")
    facts = detail.facts or Facts()
    texts = {
        "file name": name,
        "folder": f"{detail.photo.root.name}/{folder}",
        "caption": detail.caption.text if detail.caption else "",
        "camera": f"{facts.camera or ''} {facts.lens or ''}",
        "names of people": " ".join(facts.people),
        "name of the place": place_words(detail.place, facts),
        "description": " ".join(
            part
            for part in (
                *(facts.title, facts.description, facts.artist),
                *(*facts.keywords, *facts.remarks),
            )
            if part
        ),
        "text of the picture": detail.text,
    }
    words = dict.fromkeys(printable(word).casefold() for word in query.split())
    found = {
        place: tuple(word for word in words if word and word in printable(text).casefold())
        for place, text in texts.items()
    }
    return {place: matched for place, matched in found.items() if matched}


def not_done(view: SearchView) -> list[Line]:
    """What the search could not do, why, what was done instead, and what would help."""
    if view.phase == "failed":
        return [Line("The search failed", "head"), Line(printable(view.problem), "warning")]
    lines = []
    for part in view.degradations:
        name = stage_name(part, view)
        lines.append(Line(f"{name} ✗ {printable(part.reason)}", "warning"))
        lines.append(Line(printable(part.fallback), "quiet"))
        if part.hint:
            lines.append(Line(printable(part.hint), "warning"))
    return [Line("Not done", "head"), *lines] if lines else []


def not_used(view: SearchView, dropped: Sequence[str] = ()) -> list[Line]:
    """Words that the search could not use, and what the pictures were compared by."""
    blocks = []
    if dropped:
        words = ", ".join(printable(word) for word in dropped)
        blocks.append([Line(f"Not searched, for it tells nothing: {words}", "quiet")])
    if view.words_unknown:
        words = ", ".join(f"“{printable(word)}”" for word in view.words_unknown)
        blocks.append([Line(f"Not known to the search: {words}", "warning")])
    if view.encoder_id:
        blocks.append([Line(f"compared by {printable(view.encoder_id)}", "quiet")])
    return separated(blocks)


def _ordinal(number: int) -> str:
    ending = "th"
    if number % 100 not in (11, 12, 13):
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
