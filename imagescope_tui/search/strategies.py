"""The strategies: settings of one and the same engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagescope_tui.search.types import StrategyName


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How stages 2 and 3 make an order of what the models said."""

    name: StrategyName
    is_soft: bool
    """Order by the sum of log-odds over the stage-1 prior, not by how many answers fit."""
    stops_when_clear: bool
    """Ask nothing more about candidates that lag far behind."""
    stops_at_accepted: bool
    """The evaluator's first acceptance ends stage 3, and moves that candidate alone."""
    remembers: bool
    """Answers are kept by content, question and model, and not asked for again."""


STRATEGIES: dict[StrategyName, Strategy] = {
    "imagescope": Strategy(
        name="imagescope",
        is_soft=False,
        stops_when_clear=False,
        stops_at_accepted=True,
        remembers=False,
    ),
    "ours": Strategy(
        name="ours",
        is_soft=True,
        stops_when_clear=True,
        stops_at_accepted=False,
        remembers=True,
    ),
}
