"""Where a photo's pixels go when it is turned upright and fitted; numbers only, no pixels.

The sizes are those of torchvision's `Resize` and `CenterCrop` and of open_clip's `ResizeKeepRatio`
and `CenterCropOrPad`, rounding included, so that a model sees what it was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from indexer.models.protocols import PictureInput

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels; edges may lie between pixels."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What an EXIF orientation does to an image: swap its axes, then mirror them."""

    swaps: bool
    mirrors_x: bool
    mirrors_y: bool


_TURNS = {
    2: _Turn(swaps=False, mirrors_x=True, mirrors_y=False),
    3: _Turn(swaps=False, mirrors_x=True, mirrors_y=True),
    4: _Turn(swaps=False, mirrors_x=False, mirrors_y=True),
    5: _Turn(swaps=True, mirrors_x=False, mirrors_y=False),
    6: _Turn(swaps=True, mirrors_x=True, mirrors_y=False),
    7: _Turn(swaps=True, mirrors_x=True, mirrors_y=True),
    8: _Turn(swaps=True, mirrors_x=False, mirrors_y=True),
}


def swaps_sides(orientation: int) -> bool:
    """Whether turning upright makes the width the height."""
    return orientation in _TURNS and _TURNS[orientation].swaps


def turned_size(size: Size, orientation: int) -> Size:
    """The size after turning upright; turning it again turns it back."""
    width, height = size
    return (height, width) if swaps_sides(orientation) else size


def turned_box(box: Box, size: Size, orientation: int) -> Box:
    """Where `box` of an image of `size` lies after turning upright."""
    turn = _TURNS.get(orientation)
    if turn is None:
        return box
    left, top, right, bottom = box
    if turn.swaps:
        left, top, right, bottom = top, left, bottom, right
    width, height = turned_size(size, orientation)
    if turn.mirrors_x:
        left, right = width - right, width - left
    if turn.mirrors_y:
        top, bottom = height - bottom, height - top
    return left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a photo is laid into a picture: scale all of it, keep a part, put that on a canvas."""

    scaled: Size
    """The size the whole photo would have."""
    part: tuple[int, int, int, int]
    """The pixels of it that are kept: left, top, right, bottom."""
    canvas: Size
    offset: tuple[int, int] = (0, 0)
    """Where the kept part lies on the canvas."""

    @property
    def part_size(self) -> Size:
        """Width and height of the kept part."""
        left, top, right, bottom = self.part
        return right - left, bottom - top

    def part_of(self, box: Box) -> Box:
        """The kept part in the coordinates of an image whose `box` holds the whole photo."""
        left, top, right, bottom = box
        across = (right - left) / self.scaled[0]
        down = (bottom - top) / self.scaled[1]
        return (
            left + self.part[0] * across,
            top + self.part[1] * down,
            min(left + self.part[2] * across, right),
            min(top + self.part[3] * down, bottom),
        )


def fit_for(picture_input: PictureInput, size: Size) -> Fit:
    """How a photo of upright `size` is fitted as the encoder asks."""
    if picture_input.fit == "squash":
        return _whole((picture_input.width, picture_input.height))
    if picture_input.fit == "pad":
        return _padded(picture_input, size)
    return _cropped(picture_input, size)


def fit_within(side: int, size: Size) -> Fit:
    """How a photo of upright `size` is made no longer than `side`; it is never made larger."""
    longest = max(size)
    if longest <= side:
        return _whole(size)
    width, height = (max(1, round(length * side / longest)) for length in size)
    return _whole((width, height))


def _whole(size: Size) -> Fit:
    return Fit(scaled=size, part=(0, 0, *size), canvas=size)


def _cropped(picture_input: PictureInput, size: Size) -> Fit:
    """As `Resize` (square) or `ResizeKeepRatio` (not square), then `CenterCrop`."""
    canvas = (picture_input.width, picture_input.height)
    if canvas[0] == canvas[1]:
        scaled = _shortest_side(size, canvas[0])
    else:
        ratio = min(size[0] / canvas[0], size[1] / canvas[1])
        scaled = (round(size[0] / ratio), round(size[1] / ratio))
    left = round((scaled[0] - canvas[0]) / 2)
    top = round((scaled[1] - canvas[1]) / 2)
    return Fit(scaled=scaled, part=(left, top, left + canvas[0], top + canvas[1]), canvas=canvas)


def _shortest_side(size: Size, side: int) -> Size:
    width, height = size
    if width <= height:
        return side, int(side * height / width)
    return int(side * width / height), side


def _padded(picture_input: PictureInput, size: Size) -> Fit:
    """As `ResizeKeepRatio(longest=1)`, then `CenterCropOrPad`; a line stays one pixel thick."""
    canvas = (picture_input.width, picture_input.height)
    ratio = max(size[0] / canvas[0], size[1] / canvas[1])
    scaled = (max(1, round(size[0] / ratio)), max(1, round(size[1] / ratio)))
    offset = ((canvas[0] - scaled[0]) // 2, (canvas[1] - scaled[1]) // 2)
    return Fit(scaled=scaled, part=(0, 0, *scaled), canvas=canvas, offset=offset)
