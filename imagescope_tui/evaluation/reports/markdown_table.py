"""Tables that read well as Markdown and as plain text, and percents as publications print them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.measures.aggregate import Estimate


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """Columns padded to one width; the first `words` columns left, the numbers after them right."""
    cells = [[_cell(text) for text in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(header))]
    lines = [_line(row, widths, words) for row in cells]
    rule = [
        "-" * width if column < words else "-" * (width - 1) + ":"
        for column, width in enumerate(widths)
    ]
    return "\n".join([lines[0], f"| {' | '.join(rule)} |", *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int], words: int) -> str:
    padded = [
        text.ljust(width) if column < words else text.rjust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table_width(table: str) -> int:
    """How many columns of a terminal its lines take."""
    return max(map(len, table.splitlines()), default=0)


def wrapped(line: str, width: int | None) -> str:
    """A line of a list, broken between words where it is wider than that; None breaks nothing."""
    if width is None:
        return line
    return textwrap.fill(
        line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def percent(share: float) -> str:
    """Two decimals, as publications print figures; no minus before a zero."""
    return f"{100 * share + 0.0:.2f}".replace("-0.00", "0.00")


def percent_with_interval(estimate: Estimate) -> str:
    """Such as `43.51 [40.3, 46.6]`: drawn bounds are no surer than that."""
    low, high = (f"{100 * bound:.1f}" for bound in (estimate.low, estimate.high))
    return f"{percent(estimate.mean)} [{low}, {high}]"
