"""How a search was reasoned: the reading, the table of answers, time and calls; pure lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from imagescope_tui.ui import wording
from imagescope_tui.ui.known import ASKED, NOT_ASKED, by_match, judged_of, signs_of, sureness
from imagescope_tui.ui.photo_words import Line
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.search.types import Answer, EditKind, StageCost
    from imagescope_tui.ui.photo_words import Emphasis
    from imagescope_tui.ui.state import SearchView
    from storage.records import PhotoId

_EDIT_SIGNS: dict[EditKind, str] = {
    "addition": "+",
    "removal": "−",
    "modification": "~",
    "comparison": "≠",
    "retention": "=",
}
_DESCRIPTIONS = ("core", "detailed", "full")
_STAGE_NAMES = {1: "finding", 2: "checking", 3: "judging"}
_NAME_LEAST, _NAME_MOST = 6, 24
_LEGEND = "✓ as wanted  ✗ not  ? unreadable"
_SURE_LEGEND = "  % how surely as wanted"
_SIGN_CELLS, _SURE_CELLS = 3, 6
_FITS = {"accepted": "yes", "rejected": "no", "unclear": "?", "": ""}
_FITS_HEAD = "  fits"


def reading(view: SearchView, width: int) -> list[Line]:
    """The edits with their kinds, and the descriptions of what is looked for."""
    if not view.is_read:
        if view.is_deep and view.phase == "searching" and view.stage == 1:
            return [Line("Reading", "head"), Line("the reasoner reads what was asked …", "quiet")]
        return []
    edits = [
        Line(part)
        for edit in view.intent.edits
        for part in wording.hanging(
            f"{_EDIT_SIGNS[edit.kind]} {edit.kind}: {printable(edit.text)}", width, 2
        )
    ]
    told = dict.fromkeys(view.intent.descriptions)
    names = _DESCRIPTIONS if len(told) == len(_DESCRIPTIONS) else ("looked for",) * len(told)
    descriptions = [
        Line(part, "quiet")
        for name, text in zip(names, told, strict=False)
        for part in wording.hanging(f"{name}: “{printable(text)}”", width, 2)
    ]
    return [Line("Reading", "head"), *edits, *descriptions]


def costs(view: SearchView) -> list[Line]:
    """Seconds and requests of each stage."""
    if not view.is_deep or not view.costs:
        return []
    wide = max(len(_STAGE_NAMES[stage]) for stage in view.costs)
    lines = [
        Line(f"{_STAGE_NAMES[stage].ljust(wide)}  {_cost(cost)}", "quiet")
        for stage, cost in sorted(view.costs.items())
    ]
    return [Line("Time and calls", "head"), *lines]


def _cost(cost: StageCost) -> str:
    calls = [f"{role} {count:,}" for role, count in cost.model_calls.items()]
    tokens = [f"{cost.tokens:,} tokens"] if cost.tokens else []
    return " · ".join((wording.elapsed(cost.seconds), *calls, *tokens))


@dataclass(frozen=True, slots=True)
class _Columns:
    """How the table's room is shared."""

    rank: int
    name: int
    answer: int

    @property
    def shows_sureness(self) -> bool:
        return self.answer == _SURE_CELLS


def table(
    view: SearchView, names: Mapping[PhotoId, str], width: int, selected: PhotoId | None
) -> list[Line]:
    """Candidates × questions in the order they stand now, as many cells wide as there are."""
    if not view.propositions:
        return _before_the_table(view)
    checked = set(view.to_check) | set(view.verdicts)
    rows = [
        (rank, found.photo_id)
        for rank, found in enumerate(by_match(view)[0], start=1)
        if found.photo_id in checked
    ]
    columns = _share(view, names, rows, width)
    head = "".join(f"{number:>{columns.answer}}" for number, _ in enumerate(view.propositions, 1))
    head += _FITS_HEAD if view.verdicts else ""
    before_the_answers = columns.rank + columns.name + 2
    title = "Candidates"[:before_the_answers].ljust(before_the_answers)
    lines = [Line(f"{title}{head}", "head")]
    for rank, photo_id in rows:
        text = _row(view, photo_id, rank, names.get(photo_id, "…"), columns)
        judged = judged_of(view, photo_id)
        is_chosen = photo_id == selected
        emphasis: Emphasis = "accepted" if judged == "accepted" else "title" if is_chosen else ""
        lines.append(Line(f"{'›' if is_chosen else ' '}{text}", emphasis))
    legend = f"{_LEGEND}{_SURE_LEGEND}" if columns.shows_sureness else _LEGEND
    return [*lines, Line(legend, "quiet")]


def _before_the_table(view: SearchView) -> list[Line]:
    if view.phase == "searching" and view.stage == 2:
        return [Line("Candidates", "head"), Line("the reasoner writes the questions …", "quiet")]
    return []


def _share(
    view: SearchView,
    names: Mapping[PhotoId, str],
    rows: list[tuple[int, PhotoId]],
    width: int,
) -> _Columns:
    rank = max((len(f"{rank:,}") for rank, _ in rows), default=1)
    longest = max((cell_len(names.get(key, "")) for _, key in rows), default=_NAME_LEAST)
    wished = max(_NAME_LEAST, min(longest, _NAME_MOST))
    judged = len(_FITS_HEAD) if view.verdicts else 0
    count = len(view.propositions)
    has_sureness = any(
        answer is not None and answer.p_yes is not None
        for told in view.verifications.values()
        for answer in told.answers
    )
    # One cell for the pointer, one after the rank.
    rest = width - 2 - rank - judged
    for answer in (_SURE_CELLS, _SIGN_CELLS) if has_sureness else (_SIGN_CELLS,):
        room = rest - answer * count
        if room >= min(wished, _NAME_LEAST * 2):
            return _Columns(rank, min(wished, room), answer)
    return _Columns(rank, max(0, min(wished, rest - _SIGN_CELLS * count)), _SIGN_CELLS)


def _row(view: SearchView, photo_id: PhotoId, rank: int, name: str, columns: _Columns) -> str:
    told = view.verifications.get(photo_id)
    answers: tuple[Answer | None, ...] = told.answers if told else ()
    cells = []
    for place, sign in enumerate(signs_of(view, photo_id)):
        answer = answers[place] if place < len(answers) else None
        sure = sureness(answer, view.propositions[place]) if columns.shows_sureness else None
        cells.append(_cell(sign, sure, columns))
    fitted = wording.fit(name, columns.name)
    padded = fitted + " " * (columns.name - cell_len(fitted))
    fits = _FITS[judged_of(view, photo_id)]
    return f"{rank:>{columns.rank},} {padded}{''.join(cells)}  {fits}".rstrip()


def _cell(sign: str, sure: float | None, columns: _Columns) -> str:
    if not columns.shows_sureness:
        return f"{sign:>{columns.answer}}"
    number = (
        f"{round(sure * 100):>3}" if sure is not None and sign not in (ASKED, NOT_ASKED) else ""
    )
    return f"  {sign}{number:>3}"
