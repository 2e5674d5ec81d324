"""Colours that a file tells by numbers instead of a profile, in sRGB (ITU-T H.273, BT.2100)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

_Floats: TypeAlias = npt.NDArray[np.float32]
_Chromaticities: TypeAlias = tuple[float, float, float, float, float, float, float, float]

CODED_COLOUR = "coded_colour"
"""The name in an image's `info` under which its CodedColour is kept."""

_D65 = (0.3127, 0.3290)
_SRGB_PRIMARIES: _Chromaticities = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *_D65)
_WIDE_PRIMARIES: dict[int, _Chromaticities] = {
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),  # BT.2020
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),  # P3 of cinemas
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *_D65),  # P3 of displays
}
"""Red, green, blue, white. Those of television of old hardly differ from sRGB's."""

_LINEAR, _PQ, _HLG = 8, 16, 18
_GAMMAS = {4: 2.2, 5: 2.8, _LINEAR: 1.0, 17: 2.6}
_WHITE_NITS = 203.0
"""What white paper has in high dynamic range (BT.2408)."""
_HLG_WHITE = 0.265
"""What white paper has of the light of an HLG scene, whose signal is then 0.75. The gamma that
BT.2100 adds for bright displays is 1 at some 300 nits, as screens of computers have them."""
_WHITE_LEVELS = {_PQ: 148, _HLG: 191}
_KNEE = 0.75
"""Up to this share of white nothing is compressed to make room for what is lighter than white."""


@dataclass(frozen=True, slots=True)
class CodedColour:
    """What the numbers of red, green and blue mean, by H.273's tables."""

    primaries: int
    transfer: int

    @property
    def white_level(self) -> int:
        """The level, of 255, of what is as light as paper."""
        return _WHITE_LEVELS.get(self.transfer, 255)

    @property
    def is_srgb(self) -> bool:
        """Whether the pixels are shown as they are.

        Curves of television count as sRGB's, as they do in viewers.
        """
        return self.primaries not in _WIDE_PRIMARIES and self.transfer not in _CURVES


def keep_coded_colour(image: Image.Image, code: CodedColour) -> None:
    """Keeps with an image what its numbers mean, where that matters."""
    if not code.is_srgb:
        image.info[CODED_COLOUR] = code


def coded_to_srgb(image: Image.Image, code: CodedColour) -> Image.Image:
    """An image of any mode that converts to RGB, in sRGB, mode RGB.

    What is lighter than white is brought below it as far as this image needs it; colours that sRGB
    has not are cut off.
    """
    linear = _below_white(_light_of(np.asarray(image.convert("RGB")), code.transfer))
    primaries = _WIDE_PRIMARIES.get(code.primaries)
    if primaries is not None:
        linear = linear @ _to_srgb_primaries(primaries).T
    return Image.fromarray(_encoded(np.clip(linear, 0, 1)))


def _light_of(pixels: npt.NDArray[np.uint8], transfer: int) -> _Floats:
    """Linear light, in which 1 is white."""
    curve = _CURVES.get(transfer, _srgb_light)
    light: _Floats = curve(np.linspace(0, 1, 256)).astype(np.float32)[pixels]
    return light


def _below_white(linear: _Floats) -> _Floats:
    """Reinhard's curve from the knee on, such that the lightest of this image becomes white."""
    lightest = linear.max(axis=-1, keepdims=True)
    peak = float(lightest.max(initial=0))
    if peak <= 1:
        return linear
    room, reach = 1 - _KNEE, (peak - _KNEE) / (1 - _KNEE)
    above = np.maximum(lightest - _KNEE, 0) / room
    shown = np.minimum(lightest, _KNEE) + room * above * (1 + above / reach**2) / (1 + above)
    darkened: _Floats = linear * (shown / np.maximum(lightest, 1e-6))
    return darkened


def _encoded(linear: _Floats) -> npt.NDArray[np.uint8]:
    bright = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    signal = np.where(linear <= 0.0031308, 12.92 * linear, bright)
    levels: npt.NDArray[np.uint8] = np.rint(signal * 255).astype(np.uint8)
    return levels


def _srgb_light(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _pq_light(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    root = signal ** (32 / 2523)
    share = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return share ** (8192 / 1305) * (10_000 / _WHITE_NITS)


def _hlg_light(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    bright = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(signal <= 0.5, signal**2 / 3, bright) / _HLG_WHITE


def _gamma_light(gamma: float) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    return lambda signal: signal**gamma


_CURVES = {_PQ: _pq_light, _HLG: _hlg_light} | {
    transfer: _gamma_light(gamma) for transfer, gamma in _GAMMAS.items()
}


@lru_cache(maxsize=len(_WIDE_PRIMARIES))
def _to_srgb_primaries(primaries: _Chromaticities) -> _Floats:
    """The matrix from linear light of these primaries to that of sRGB's; white stays white."""
    return (np.linalg.inv(_to_xyz(_SRGB_PRIMARIES)) @ _to_xyz(primaries)).astype(np.float32)


def _to_xyz(chromaticities: _Chromaticities) -> npt.NDArray[np.float64]:
    points = np.array(chromaticities).reshape(4, 2)
    xyz = np.column_stack((points, 1 - points.sum(axis=1))) / points[:, 1:]
    primaries, white = xyz[:3].T, xyz[3]
    matrix: npt.NDArray[np.float64] = primaries * np.linalg.solve(primaries, white)
    return matrix
