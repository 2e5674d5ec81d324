"""What is said of a conversation: its turns, what each changed, and how it reads now; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.search.sections import NOTHING_FITS
from imagescope_tui.ui import wording
from imagescope_tui.ui.asked import SaidTurn
from imagescope_tui.ui.known import sections
from imagescope_tui.ui.photo_words import Line
from imagescope_tui.ui.status_words import found_words, match_words
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.ui.asked import Asked
    from imagescope_tui.ui.reference import Reference
    from imagescope_tui.ui.state import SearchView
    from storage.records import PhotoId

_INDENT = len("› 1  ")
_UNSERVED = "No model server, so lines are searched as words alone: imagescope serve starts one."
BEST_COMPARED = 20
"""How many of the first photos of two turns are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """A conversation as it is shown; `turns` is empty where nothing was said yet."""

    turns: tuple[SaidTurn, ...] = ()
    """Oldest first; the last is the one whose photos are shown."""
    head: tuple[Line, ...] = ()
    """The current reading of the request."""
    reference: Reference | None = None
    """The picture that it is about."""


def outcome(view: SearchView, limit: int) -> str:
    """`212 ranked · 12 matches`; empty before anything is found."""
    found = found_words(view, limit)
    if not found or view.phase == "failed":
        return ""
    parts = sections(view)
    told = NOTHING_FITS if "unfit" in parts else match_words(parts)
    return f"{found} · {told}" if told else found


def said_so_far(line: str, view: SearchView, limit: int) -> SaidTurn:
    """The current line as a turn: what was read, and what came of it."""
    best = tuple(candidate.photo_id for candidate in view.ranking[:BEST_COMPARED])
    return SaidTurn(line=line, reading=view.reading, outcome=outcome(view, limit), best=best)


def chat_view(asked: Asked, view: SearchView, limit: int, *, is_served: bool = True) -> ChatView:
    """The conversation that led to what is shown; `is_served`: a model is there to read it."""
    if not asked.line.strip() and not asked.turns:
        unserved = [] if is_served else [Line(_UNSERVED, "warning")]
        return ChatView(head=(*_nothing_said(asked), *unserved))
    now = said_so_far(asked.line, view, limit)
    return ChatView(turns=(*asked.turns, now), head=tuple(_reading(asked, view)))


def _nothing_said(asked: Asked) -> list[Line]:
    if asked.reference is not None:
        name = printable(asked.reference.name)
        return [Line(f"{name}: say what should be different.", "quiet")]
    return [
        Line("Say what you are looking for.", "quiet"),
        Line("Each further line refines it: “but at night”, “without people”.", "quiet"),
    ]


def _reading(asked: Asked, view: SearchView) -> list[Line]:
    text = f"“{view.reading}”" if view.reading else asked.query.whole_text
    told = [part for part in (text, *(chip.label for chip in asked.chips_passed)) if part]
    looked_for = [Line(printable(" · ".join(told)))] if told else []
    return [Line("Looking for", "head"), *looked_for, *_missing(asked, view)]


def _missing(asked: Asked, view: SearchView) -> list[Line]:
    """What the models did not do: without them, a match is only a guess."""
    if view.phase != "done":
        return []
    if asked.is_deep and not view.is_deep:
        return [Line("No model server: the line was neither read nor checked.", "warning")]
    reasons = dict.fromkeys(
        f"{item.reason}{f' ({item.hint})' if item.hint else ''}" for item in view.degradations
    )
    return [Line(printable(reason), "warning") for reason in reasons]


def turn_lines(chat: ChatView, place: int, width: int, *, is_chosen: bool) -> list[Line]:
    """One turn: what was said, then what it changed."""
    turn = chat.turns[place]
    pointer = "›" if is_chosen else " "
    said = f"{pointer} {place + 1}  {printable(turn.line)}"
    is_last = place == len(chat.turns) - 1
    reading = f"“{printable(turn.reading)}”" if turn.reading and not is_last else ""
    changed = " · ".join(part for part in (turn.outcome, _new_ones(chat, place)) if part)
    indent = " " * _INDENT
    return [
        *(Line(part, "title") for part in wording.hanging(said, width, _INDENT)),
        *(
            Line(part, "quiet")
            for told in (reading, changed)
            if told
            for part in wording.hanging(f"{indent}{told}", width, _INDENT)
        ),
    ]


def _new_ones(chat: ChatView, place: int) -> str:
    """How many of the first photos were not among the first before."""
    if place == 0:
        return ""
    before: set[PhotoId] = set(chat.turns[place - 1].best)
    best = chat.turns[place].best
    if not before or not best:
        return ""
    new = sum(photo_id not in before for photo_id in best)
    return f"{new} of the first {len(best)} are new" if new else f"the same first {len(best)}"
