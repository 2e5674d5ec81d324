"""What a calibration says against what is so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from imagescope_tui.search.grouping import MATCH_CHANCE, MAYBE_CHANCE
from indexer.ranking.chances import chance_line
from tests.benchmarks.table import Table
from tests.training.pocket.short_queries import FITS, UNCLEAR
from tests.training.pocket.trials import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from indexer.models.calibration import Calibration
    from tests.training.pocket.trials import Kind, Trial

_EDGES: Final = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_UNKNOWN: Final = "–"


@dataclass(frozen=True, slots=True)
class Scored:
    """A trial, and how likely each of its photos fits as the calibration has it."""

    trial: Trial
    chances: npt.NDArray[np.float64]
    """Shape (photos,)."""


def scored(trial: Trial, calibration: Calibration) -> Scored:
    """As a search says it."""
    line = chance_line(calibration, trial.spread, [trial.text])
    log_odds = line.intercept + line.slope * trial.cosines.astype(np.float64)
    return Scored(trial, 1 / (1 + np.exp(-log_odds)))


def tables(told: Sequence[Scored]) -> Iterator[Table]:
    """Whether the chances are right, what the groups hold, and whether the end is honest."""
    yield _reliability(told)
    yield _groups(told)
    yield _ends(told)


def _reliability(told: Sequence[Scored]) -> Table:
    clear = [item.trial.labels != UNCLEAR for item in told]
    chances = np.concatenate([item.chances[kept] for item, kept in zip(told, clear, strict=True)])
    fits = np.concatenate(
        [item.trial.labels[kept] == FITS for item, kept in zip(told, clear, strict=True)]
    )
    rows = []
    for low, high in pairwise(_EDGES):
        within = (chances >= low) & (chances < high)
        if within.any():
            said, seen = float(chances[within].mean()), float(fits[within].mean())
            rows.append(
                (f"{low:.2f} – {high:.2f}", f"{said:.3f}", f"{seen:.3f}", f"{within.sum():,}")
            )
    return Table(
        title="Chance that a photo fits, as estimated and as found",
        head=("estimated", "mean of it", "share that fits", "photos"),
        rows=tuple(rows),
    )


def _groups(told: Sequence[Scored]) -> Table:
    present = [item for item in told if item.trial.is_present]
    rows = [
        (*_name(kind, size), *_hits(cell, MATCH_CHANCE), *_hits(cell, MAYBE_CHANCE))
        for kind, size, cell in _cells(present)
    ]
    rows.append(("all", "all", *_hits(present, MATCH_CHANCE), *_hits(present, MAYBE_CHANCE)))
    return Table(
        title="Where something fits: what the groups hold",
        head=(
            *("query", "photos"),
            *("matches: precision", "recall"),
            *("matches and maybe: precision", "recall"),
        ),
        rows=tuple(rows),
        notes=(f"A match has at least {MATCH_CHANCE:.0%}, a maybe {MAYBE_CHANCE:.0%}.",),
    )


def _ends(told: Sequence[Scored]) -> Table:
    rows = []
    for kind, size, cell in _cells(told):
        parts = [
            [item for item in cell if item.trial.is_present is there] for there in (False, True)
        ]
        rows.append((*_name(kind, size), *(_silent(part) for part in parts)))
    return Table(
        title="How often it is said that nothing fits well",
        head=("query", "photos", "where nothing fits", "where something fits"),
        rows=tuple(rows),
    )


def _cells(told: Sequence[Scored]) -> Iterator[tuple[Kind, int, list[Scored]]]:
    for kind in KINDS:
        for size in sorted({item.trial.size for item in told}):
            cell = [item for item in told if (item.trial.kind, item.trial.size) == (kind, size)]
            if cell:
                yield kind, size, cell


def _name(kind: Kind, size: int) -> tuple[str, str]:
    return kind, f"{size:,}"


def _hits(cell: Sequence[Scored], least: float) -> tuple[str, str]:
    """Precision and recall of the photos whose chance is at least so high."""
    kept = right = fitting = 0
    for item in cell:
        is_kept, fits = item.chances >= least, item.trial.labels == FITS
        kept += int((is_kept & (item.trial.labels != UNCLEAR)).sum())
        right += int((is_kept & fits).sum())
        fitting += int(fits.sum())
    return _share(right, kept), _share(right, fitting)


def _silent(cell: Sequence[Scored]) -> str:
    return _share(sum(float(item.chances.max()) < MAYBE_CHANCE for item in cell), len(cell))


def _share(part: float, whole: float) -> str:
    value = part / whole if whole else math.nan
    return f"{value:.2f}" if math.isfinite(value) else _UNKNOWN
