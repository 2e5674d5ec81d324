"""Words drawn on a ground, and where they are."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.training.text_signs.grounds import SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    import numpy.typing as npt

_LETTER_PX: Final = (4.2, 42.0)
"""The heights of capitals with what stands below the line, about."""
_SMALL_PX: Final = 14
"""Below this many lines may stand together."""
_EM: Final = 1.25
_ENLARGED: Final = 3
"""Text is drawn so much larger, and reduced: its edges come out as a camera's."""
_SEEN_MIN: Final = 40
"""Fewer pixels show no text."""
_CONTRAST: Final = (45, 255)
_CONTRAST_MIN: Final = 35
_FIGURES: Final = string.digits + ":/.-€$%"


@dataclass(frozen=True, slots=True)
class Writer:
    """Draws; the same chance draws the same."""

    words: Sequence[str]
    fonts: Sequence[Path]
    chance: Random

    def write_on(
        self, ground: Image.Image
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]] | None:
        """Grey levels, (SIDE, SIDE), and where in them text is; None where hardly any came in."""
        ink, area = self._lines()
        if area.sum() < _SEEN_MIN:
            return None
        levels = np.asarray(ground, np.float32)
        shade = self._shade_on(float(levels[area].mean()))
        if self.chance.random() < 0.35:
            levels, shade = self._panel(levels, area)
        return levels + (shade - levels) * ink, area

    def _lines(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """How much ink there is, from 0 to 1, and where the lines are."""
        chance, side = self.chance, SIDE * _ENLARGED
        letter_px = math.exp(chance.uniform(*map(math.log, _LETTER_PX)))
        font = ImageFont.truetype(chance.choice(self.fonts), int(letter_px * _ENLARGED * _EM))
        counts = [1, 1, 1, 2, 3, 6, 12] if letter_px < _SMALL_PX else [1, 1, 2]
        ink, area = Image.new("L", (side, side)), Image.new("L", (side, side))
        draw, draw_area = ImageDraw.Draw(ink), ImageDraw.Draw(area)
        x, y = chance.uniform(0.02, 0.4) * side, chance.uniform(0.02, 0.8) * side
        for _ in range(chance.choice(counts)):
            line = self._line()
            draw.text((x, y), line, 255, font=font)
            draw_area.rectangle(draw.textbbox((x, y), line, font=font), fill=255)
            y += letter_px * _ENLARGED * chance.uniform(1.3, 1.8)
        angle = self._angle()
        ink, area = ink.rotate(angle, Image.Resampling.BICUBIC), area.rotate(angle)
        return _reduced(ink) / np.float32(255), _reduced(area) > 127

    def _line(self) -> str:
        chance = self.chance
        if chance.random() < 0.2:
            return "".join(chance.choice(_FIGURES) for _ in range(chance.randint(2, 8)))
        line = " ".join(
            chance.choice(self.words) for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 5]))
        )
        case = chance.random()
        return line.upper() if case < 0.3 else line.title() if case < 0.6 else line

    def _angle(self) -> float:
        """Half of all are upright; degrees."""
        most = self.chance.choice([0, 0, 0, 8, 20, 90 if self.chance.random() < 0.4 else 0])
        return self.chance.uniform(-most, most)

    def _shade_on(self, ground: float) -> float:
        """Lighter or darker than the ground, by enough to be read."""
        contrast = self.chance.uniform(*_CONTRAST)
        is_light_clipped = ground + contrast > 255
        is_darker = ground >= contrast and (is_light_clipped or self.chance.random() < 0.5)
        shade = min(max(ground - contrast if is_darker else ground + contrast, 0.0), 255.0)
        if abs(shade - ground) < _CONTRAST_MIN:
            return 0.0 if ground > 127 else 255.0
        return shade

    def _panel(
        self, levels: npt.NDArray[np.float32], area: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.float32], float]:
        """The ground with a sign around the text, and the shade of what is written on it."""
        rows, columns = np.nonzero(area)
        margin = self.chance.randint(1, 8)
        panel = np.s_[
            max(0, rows.min() - margin) : rows.max() + margin,
            max(0, columns.min() - margin) : columns.max() + margin,
        ]
        shade = self.chance.uniform(0, 255)
        levels = levels.copy()
        levels[panel] = shade * 0.9 + levels[panel] * 0.1
        ink = 0 if shade > 127 else 255
        return levels, abs(ink - self.chance.uniform(0, 60))


def _reduced(image: Image.Image) -> npt.NDArray[np.float32]:
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)
