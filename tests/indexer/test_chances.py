"""How likely a photo fits: by the calibration, the library, and the query."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.answers import ChanceLine, NearestAnswer
from indexer.models.calibration import Calibration
from indexer.questions import PictureQuestion
from indexer.ranking.chances import Spread, chance_line
from indexer.ranking.lookup import VectorLookup
from indexer.wire import answer_from_wire, answer_to_wire
from storage.library import Library
from tests.indexer.space import PICTURES, RandomEncoder, encoder_of, shelve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.indexer.space import Shelved

CALIBRATION = Calibration(
    intercept=-3.0,
    cosine=6.0,
    standing=0.5,
    standing_words=0.5,
    words=-0.1,
    photos=-0.5,
    photos_words=-0.3,
    mean=0.05,
    deviation=0.12,
)

parts = st.floats(-20, 20)
rising = st.floats(0, 20)
calibrations = st.builds(
    Calibration,
    intercept=parts,
    cosine=rising,
    standing=rising,
    standing_words=rising,
    words=parts,
    photos=parts,
    photos_words=parts,
    mean=st.floats(-1, 1),
    deviation=st.floats(0.01, 1),
)
spreads = st.builds(
    Spread, mean=st.floats(-1, 1), deviation=st.floats(0, 1), photos=st.integers(0, 10**7)
)
texts = st.lists(st.text(max_size=60), max_size=3)


@given(calibrations, spreads, texts, st.floats(-1, 1), st.floats(-1, 1))
def test_a_chance_lies_between_0_and_1_and_rises_with_the_cosine(
    calibration: Calibration, spread: Spread, asked: list[str], one: float, other: float
) -> None:
    line = chance_line(calibration, spread, asked)
    low, high = line.chance(min(one, other)), line.chance(max(one, other))
    assert 0 <= low <= high <= 1


@pytest.mark.parametrize("photos", [0, 1])
def test_of_no_photo_or_one_the_calibration_tells_what_is_usual(photos: int) -> None:
    few = chance_line(CALIBRATION, Spread(mean=0.6, deviation=0.0, photos=photos), ["dog"])
    assert few.chance(0.6) > 0.5 > few.chance(0.05)


def test_alike_photos_that_are_all_near_may_all_fit() -> None:
    dogs = Spread(mean=0.5, deviation=0.05, photos=200)
    others = Spread(mean=0.05, deviation=0.05, photos=200)
    fits_all = chance_line(CALIBRATION, dogs, ["dog"]).chance(0.5)
    assert fits_all > 10 * chance_line(CALIBRATION, others, ["dog"]).chance(0.05)


def test_the_same_cosine_is_worth_less_where_more_photos_compete() -> None:
    spread = {"mean": 0.05, "deviation": 0.12}
    chances = [
        chance_line(CALIBRATION, Spread(**spread, photos=photos), ["a red barn"]).chance(0.5)
        for photos in (50, 200, 1_000, 50_000, 10**6)
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[4] > 0.8 * chances[3], "beyond what was calibrated the number hardly counts"


def test_a_chance_can_be_told_of_any_score() -> None:
    line = ChanceLine(slope=1e4, intercept=0.0)
    assert (line.chance(-1.0), line.chance(1.0)) == (0.0, 1.0)


# -- in a library --------------------------------------------------------------------------------


@dataclass(frozen=True)
class CalibratedRandom(RandomEncoder):
    """An encoder that knows what its cosines are worth, or does not."""

    calibration: Calibration | None = CALIBRATION


ENCODER = CalibratedRandom(encoder_id=encoder_of(PICTURES).encoder_id, dim=encoder_of(PICTURES).dim)


@pytest.fixture
def shelved(tmp_path: Path) -> Iterator[Shelved]:
    with Library.open_writer(tmp_path / "library") as opened:
        yield shelve(opened, 40)


def nearest(
    shelved: Shelved, encoder: RandomEncoder, *texts: str, picture: Path | None = None
) -> NearestAnswer:
    lookup = VectorLookup(shelved.library, encoder, lambda _: pytest.fail("nothing to decode"))
    try:
        return lookup.nearest(
            PictureQuestion(texts=texts, pictures=(picture,) if picture else (), limit=99)
        )
    finally:
        lookup.close()


@pytest.mark.parametrize("captioned", [0, 15])
def test_the_chance_of_a_photo_without_caption_is_that_of_its_cosine(
    shelved: Shelved, captioned: int
) -> None:
    if captioned:
        shelved.caption(range(captioned), PICTURES)
    answer = nearest(shelved, ENCODER, "a red barn")
    assert answer.chances is not None
    scores = np.array([photo.score for photo in answer.photos])
    share = 0.85 if captioned else 1.0
    cosines = (scores - (1 - share) * answer.mean_caption) / share
    spread = Spread(mean=float(cosines.mean()), deviation=float(cosines.std()), photos=40)
    line = chance_line(CALIBRATION, spread, ["a red barn"])
    bare = [photo for photo in answer.photos if photo.caption is None]
    assert len(bare) == 40 - captioned
    for photo in bare:
        wanted = line.chance(photo.picture)
        assert answer.chances.chance(photo.score) == pytest.approx(wanted, rel=1e-3)


def test_several_texts_count_as_one_of_their_mean_direction(shelved: Shelved) -> None:
    twice = nearest(shelved, ENCODER, "a barn", "a barn")
    once = nearest(shelved, ENCODER, "a barn")
    assert twice.chances is not None
    assert once.chances is not None
    assert twice.chances.slope == pytest.approx(once.chances.slope, rel=1e-4)
    apart = nearest(shelved, ENCODER, "a barn", "a lake").chances
    assert apart is not None
    assert apart.slope > once.chances.slope, "their mean is shorter, and so are all products"


def test_without_calibration_or_with_a_picture_no_chance_is_told(shelved: Shelved) -> None:
    uncalibrated = replace(ENCODER, calibration=None)
    assert nearest(shelved, uncalibrated, "a barn").chances is None
    assert nearest(shelved, encoder_of(PICTURES), "a barn").chances is None
    of_library = Path("/photos/0.jpg")
    assert nearest(shelved, ENCODER, "a barn", picture=of_library).chances is None


def test_the_line_survives_the_wire() -> None:
    answer = NearestAnswer(encoder_id="e", chances=ChanceLine(slope=12.5, intercept=-3.0))
    assert answer_from_wire(json.loads(json.dumps(answer_to_wire(answer)))) == answer
