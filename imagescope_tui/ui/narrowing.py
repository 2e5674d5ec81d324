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
    # In front of the words, which may end in a quotation that is still open.
    line = f"date:{period.rstrip('-')} {_without_times(asked.line, asked.context)}"
    return replace(asked, line=line.strip(), turns=turns)


def _without_times(line: str, context: LineContext) -> str:
    """The line without its years, months and days: several are read as any of them."""
    times = [chip for chip in parse_query(line, context).chips if _is_time(chip)]
    return _without_times(without_chip(line, times[0]), context) if times else line


def _is_time(chip: Chip) -> bool:
    wanted = chip.wanted
    is_span = wanted.taken_from is not None and wanted.taken_before is not None
    return chip.kind == "date" and bool(is_span or wanted.spans or wanted.days)
