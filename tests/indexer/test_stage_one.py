"""The scores that evaluation ranks by, against their published definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.ranking.stage_one import StageOne
from storage.library import Library
from storage.vector_index import VectorIndex
from tests.indexer.space import PICTURES, WORDS, Shelved, encoder_of, shelve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open_writer(tmp_path / "library") as opened:
        yield opened


def put_captions(shelved: Shelved, space: str) -> None:
    shelved.caption([0, 1, 3], space)


@pytest.mark.parametrize("weight", [0.0, 0.15, 1.0])
def test_the_fused_score_is_the_published_sum_of_both_sides(
    library: Library, weight: float
) -> None:
    shelved = shelve(library, 5)
    put_captions(shelved, PICTURES)
    stage = StageOne(library, encoder_of(PICTURES), None, caption_weight=weight)
    stage.refresh()
    told = stage.scores(["a dog", "a cat"])
    query = encoder_of(PICTURES).encode_texts(["a dog", "a cat"]).mean(axis=0)
    captions = shelved.captions[PICTURES].copy()
    captions[[2, 4]] = captions[[0, 1, 3]].mean(axis=0)
    expected = (1 - weight) * (shelved.pictures @ query) + weight * (captions @ query)
    assert told.caption is not None
    assert np.allclose(told.picture, shelved.pictures @ query, atol=1e-6)
    assert np.allclose(told.caption, captions @ query, atol=1e-6)
    assert np.allclose(told.fused, expected, atol=1e-6)
    assert stage.is_captioned.tolist() == [True, True, False, True, False]


def test_texts_that_were_read_ahead_score_as_ever(library: Library) -> None:
    put_captions(shelve(library, 5), WORDS)
    stage = StageOne(library, encoder_of(PICTURES), encoder_of(WORDS))
    stage.refresh()
    before = [stage.scores([text]).fused for text in ("a dog", "a cat", "")]
    stage.read_ahead(["a dog", "a cat"])
    stage.read_ahead([])
    after = [stage.scores([text]).fused for text in ("a dog", "a cat", "")]
    assert np.allclose(before, after, atol=1e-6)


def test_captions_in_a_space_of_their_own_are_compared_there(library: Library) -> None:
    shelved = shelve(library, 5)
    put_captions(shelved, WORDS)
    stage = StageOne(library, encoder_of(PICTURES), encoder_of(WORDS), caption_weight=0.3)
    stage.refresh()
    told = stage.scores(["a dog"])
    picture = shelved.pictures @ encoder_of(PICTURES).encode_texts(["a dog"])[0]
    captions = shelved.captions[WORDS].copy()
    captions[[2, 4]] = captions[[0, 1, 3]].mean(axis=0)
    caption = captions @ encoder_of(WORDS).encode_texts(["a dog"])[0]
    assert np.allclose(told.fused, 0.7 * picture + 0.3 * caption, atol=1e-6)


def test_it_agrees_with_the_index_that_searches_use(library: Library) -> None:
    shelved = shelve(library, 7)
    put_captions(shelved, PICTURES)
    stage = StageOne(library, encoder_of(PICTURES), None, caption_weight=0.4)
    stage.refresh()
    index = VectorIndex(library, encoder_of(PICTURES).encoder_id, caption_weight=0.4)
    index.refresh()
    found = index.search(encoder_of(PICTURES).encode_texts(["red"])[0], 7)
    scores = dict(zip(stage.ids.tolist(), stage.scores(["red"]).fused, strict=True))
    for item in found.items:
        assert item.score == pytest.approx(scores[item.content_id], abs=1e-6)


def test_without_captions_the_picture_counts_alone(library: Library) -> None:
    shelved = shelve(library, 3)
    stage = StageOne(library, encoder_of(PICTURES), None)
    stage.refresh()
    told = stage.scores([], picture_vector=shelved.pictures[1])
    assert told.caption is None
    assert int(np.argmax(told.fused)) == 1


def test_an_empty_library_has_no_scores(library: Library) -> None:
    stage = StageOne(library, encoder_of(PICTURES), None)
    stage.refresh()
    assert stage.scores(["a dog"]).fused.shape == (0,)


def test_what_was_added_since_is_seen_at_the_next_refresh(library: Library) -> None:
    shelve(library, 3)
    stage = StageOne(library, encoder_of(PICTURES), None)
    stage.refresh()
    assert len(stage.ids) == 3
    shelve(library, 2, folder="more")
    stage.refresh()
    assert len(stage.ids) == 5
