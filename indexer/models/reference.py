"""A fixed question for every encoder: does it still answer as when its vectors were stored?

An encoder id covers what is known to matter: architecture, weights, preprocessing, precision. What
is not known (a library that changed a default, weights that load into the wrong layers) shows in
the answers, so these are stored with a library and compared after each loading of the encoder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.models.protocols import ModelChanged, Picture

if TYPE_CHECKING:
    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, Pixels

TEXTS: Final = ("a red circle", "a green field under a blue sky", "colourful squares")
COSINE_MIN: Final = 0.99
"""Half precision on another processor stays above 0.999; another preprocessing does not."""


def reference_answers(encoder: ImageTextEncoder) -> FloatMatrix:
    """The encoder's vectors of three drawn pictures, then of three texts; shape (6, dim)."""
    wanted = encoder.picture_input
    height, width = wanted.height, wanted.width
    drawings = (_circle(height, width), _field(height, width), _squares(height, width))
    pictures = [Picture(pixels=pixels, width=width, height=height) for pixels in drawings]
    answers = [encoder.encode_pictures(pictures), encoder.encode_texts(TEXTS)]
    return np.concatenate(answers).astype(np.float32)


def reference_text(encoder: ImageTextEncoder) -> FloatMatrix:
    """The last row of `reference_answers` alone, which is soon found; shape (1, dim)."""
    return encoder.encode_texts(TEXTS[-1:])


def check_answers(answers: FloatMatrix, stored: FloatMatrix) -> None:
    """Raise ModelChanged unless an encoder answers as it did when `stored` was made.

    `answers` are all of them, or some of the last.
    """
    hint = "choose the former encoder, or let the library be embedded again with this one"
    stored = stored[-len(answers) :]
    if answers.shape != stored.shape:
        raise ModelChanged("the encoder's vectors have another length than those stored", hint)
    worst = float(_cosines(answers, stored).min())
    if not worst >= COSINE_MIN:
        raise ModelChanged(
            f"the encoder answers otherwise than when this library's vectors were made "
            f"(cosine {worst:.3f})",
            hint,
        )


def _cosines(first: FloatMatrix, second: FloatMatrix) -> FloatMatrix:
    """Row by row; two rows of zeros, where an encoder has nothing to say, agree."""
    products = (first * second).sum(axis=1)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    both_silent = ~first.any(axis=1) & ~second.any(axis=1)
    cosines = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return np.where(both_silent, np.float32(1), cosines)


# Drawn with numpy alone, so that they are the same with every version of every library.
_RED: Final = np.array([220, 20, 30], dtype=np.uint8)
_SKY: Final = np.array([90, 150, 230], dtype=np.uint8)
_GRASS: Final = np.array([60, 140, 50], dtype=np.uint8)
_SQUARES: Final = np.array([[230, 190, 20], [120, 40, 160], [20, 160, 160]], dtype=np.uint8)


def _coordinates(height: int, width: int) -> tuple[FloatMatrix, FloatMatrix]:
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    return (down + 0.5) / height, (across + 0.5) / width


def _circle(height: int, width: int) -> Pixels:
    down, across = _coordinates(height, width)
    inside = (down - 0.5) ** 2 + (across - 0.5) ** 2 < 0.3**2
    return np.where(inside[..., None], _RED, np.uint8(255)).astype(np.uint8)


def _field(height: int, width: int) -> Pixels:
    down, _ = _coordinates(height, width)
    is_sky = (down < 0.55)[..., None]
    return np.where(is_sky, _SKY, _GRASS).astype(np.uint8)


def _squares(height: int, width: int) -> Pixels:
    down, across = _coordinates(height, width)
    squares = (np.floor(down * 6) + np.floor(across * 6)).astype(np.intp) % len(_SQUARES)
    return _SQUARES[squares]
