"""Logistic regression of whether a photo fits a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.models.calibration import Calibration
from indexer.ranking.chances import best_of, photos_term, steadied, words_term
from tests.training.pocket.short_queries import FITS, UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from tests.training.pocket.trials import Trial

    Doubles = npt.NDArray[np.float64]

_RISING: Final = ("cosine", "standing", "standing_words")
_PARTS: Final = (*_RISING, "words", "photos", "photos_words")
_NEAREST: Final = 20
"""Of each library all so near are looked at, and as many of the others."""
_RIDGE: Final = 1e-6
_STEPS: Final = 25


@dataclass(frozen=True, slots=True)
class _Sample:
    parts: Doubles
    """Shape (pairs, parts), later with a column of ones before them."""
    fits: Doubles
    """Shape (pairs,): 0 or 1."""
    weights: Doubles
    """Shape (pairs,): the pairs of a trial have 1 together."""


def fitted(trials: Sequence[Trial], seed: int) -> Calibration:
    """The calibration that makes what is known of the trials' photos most likely."""
    unrelated = np.concatenate([trial.cosines[trial.labels != FITS] for trial in trials])
    assumed = Calibration(
        **dict.fromkeys(("intercept", *_PARTS), 0.0),
        mean=float(unrelated.mean()),
        deviation=float(unrelated.std()),
    )
    random = np.random.default_rng(seed)
    samples = [_sample(trial, assumed, random) for trial in trials]
    parts = np.concatenate([sample.parts for sample in samples])
    centre, scale = parts.mean(axis=0), parts.std(axis=0)
    scale[scale == 0] = 1.0
    whole = _Sample(
        np.column_stack([np.ones(len(parts)), (parts - centre) / scale]),
        np.concatenate([sample.fits for sample in samples]),
        np.concatenate([sample.weights for sample in samples]) / len(samples),
    )
    found = _most_likely(whole)
    values = found[1:] / scale
    return Calibration(
        intercept=float(found[0] - values @ centre),
        **{part: float(value) for part, value in zip(_PARTS, values, strict=True)},
        mean=assumed.mean,
        deviation=assumed.deviation,
    )


def _most_likely(sample: _Sample) -> Doubles:
    """The coefficients; a part that should only rise and would fall is left out."""
    is_kept = np.ones(sample.parts.shape[1], dtype=np.bool_)
    while True:
        values = np.zeros(len(is_kept))
        for _ in range(_STEPS):
            values[is_kept] += _step(sample, values, is_kept)
        falling = 1 + np.flatnonzero(values[1 : 1 + len(_RISING)] < 0)
        if not len(falling):
            return values
        is_kept[falling[np.argmin(values[falling])]] = False


def _step(sample: _Sample, values: Doubles, is_kept: npt.NDArray[np.bool_]) -> Doubles:
    """Newton's, to where the likelihood is highest."""
    parts = sample.parts[:, is_kept]
    chances = 1 / (1 + np.exp(-sample.parts @ values))
    ridge = np.full(parts.shape[1], _RIDGE)
    slope = (sample.weights * (sample.fits - chances)) @ parts - ridge * values[is_kept]
    bend = (parts * (sample.weights * chances * (1 - chances))[:, None]).T @ parts
    return np.asarray(np.linalg.solve(bend + np.diag(ridge), slope), dtype=np.float64)


def _sample(trial: Trial, assumed: Calibration, random: np.random.Generator) -> _Sample:
    order = np.argsort(-trial.cosines)
    nearest, others = order[:_NEAREST], order[_NEAREST:]
    drawn = random.choice(others, min(_NEAREST, len(others)), replace=False)
    places = np.concatenate([nearest, drawn])
    each = np.ones(len(nearest)), np.full(len(drawn), len(others) / max(1, len(drawn)))
    is_clear = trial.labels[places] != UNCLEAR
    places, weights = places[is_clear], np.concatenate(each)[is_clear]
    return _Sample(
        _parts(trial, places, assumed),
        (trial.labels[places] == FITS).astype(np.float64),
        weights / weights.sum(),
    )


def _parts(trial: Trial, places: npt.NDArray[np.intp], assumed: Calibration) -> Doubles:
    """One column per part, in their order."""
    spread = steadied(assumed, trial.spread)
    cosines = trial.cosines[places].astype(np.float64)
    standing = (cosines - spread.mean) / (spread.deviation * best_of(spread.photos))
    words = words_term([trial.text])
    photos = photos_term(spread.photos)
    of_query = np.tile([words, photos, photos * words], (len(places), 1))
    return np.column_stack([cosines, standing, standing * words, of_query])
