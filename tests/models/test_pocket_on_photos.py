"""What the weights that come with the program find in real photos."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.models.pocket.weights import find_weights
from tests.benchmarks import precision
from tests.pocket_here import pocket_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def gallery(shared_data: Callable[[str], Path]) -> precision.Gallery:
    return precision.load_gallery(pocket_here(), shared_data("photos") / "images")


def test_the_weights_are_as_their_manifest_says() -> None:
    weights = find_weights()
    for name in weights.hashes:
        assert weights.read(name), name


@pytest.mark.data
def test_colour_queries_on_real_flowers_beat_chance_clearly(gallery: precision.Gallery) -> None:
    truth = precision.flower_truth()
    for query, floor in (("yellow flower", 0.5), ("pink tulip field", 0.5), ("red flower", 0.2)):
        relevant = truth[precision.FLOWER_QUERIES[query]]
        reached = precision.precision_at(10, gallery.ranking(query), relevant)
        assert reached >= floor, query
        assert reached >= 4 * len(relevant) / len(gallery.names), query


@pytest.mark.data
def test_a_photo_of_something_is_found_by_its_name(gallery: precision.Gallery) -> None:
    labels = precision.labels()
    for query, label in (
        ("a train", "electric locomotive"),
        ("a guitar", "banjo"),
        ("a computer", "desktop computer"),
    ):
        assert label in [labels[name] for name in gallery.ranking(query)[:5]], query


def test_a_text_has_the_same_vector_whatever_is_read_with_it() -> None:
    texts = ["a dog", "two people on a beach in the evening, seen from far away", "red"]
    alone = np.concatenate([pocket_here().encode_texts([text]) for text in texts])
    assert np.allclose(pocket_here().encode_texts(texts), alone, atol=1e-6)


def test_every_flower_of_the_truth_has_a_colour() -> None:
    with precision.COLOURS.open() as stream:
        assert all(row["colour"] for row in csv.DictReader(stream))
