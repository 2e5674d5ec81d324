"""Means over queries, how sure they are, and the paired difference of two runs.

Intervals are 95 % percentile bootstrap intervals: queries are drawn with replacement as often as
there are queries, and the mean taken, RESAMPLES times over from a fixed seed, so that equal values
give equal intervals. Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Values: TypeAlias = npt.NDArray[np.float64]

RESAMPLES = 2000
SEED = 20250
_LEVELS = (2.5, 97.5)
_DRAWS_AT_ONCE = 2_000_000
"""How many draws are held in memory: 16 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over queries with its 95 % interval."""

    mean: float
    low: float
    high: float
    count: int
    """Over how many queries, or conversations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """How much better a second run is than a first one, over the queries that both have."""

    mean: float
    """The second run's mean less the first one's."""
    low: float
    high: float
    better: int
    """Queries that the second run did better."""
    worse: int
    count: int

    @property
    def is_told_apart(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def estimates(values: Values) -> tuple[Estimate, ...]:
    """One estimate per column of `values` [queries × measures]; the same draws for all columns.

    Raises:
        ValueError: there are no queries.
    """
    means = resampled_means(values)
    low, high = np.percentile(means, _LEVELS, axis=0)
    return tuple(
        Estimate(mean=float(mean), low=float(a), high=float(b), count=len(values))
        for mean, a, b in zip(values.mean(axis=0), low, high, strict=True)
    )


def stratified_estimates(strata: Sequence[Values]) -> tuple[Estimate, ...]:
    """The plain average of several sets' means per column; each set is drawn from by itself.

    FashionIQ's average is this over its three categories, whatever their sizes.

    Raises:
        ValueError: there is no set, or one without queries.
    """
    if not strata:
        raise ValueError("nothing to average")
    drawn = [resampled_means(values, seed=SEED + n) for n, values in enumerate(strata)]
    low, high = np.percentile(np.mean(drawn, axis=0), _LEVELS, axis=0)
    means = np.mean([values.mean(axis=0) for values in strata], axis=0)
    count = sum(len(values) for values in strata)
    return tuple(
        Estimate(mean=float(mean), low=float(a), high=float(b), count=count)
        for mean, a, b in zip(means, low, high, strict=True)
    )


def paired_difference(
    before: Mapping[str, float], after: Mapping[str, float]
) -> PairedDifference | None:
    """What changed from one run to the other, by query; None where they have none in common."""
    common = sorted(before.keys() & after.keys())
    if not common:
        return None
    changes = np.array([after[query] - before[query] for query in common], dtype=np.float64)
    (found,) = estimates(changes[:, None])
    return PairedDifference(
        mean=found.mean,
        low=found.low,
        high=found.high,
        better=int(np.count_nonzero(changes > 0)),
        worse=int(np.count_nonzero(changes < 0)),
        count=len(common),
    )


def resampled_means(values: Values, *, seed: int = SEED) -> Values:
    """The columns' means in every resample, [RESAMPLES × measures].

    Raises:
        ValueError: there are no queries.
    """
    count = len(values)
    if not count:
        raise ValueError("no queries to take a mean of")
    chance = np.random.default_rng(seed)
    step = max(1, _DRAWS_AT_ONCE // count)
    means = np.empty((RESAMPLES, values.shape[1]))
    for start in range(0, RESAMPLES, step):
        rows = min(step, RESAMPLES - start)
        means[start : start + rows] = _drawn_counts(chance, rows, count) @ values / count
    return means


def _drawn_counts(chance: np.random.Generator, rows: int, count: int) -> Values:
    """How often each query was drawn, [rows × count]: cheaper than gathering every column."""
    draws = chance.integers(0, count, size=(rows, count))
    draws += np.arange(rows)[:, None] * count
    counted = np.bincount(draws.ravel(), minlength=rows * count)
    return counted.reshape(rows, count).astype(np.float64)
