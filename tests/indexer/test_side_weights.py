"""How much each side counts, learned from the captions of the library itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ranking.side_weights import (
    CAPTIONS_MIN,
    keep_side_weights,
    most_likely_weight,
    resolution,
    stored_side_weights,
)
from storage.library import Library
from tests.indexer.space import PICTURES, WORDS, encoder_of, shelve, unit_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open_writer(tmp_path / "library") as opened:
        yield opened


@given(seed=st.integers(0, 10**6), truth=st.floats(1, 3), count=st.integers(30, 60))
def test_the_weight_is_that_of_the_greatest_likelihood(seed: int, truth: float, count: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(count, count)).astype(np.float32)
    scores[np.diag_indices(count)] += np.float32(truth)

    def loss(weight: float) -> float:
        logits = weight * scores.astype(np.float64)
        return float(np.mean(np.logaddexp.reduce(logits, axis=1) - np.diagonal(logits)))

    found = most_likely_weight(scores)
    assert found > 0
    assert loss(found) <= min(loss(found * factor) for factor in (0.5, 0.99, 1.01, 2.0))


def test_a_side_that_cannot_tell_photos_apart_gets_no_weight() -> None:
    assert most_likely_weight(np.full((60, 60), 0.3, np.float32)) == 0.0
    wrong = -np.eye(60, dtype=np.float32)
    assert most_likely_weight(wrong) == 0.0


def test_a_side_that_is_never_wrong_gets_a_weight_that_is_still_a_number() -> None:
    assert 10 < most_likely_weight(np.eye(60, dtype=np.float32)) < 1e4


def test_resolution_tells_an_encoder_that_confuses_captions_from_one_that_does_not() -> None:
    apart = unit_rows(np.eye(8))
    texts = [f"caption {number}" for number in range(8)]
    assert resolution(apart, texts) == 1.0
    assert resolution(np.repeat(apart[:1], 8, axis=0), texts) == pytest.approx(1 / 8)
    # Photos with the very same caption are no confusion.
    assert resolution(np.repeat(apart[:1], 8, axis=0), ["one"] * 8) == 1.0


def test_weights_are_kept_for_the_captions_that_count_and_learned_anew_when_they_double(
    library: Library,
) -> None:
    count = 2 * CAPTIONS_MIN
    shelved = shelve(library, count)
    pictures, captions = encoder_of(PICTURES), encoder_of(WORDS)
    assert not keep_side_weights(library, pictures, captions)
    texts = [f"photo number {n}" for n in range(count)]
    for place in range(CAPTIONS_MIN - 1):
        shelved.caption([place], WORDS, texts[place])
    assert not keep_side_weights(library, pictures, captions)
    shelved.caption([CAPTIONS_MIN - 1], WORDS, texts[CAPTIONS_MIN - 1])
    assert keep_side_weights(library, pictures, captions)
    assert not keep_side_weights(library, pictures, captions)
    first = stored_side_weights(library, pictures.encoder_id, captions.encoder_id)
    assert first is not None
    assert min(first.picture, first.caption, first.caption_words) >= 0
    assert stored_side_weights(library, pictures.encoder_id, pictures.encoder_id) is None
    shelved.caption(range(CAPTIONS_MIN, count), WORDS)
    assert keep_side_weights(library, pictures, captions)
