"""An encoder that answers otherwise than before is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.models.builtin_encoder import ENCODER_ID, BuiltinEncoder
from indexer.models.encoders import load_encoder
from indexer.models.protocols import ModelChanged
from indexer.models.reference import check_answers, reference_answers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.protocols import FloatMatrix, Picture

# Inner products of the three reference pictures with the three reference texts.
BUILTIN_FITS = {
    "builtin/1": [[0.458, 0.002, 0.160], [0.000, 0.297, 0.261], [0.000, 0.058, 0.344]],
}


class Mirrored(BuiltinEncoder):
    """Sees every picture with its colour channels in the wrong order."""

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        from dataclasses import replace

        swapped = [replace(picture, pixels=picture.pixels[..., ::-1]) for picture in pictures]
        return super().encode_pictures(swapped)


def test_the_builtin_encoder_has_another_id_when_it_gives_other_vectors() -> None:
    answers = reference_answers(BuiltinEncoder())
    fits = answers[:3] @ answers[3:].T
    # Where this fails, ENCODER_ID needs the next number, and its fits belong above.
    assert fits == pytest.approx(np.array(BUILTIN_FITS[ENCODER_ID]), abs=0.002)


def test_the_same_encoder_passes_and_slightly_less_exact_ones_do() -> None:
    encoder = BuiltinEncoder()
    stored = reference_answers(encoder)
    assert stored.shape == (6, encoder.dim)
    check_answers(encoder, stored)
    noise = np.random.default_rng(0).normal(0, 0.001, stored.shape).astype(np.float32)
    check_answers(encoder, stored + noise)


def test_swapped_colour_channels_are_noticed() -> None:
    with pytest.raises(ModelChanged, match="cosine"):
        check_answers(Mirrored(), reference_answers(BuiltinEncoder()))


def test_vectors_of_another_length_are_noticed() -> None:
    encoder = BuiltinEncoder()
    with pytest.raises(ModelChanged, match="length"):
        check_answers(encoder, reference_answers(encoder)[:, :-1])


def test_damaged_answers_are_noticed() -> None:
    encoder = BuiltinEncoder()
    stored = reference_answers(encoder)
    stored[3] = np.nan
    with pytest.raises(ModelChanged):
        check_answers(encoder, stored)


@pytest.mark.clip
@pytest.mark.timeout(300)
def test_a_learned_model_passes_and_its_rival_does_not(tiny_clip: Path) -> None:
    encoder = load_encoder(f"open_clip:local-dir:{tiny_clip}")
    stored = reference_answers(encoder)
    check_answers(encoder, stored)
    rival = stored.copy()
    rival[0], rival[1] = stored[1], stored[0]
    with pytest.raises(ModelChanged):
        check_answers(encoder, rival)
