"""What is asked, narrowed to one year or month; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imagescope_tui.search.query_language import parse_query, without_chip

if TYPE_CHECKING:
    from imagescope_tui.search.query_language import Chip, LineContext
    from imagescope_tui.ui.asked import Asked
    from imagescope_tui.ui.months import Period


def narrowed(asked: Asked, period: Period) -> Asked:
    """The same of this period alone, which stands in the line instead of other times."""
    turns = tuple(
        replace(turn, line=_without_times(turn.line, asked.context)) for turn in asked.turns
    )
    rest = _without_times(asked.line, asked.context)
    return replace(asked, line=_beside(rest, f"date:{period.rstrip('-')}", asked), turns=turns)


def _beside(line: str, date: str, asked: Asked) -> str:
    """The line with a date where it changes nothing else.

    Behind a quotation that is still open it would be a part of it, and before `winter` it makes a
    season.
    """
    words = replace(asked, line=line).parsed
    places = tuple(place.strip() for place in (f"{line} {date}", f"{date} {line}"))
    for place in places:
        parsed = replace(asked, line=place).parsed
        if parsed.text == words.text and len(parsed.chips) == len(words.chips) + 1:
            return place
    return places[0]


def _without_times(line: str, context: LineContext) -> str:
    """The line without its years, months and days: several are read as any of them."""
    times = [chip for chip in parse_query(line, context).chips if _is_time(chip)]
    return _without_times(without_chip(line, times[0]), context) if times else line


def _is_time(chip: Chip) -> bool:
    wanted = chip.wanted
    is_span = wanted.taken_from is not None and wanted.taken_before is not None
    return chip.kind == "date" and bool(is_span or wanted.spans or wanted.days)
