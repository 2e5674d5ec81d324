"""What stage 2 and stage 3 find when the verifier errs: `ours` beside `imagescope`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.evaluation.measures.aggregate import Estimate, estimates
from imagescope_tui.evaluation.reports.plot_files import write_plots
from imagescope_tui.evaluation.reports.plots import Line, Plot
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.table import Table
from tests.world.errors import Errors
from tests.world.gallery import build_gallery
from tests.world.noise import NoiseTrial

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.search.types import StrategyName
    from tests.world.noise import Found

PACKAGES = ("numpy", "matplotlib")
_STRATEGIES: tuple[StrategyName, StrategyName] = ("imagescope", "ours")
_RATES = (0.0, 0.1, 0.2, 0.3, 0.4)
_GALLERIES, _SEEDS = 8, 3
_FIRST_GALLERY = 200
_MEASURES = ("R@1, stage 2", "MRR, stage 2", "R@1, stage 3", "MRR, stage 3", "calls")


@dataclass(frozen=True, slots=True)
class _Compared:
    """At one rate of errors: both strategies' means, and the difference with its interval."""

    rate: float
    means: dict[StrategyName, tuple[Estimate, ...]]
    difference: tuple[Estimate, ...]


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """One table for a verifier as sure as ever, one for a calibrated one; writes docs/noise.svg."""
    galleries = [
        build_gallery(
            folder / f"noise-{seed}",
            per_kind=1 if quick else 4,
            misses=4,
            others=40,
            seed=_FIRST_GALLERY + seed,
        )
        for seed in range(1 if quick else _GALLERIES)
    ]
    trials = [NoiseTrial(gallery) for gallery in galleries]
    seeds = 1 if quick else _SEEDS
    queries = sum(len(gallery.queries) for gallery in galleries)
    compared = {
        is_calibrated: [
            asyncio.run(_compared(trials, rate, seeds, is_calibrated=is_calibrated))
            for rate in _RATES
        ]
        for is_calibrated in (False, True)
    }
    for trial in trials:
        trial.close()
    if not quick:
        write_plots([_plot(compared[False])], PROJECT / "docs", ("svg",))
    size = f"{queries} edit queries in {len(galleries)} galleries × {seeds} draws of errors"
    return tuple(
        _table(f"A verifier that errs, {kind}: {size}", compared[is_calibrated])
        for is_calibrated, kind in ((False, "as sure as ever"), (True, "calibrated"))
    )


async def _compared(
    trials: list[NoiseTrial], rate: float, seeds: int, *, is_calibrated: bool
) -> _Compared:
    """Each query counts once, with the mean over the draws."""
    found = {}
    for strategy in _STRATEGIES:
        draws = [
            [
                _figures(item)
                for trial in trials
                for item in await trial.found(
                    strategy, Errors(rate=rate, seed=seed, is_calibrated=is_calibrated)
                )
            ]
            for seed in range(seeds)
        ]
        found[strategy] = np.mean(np.array(draws), axis=0)
    published, ours = (found[strategy] for strategy in _STRATEGIES)
    return _Compared(
        rate=rate,
        means={strategy: estimates(values) for strategy, values in found.items()},
        difference=estimates(ours - published),
    )


def _figures(found: Found) -> list[float]:
    by_stage = [value for n in (2, 3) for value in (found.hit(n), found.reciprocal(n))]
    return [*by_stage, float(found.calls)]


def _table(title: str, compared: list[_Compared]) -> Table:
    rows = []
    for item in compared:
        for strategy in _STRATEGIES:
            cells = [f"{mean.mean:.3f}" for mean in item.means[strategy][:-1]]
            calls = f"{item.means[strategy][-1].mean:.1f}"
            rows.append((f"{item.rate:.1f} `{strategy}`", *cells, calls))
        rows.append((f"{item.rate:.1f} difference", *map(_interval, item.difference)))
    return Table(
        title=title,
        head=("errors", *_MEASURES),
        rows=tuple(rows),
        notes=(
            "Differences with 95 % bootstrap intervals over the queries. The evaluator tells the"
            " truth; the verifier's answers are wrong at the given rate, the same answer whenever"
            " the same is asked. Calls are per query, of all models; `ours` remembers answers from"
            " one query of a gallery to the next.",
        ),
    )


def _interval(difference: Estimate) -> str:
    return f"{difference.mean:+.3f} ({difference.low:+.3f} … {difference.high:+.3f})"


def _plot(compared: list[_Compared]) -> Plot:
    places = tuple(item.rate for item in compared)
    return Plot(
        name="noise",
        title="Recall@1 by how often the verifier errs",
        x_label="share of wrong answers",
        y_label="R@1, %",
        lines=tuple(
            Line(
                name=f"{strategy}, stage {stage}",
                places=places,
                estimates=tuple(item.means[strategy][2 * (stage - 2)] for item in compared),
            )
            for stage in (2, 3)
            for strategy in _STRATEGIES
        ),
    )
