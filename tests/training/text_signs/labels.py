"""Which photos show text, and where: as PP-OCR reads them, for nobody has marked them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from indexer.models.text_reader import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from PIL import Image

    from indexer.models.protocols import Pixels

_SURE: Final = 0.6
_UNSURE: Final = 0.4
_LETTERS_MIN: Final = 2

Corner = tuple[float, float]


class Reading(NamedTuple):
    """A piece of text that was read."""

    text: str
    score: float
    """From 0 to 1."""
    corners: tuple[Corner, ...]
    """Four, in pixels."""

    @property
    def is_text(self) -> bool:
        """Whether it surely is."""
        return self.score >= _SURE and len(re.sub(r"\W", "", self.text)) >= _LETTERS_MIN

    @property
    def may_be_text(self) -> bool:
        """Whether a photo with this can serve as one without text: no, where it may be."""
        return self.score >= _UNSURE and len(self.text.strip()) >= _LETTERS_MIN


@dataclass(frozen=True, slots=True)
class Photos:
    """Grey photos, and what is read in them."""

    grey: Sequence[Pixels]
    read: Sequence[tuple[Reading, ...]]

    @property
    def blank(self) -> list[Pixels]:
        """Those that show no text."""
        return [
            grey
            for grey, read in zip(self.grey, self.read, strict=True)
            if not any(found.is_text or found.may_be_text for found in read)
        ]

    @property
    def shown(self) -> Iterator[tuple[Pixels, list[Reading]]]:
        """Those that surely show text, with it."""
        for grey, read in zip(self.grey, self.read, strict=True):
            if texts := [found for found in read if found.is_text]:
                yield grey, texts


def look_through(pictures: Iterable[Image.Image]) -> Photos:
    """Read pictures in colour, which takes a twentieth of a second for each of 224 pixels."""
    engine, grey, read = open_engine(), [], []
    for picture in pictures:
        grey.append(np.asarray(picture.convert("L")))
        read.append(_read(engine, np.asarray(picture)))
    return Photos(grey, read)


def _read(engine: Any, pixels: Pixels) -> tuple[Reading, ...]:  # noqa: ANN401
    # Its networks learnt pictures with blue first.
    found, _, read, _ = engine.run_ocr_steps(np.ascontiguousarray(pixels[:, :, ::-1]), {})
    if found.boxes is None or read.txts is None:
        return ()
    return tuple(
        Reading(text, float(score), tuple((float(x), float(y)) for x, y in box))
        for text, score, box in zip(read.txts, read.scores, found.boxes, strict=True)
    )
