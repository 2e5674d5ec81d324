"""A real model behind the ordinary path finds what it is asked for in pictures it never saw."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.models.encoders import load_encoder
from indexer.models.protocols import Picture
from tests.world.pictures import decoded_all
from tests.world.scenes import COLOURS, SHAPES, draw, random_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import torch

    from indexer.models.open_clip_encoder import OpenClipEncoder
    from indexer.models.protocols import FloatMatrix

pytestmark = [pytest.mark.clip, pytest.mark.timeout(300)]

CHANCE = random.Random(99)
SCENES = [random_scene(CHANCE) for _ in range(240)]
QUERIES = [(colour, shape) for colour in COLOURS for shape in SHAPES]
DEPTH = 5


@pytest.fixture(scope="module")
def encoder(tiny_clip: Path) -> OpenClipEncoder:
    loaded = load_encoder(f"open_clip:local-dir:{tiny_clip}")
    assert type(loaded).__name__ == "OpenClipEncoder"
    return loaded  # type: ignore[return-value]


@pytest.fixture(scope="module")
def pictures(encoder: OpenClipEncoder, tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    folder = tmp_path_factory.mktemp("scenes")
    return decoded_all([draw(scene) for scene in SCENES], encoder.picture_input, folder)


def precision(encoder: OpenClipEncoder, vectors: FloatMatrix) -> float:
    """Share of right pictures among the first five, over all colours of all shapes."""
    texts = encoder.encode_texts([f"a {colour} {shape}" for colour, shape in QUERIES])
    rankings = np.argsort(-(texts @ vectors.T), axis=1, kind="stable")[:, :DEPTH]
    return float(
        np.mean(
            [
                SCENES[row].shows(colour, shape)
                for (colour, shape), ranking in zip(QUERIES, rankings, strict=True)
                for row in ranking
            ]
        )
    )


def test_a_red_circle_finds_red_circles(
    encoder: OpenClipEncoder, pictures: Sequence[Picture]
) -> None:
    assert precision(encoder, encoder.encode_pictures(pictures)) >= 0.8


def test_swapped_colour_channels_would_be_seen(
    encoder: OpenClipEncoder, pictures: Sequence[Picture]
) -> None:
    swapped = [
        Picture(pixels=picture.pixels[..., ::-1], width=picture.width, height=picture.height)
        for picture in pictures
    ]
    assert precision(encoder, encoder.encode_pictures(swapped)) < 0.6


def test_missing_normalisation_would_be_seen(
    encoder: OpenClipEncoder, pictures: Sequence[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    normalised = encoder.normalised

    def as_it_was(pictures: Sequence[Picture]) -> torch.Tensor:
        return normalised(pictures) * 0.25 + 0.5

    monkeypatch.setattr(encoder, "normalised", as_it_was)
    assert precision(encoder, encoder.encode_pictures(pictures)) < 0.6


def test_another_tokenizer_would_be_seen(
    encoder: OpenClipEncoder, pictures: Sequence[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = encoder.encode_pictures(pictures)
    tokenizer: Callable[[list[str]], torch.Tensor] = encoder._tokenizer

    def another(texts: list[str]) -> torch.Tensor:
        return (tokenizer(texts) + 1).clamp(max=49407)

    monkeypatch.setattr(encoder, "_tokenizer", another)
    assert precision(encoder, vectors) < 0.6
