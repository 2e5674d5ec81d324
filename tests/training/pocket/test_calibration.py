"""What is learned of chances is what is so, and gets to where the program reads it."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.models.calibration import Calibration
from indexer.models.pocket.encoder import load_pocket
from tests.models.pocket_stand_in import write_weights
from tests.training.pocket.calibration import calibrate, write_calibration
from tests.training.pocket.calibration_tables import scored
from tests.training.pocket.fitting import fitted
from tests.training.pocket.short_queries import (
    FITS,
    NO_FIT,
    UNCLEAR,
    absent_queries,
    caption_queries,
    short_queries,
)
from tests.training.pocket.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.protocols import FloatMatrix

_THINGS = tuple(f"{first}{last}" for first in "bdfgk" for last in ("ab", "eck", "im", "oll", "urt"))


def captions_of(random: random.Random, photos: int) -> list[list[str]]:
    """Photos of three things each, all of which every caption names, with other words around."""
    shown = [random.sample(_THINGS, 3) for _ in range(photos)]
    forms = ("a {} and a {} near a {}", "{} with {}, {}", "the {} by the {} and {}")
    return [[form.format(*random.sample(things, 3)) for form in forms] for things in shown]


def vectors_of(texts: Sequence[str]) -> FloatMatrix:
    """The sum of the words' places."""
    rows = [sum(_place(word) for word in text.replace(",", " ").split()) for text in texts]
    return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def _place(word: str) -> FloatMatrix:
    random = np.random.default_rng(zlib.crc32(word.encode()))
    place = random.normal(size=24).astype(np.float32)
    return place if word in _THINGS else place * np.float32(0.2)


def drawn_trials(count: int, seed: int) -> list[Trial]:
    """Photos that fit are nearer by a fixed distance; one in ten fits."""
    made = np.random.default_rng(seed)
    found = []
    for number in range(count):
        labels = (made.random(60) < 0.1).astype(np.int8)
        cosines = made.normal(0.05, 0.1, 60) + 0.15 * labels
        found.append(
            Trial(
                kind="captions" if number % 2 else "short queries",
                text="a red barn" if number % 2 else "barn",
                size=60,
                is_present=bool(labels.any()),
                cosines=cosines.astype(np.float32),
                labels=labels,
            )
        )
    return found


def test_a_photo_fits_what_two_captions_say_and_of_what_one_says_nothing_is_known() -> None:
    captions = [
        ["A brown dog runs.", "Two brown dogs."],
        ["The brown dog.", "A cat and a brown dog."],
        ["One dog.", "Snow."],
        ["A cat.", "Snow."],
        *[["A tree."]] * 4,
    ]
    labels = {query.text: query.labels.tolist()[:4] for query in short_queries(captions)}
    assert labels == {
        "brown": [FITS, FITS, NO_FIT, NO_FIT],
        "dog": [FITS, FITS, UNCLEAR, NO_FIT],
        "brown dog": [FITS, FITS, NO_FIT, NO_FIT],
    }


def test_a_caption_fits_its_own_photo_and_a_thing_that_is_said_is_not_absent() -> None:
    captions = [["A unicorn."], ["A dog."]]
    assert [query.labels.tolist() for query in caption_queries(captions)] == [[1, 0], [0, 1]]
    assert "unicorn" in {query.text for query in absent_queries([["A dog."]])}
    assert "unicorn" not in {query.text for query in absent_queries(captions)}


def test_chances_are_as_often_right_as_they_say() -> None:
    calibration = fitted(drawn_trials(400, seed=1), seed=2)
    told = [scored(trial, calibration) for trial in drawn_trials(400, seed=3)]
    chances = np.concatenate([item.chances for item in told])
    fits = np.concatenate([item.trial.labels for item in told])
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1)):
        within = (chances >= low) & (chances < high)
        assert within.sum() > 100
        assert fits[within].mean() == pytest.approx(chances[within].mean(), abs=0.06)


def test_nearness_never_counts_against_a_photo() -> None:
    turned = [
        Trial(
            kind=trial.kind,
            text=trial.text,
            size=trial.size,
            is_present=trial.is_present,
            cosines=-trial.cosines,
            labels=trial.labels,
        )
        for trial in drawn_trials(100, seed=1)
    ]
    calibration = fitted(turned, seed=2)
    assert (calibration.cosine, calibration.standing, calibration.standing_words) == (0, 0, 0)


def test_what_is_learned_of_captioned_photos_tells_the_shown_from_the_absent() -> None:
    captions = captions_of(random.Random(4), 160)
    pictures = vectors_of([texts[0] for texts in captions])
    calibrated = calibrate(vectors_of, pictures, captions)
    assert calibrated == calibrate(vectors_of, pictures, captions), "it learns the same each time"
    assert calibrated.parameters.cosine + calibrated.parameters.standing > 0
    rows = [row.split("|") for row in calibrated.tables.splitlines() if row.startswith("| short")]
    wrongly_silent = [float(row[4]) for row in rows if len(row) == 6]
    rightly_silent = [float(row[3]) for row in rows if len(row) == 6]
    assert max(wrongly_silent) < min(rightly_silent)


def test_the_program_reads_what_was_written(tmp_path: Path) -> None:
    folder = write_weights(tmp_path / "weights")
    parts = {name: number / 8 for number, name in enumerate(Calibration.__slots__, start=1)}
    calibration = Calibration(**parts)
    before = load_pocket(folder).encoder_id
    write_calibration(calibration, folder)
    encoder = load_pocket(folder)
    assert (encoder.calibration, encoder.encoder_id) == (calibration, before)
