"""An encoder that answers otherwise than before is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.models.encoders import load_encoder
from indexer.models.protocols import ModelChanged
from indexer.models.reference import TEXTS, check_answers, reference_answers, reference_text
from tests.indexer.space import RandomEncoder
from tests.world.gallery import BagEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.protocols import FloatMatrix, Picture


class Mirrored(BagEncoder):
    """Sees every picture with its colour channels in the wrong order."""

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        from dataclasses import replace

        swapped = [replace(picture, pixels=picture.pixels[..., ::-1]) for picture in pictures]
        return super().encode_pictures(swapped)


def test_the_same_encoder_passes_and_slightly_less_exact_ones_do() -> None:
    encoder = BagEncoder()
    stored = reference_answers(encoder)
    assert stored.shape == (6, encoder.dim)
    check_answers(stored, stored)
    noise = np.random.default_rng(0).normal(0, 0.001, stored.shape).astype(np.float32)
    check_answers(stored + noise, stored)


def test_swapped_colour_channels_are_noticed() -> None:
    with pytest.raises(ModelChanged, match="cosine"):
        check_answers(reference_answers(Mirrored()), reference_answers(BagEncoder()))


def test_vectors_of_another_length_are_noticed() -> None:
    encoder = BagEncoder()
    with pytest.raises(ModelChanged, match="length"):
        check_answers(reference_answers(encoder), reference_answers(encoder)[:, :-1])


def test_damaged_answers_are_noticed() -> None:
    answers = reference_answers(BagEncoder())
    stored = answers.copy()
    stored[3] = np.nan
    with pytest.raises(ModelChanged):
        check_answers(answers, stored)


def test_the_answer_to_one_text_is_compared_with_that_to_this_text() -> None:
    encoder = RandomEncoder(encoder_id="random/1", dim=8)
    stored = np.concatenate([np.zeros((3, 8), np.float32), encoder.encode_texts(TEXTS)])
    check_answers(reference_text(encoder), stored)
    with pytest.raises(ModelChanged):
        check_answers(reference_text(encoder), stored[:-1])


@pytest.mark.clip
@pytest.mark.timeout(300)
def test_a_learned_model_passes_and_its_rival_does_not(tiny_clip: Path) -> None:
    encoder = load_encoder(f"open_clip:local-dir:{tiny_clip}")
    stored = reference_answers(encoder)
    check_answers(reference_answers(encoder), stored)
    rival = stored.copy()
    rival[0], rival[1] = stored[1], stored[0]
    with pytest.raises(ModelChanged):
        check_answers(reference_answers(encoder), rival)
