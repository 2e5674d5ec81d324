"""A benchmark's outcome as a Markdown table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, rows of text under a head, and sentences that say what was seen."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def to_markdown(table: Table) -> str:
    """The table with its title above and its notes below."""
    lines = [
        f"**{table.title}**",
        "",
        _line(table.head),
        _line(["---", *["---:"] * (len(table.head) - 1)]),
        *(_line(row) for row in table.rows),
    ]
    for note in table.notes:
        lines += ["", note]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def verdict(value: float, target: float, *, at_least: bool = False) -> str:
    """Whether a target is met."""
    is_met = value >= target if at_least else value <= target
    return "met" if is_met else "missed"


def milliseconds(seconds: float) -> str:
    """With as many digits as carry meaning."""
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def mebibytes(size_bytes: float) -> str:
    """In whole MiB."""
    return f"{size_bytes / 2**20:,.0f} MiB"
