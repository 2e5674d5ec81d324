"""What the rest of the program may expect of a model.

ModelError
├── ModelMissing      the weights that were asked for are not on this machine
├── ModelChanged      it answers otherwise than when its vectors were stored
└── ModelUnusable     it is there but cannot be loaded
    └── ModelUnknown  no model is called so, or the setting that should name one makes no sense
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

Pixels: TypeAlias = "npt.NDArray[np.uint8]"
"""Shape (height, width, 3): RGB in sRGB, upright."""
FloatMatrix: TypeAlias = "npt.NDArray[np.float32]"
"""Shape (n, dim), rows of unit length, or all zero where the encoder has nothing to say."""
RegionVectors: TypeAlias = "npt.NDArray[np.float32]"
"""Shape (rows, columns, dim): a unit vector per cell of a photo, from its upper left corner on."""


class ModelError(Exception):
    """Base of everything this package raises; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ModelMissing(ModelError):
    """The weights that were asked for are not on this machine."""


class ModelChanged(ModelError):
    """The model answers otherwise than it did when the library's vectors were made."""


class ModelUnusable(ModelError):
    """The model cannot be used on this machine."""


class ModelUnknown(ModelUnusable):
    """No model is called so, or the setting that should name one makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureInput:
    """The pixels an encoder wants; decoding workers prepare them, without the encoder's library."""

    width: int
    height: int
    fit: Literal["crop", "squash", "pad"]
    """`crop`: shortest side to size, then the centre; `squash`: both sides; `pad`: longest side."""
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    fill: int = 0
    """The grey level that pads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One photo as an encoder sees it."""

    pixels: Pixels
    """As PictureInput asked."""
    width: int
    height: int
    """Upright size of the whole photo, before it was fitted."""


class ImageTextEncoder(Protocol):
    """Puts pictures and words into one space, where the inner product tells how well they fit."""

    @property
    def encoder_id(self) -> str:
        """Architecture, weights, preprocessing and precision; vectors of two ids never mix."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def picture_input(self) -> PictureInput:
        """How pictures must be prepared."""

    @property
    def fills_cores(self) -> bool:
        """Whether it keeps all cores busy; then to decode beside it only makes both slower."""

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        """One unit row per picture."""

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text; a zero row where it knows none of the words."""

    def known_words(self, text: str) -> frozenset[str] | None:
        """The words of a text, in lower case, that count; None where all do."""


@runtime_checkable
class RegionEncoder(Protocol):
    """What some encoders of pictures can do beside: tell the parts of a picture apart."""

    def encode_regions(self, picture: Picture) -> RegionVectors | None:
        """A vector for each part of equal size, in the space of the encoder's texts.

        None where this model has none to give.
        """


class TextEncoder(Protocol):
    """Puts sentences into one space, where the inner product tells how alike their meaning is."""

    @property
    def encoder_id(self) -> str:
        """Weights, configuration and precision; vectors of two ids never mix."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text; a zero row where it knows none of the words."""
