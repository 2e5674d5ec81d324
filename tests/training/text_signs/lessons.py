"""What the network learns from: squares of pictures with text, and pictures with none."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw

from tests.training.text_signs.drawing import Writer
from tests.training.text_signs.grounds import SIDE, clutter, part_of, photographed, plain
from tests.training.text_signs.network import SQUARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from random import Random

    import numpy.typing as npt

    from indexer.models.protocols import Pixels
    from tests.training.text_signs.labels import Photos, Reading

SQUARES: Final = SIDE // SQUARE
"""In a row of what is learnt from."""
_PARTS_MOST: Final = 2
_SHIFT_PX: Final = 20


@dataclass(frozen=True, slots=True)
class Lessons:
    """Shapes (n, SIDE, SIDE), (n, SQUARES, SQUARES) and (m, SIDE, SIDE)."""

    pictures: Pixels
    """With text."""
    shares: npt.NDArray[np.float32]
    """How much of each of their squares is text."""
    cluttered: Pixels
    """Without text."""


def draw_lessons(
    photos: Photos,
    words: Sequence[str],
    fonts: Sequence[Path],
    *,
    drawn: int,
    cluttered: int,
    seed: int,
) -> Lessons:
    """So many with words drawn on them and all of the photos that show text; so much clutter."""
    chance = random.Random(seed)
    blank = [Image.fromarray(grey) for grey in photos.blank]
    writer = Writer(words, fonts, chance)
    taught = [_written(writer, blank) for _ in range(drawn)]
    taught += [part for grey, texts in photos.shown for part in _parts(grey, texts, chance)]
    return Lessons(
        np.stack([picture for picture, _ in taught]),
        np.stack([shares_of(area) for _, area in taught]),
        np.stack([_cluttered(blank, chance) for _ in range(cluttered)]),
    )


def shares_of(area: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """How much of each square belongs to the area, (SIDE, SIDE)."""
    squares = area.reshape(SQUARES, SQUARE, SQUARES, SQUARE)
    return squares.mean((1, 3), dtype=np.float32)


def _written(writer: Writer, blank: Sequence[Image.Image]) -> tuple[Pixels, npt.NDArray[np.bool_]]:
    chance = writer.chance
    while True:
        ground = _ground(blank, chance, plain_share=0.25)
        if chance.random() < 0.1:
            ground = clutter(ground, chance)
        if written := writer.write_on(ground):
            levels, area = written
            return photographed(levels, chance), area


def _cluttered(blank: Sequence[Image.Image], chance: Random) -> Pixels:
    ground = clutter(_ground(blank, chance, plain_share=0.6), chance)
    return photographed(np.asarray(ground, np.float32), chance)


def _ground(blank: Sequence[Image.Image], chance: Random, *, plain_share: float) -> Image.Image:
    if chance.random() < plain_share:
        return plain(chance)
    return part_of(chance.choice(blank), chance)


def _parts(
    grey: Pixels, texts: Sequence[Reading], chance: Random
) -> Iterator[tuple[Pixels, npt.NDArray[np.bool_]]]:
    """Around the first texts of a photo."""
    height, width = grey.shape
    drawn = Image.new("1", (width, height))
    for text in texts:
        ImageDraw.Draw(drawn).polygon(list(text.corners), fill=1)
    area = np.asarray(drawn)
    for text in texts[:_PARTS_MOST]:
        x, y = np.mean(text.corners, axis=0) - SIDE / 2
        left = int(np.clip(x + chance.randint(-_SHIFT_PX, _SHIFT_PX), 0, width - SIDE))
        top = int(np.clip(y + chance.randint(-_SHIFT_PX, _SHIFT_PX), 0, height - SIDE))
        part = np.s_[top : top + SIDE, left : left + SIDE]
        yield grey[part], area[part]
