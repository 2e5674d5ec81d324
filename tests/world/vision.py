"""Sees what a drawn picture shows, from its pixels alone: colours first, then shapes that fit.

Shapes of one colour may touch, hide each other or be cut by the edge, so they are not measured:
they are drawn again, moved until they cover the same pixels, and the best cover wins.
"""

from __future__ import annotations

import io
import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NewType, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from tests.world.scenes import BACKGROUNDS, COLOURS, SHAPES, Scene, Thing

if TYPE_CHECKING:
    from collections.abc import Sequence

Mask: TypeAlias = npt.NDArray[np.bool_]
"""Shape (_GRID, _GRID)."""

Bits = NewType("Bits", int)
"""A mask as one number, a bit for each pixel: these are joined and counted very fast."""

_GRID = 96
_FEWEST_PIXELS = 12
"""Of a colour's inside; edges of other colours that look like it are thinner than that."""
_GOOD_COVER = 0.85
_PERFECT_COVER = 0.96
_COST_OF_A_THING = 0.06
_COST_OF_A_SHAPE = 0.015
_LOOKED_AT_WELL = 3
_STEPS = (0.04, 0.02, 0.01, 0.005)
_RADIUS_IN_A_ROW = 0.15
_RADIUS_IN_A_PAIR = 0.22


@dataclass(frozen=True, slots=True)
class _Extent:
    """How far a shape of radius 1 reaches from its centre."""

    side: float
    top: float
    bottom: float


_EXTENTS = {
    "circle": _Extent(1.0, 1.0, 1.0),
    "square": _Extent(0.9, 0.9, 0.9),
    "triangle": _Extent(math.sin(math.tau / 3), 1.0, 0.5),
    "star": _Extent(math.sin(math.tau / 5), 1.0, math.cos(math.tau / 10) * 0.85),
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """The pixels of one colour, and those where something in front may hide it."""

    mask: Mask
    hidden: Mask
    mask_bits: Bits
    open_bits: Bits
    """Where nothing is hidden."""
    edges: tuple[float, float, float, float]
    """Left, right, top and bottom of the mask, in sides of the picture."""


def _seen(mask: Mask, hidden: Mask) -> _Seen:
    return _Seen(mask, hidden, _bits_of(mask), _bits_of(~hidden), _edges(mask))


@dataclass(frozen=True, slots=True)
class _Fit:
    things: tuple[Thing, ...]
    cover: float


@lru_cache(maxsize=4096)
def look(picture: bytes) -> Scene:
    """The scene that an image file of any size and format shows; things from left to right."""
    with Image.open(io.BytesIO(picture)) as opened:
        small = opened.convert("RGB").resize((_GRID, _GRID), Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float64)
    background, masks = _colours_of(pixels)
    things: list[Thing] = []
    for colour, mask in masks.items():
        others = [other for name, other in masks.items() if name != colour]
        hidden = np.logical_or.reduce(others) if others else np.zeros_like(mask)
        things += _things_of(colour, _seen(mask, hidden), most=1 if others else 3)
    return Scene(things=tuple(sorted(things, key=lambda thing: thing.x)), background=background)


def _colours_of(pixels: npt.NDArray[np.float64]) -> tuple[str, dict[str, Mask]]:
    palette = {**BACKGROUNDS, **COLOURS}
    nearest = _nearest(pixels, list(palette.values()))
    background = max(
        BACKGROUNDS, key=lambda name: int((nearest == list(palette).index(name)).sum())
    )
    present = [
        name
        for name in COLOURS
        if int(_inside(nearest == list(palette).index(name)).sum()) >= _FEWEST_PIXELS
    ]
    # Edges mix two colours and may look like a third: only what is there may be chosen.
    chosen = _nearest(pixels, [BACKGROUNDS[background], *(COLOURS[name] for name in present)])
    return background, {name: chosen == index + 1 for index, name in enumerate(present)}


def _nearest(
    pixels: npt.NDArray[np.float64], palette: Sequence[tuple[int, int, int]]
) -> npt.NDArray[np.intp]:
    colours = np.asarray(palette, dtype=np.float64)
    # Squared distances, less the square of the pixel; whole numbers, so nothing is rounded.
    distances = (colours**2).sum(axis=1) - 2 * (pixels @ colours.T)
    nearest: npt.NDArray[np.intp] = np.argmin(distances, axis=-1)
    return nearest


def _inside(mask: Mask) -> Mask:
    """Pixels whose eight neighbours belong to the mask too; outside the picture all do."""
    padded = np.pad(mask, 1, constant_values=True)
    inside = mask.copy()
    for dy, dx in itertools.product((0, 1, 2), repeat=2):
        inside &= padded[dy : dy + _GRID, dx : dx + _GRID]
    return inside


def _things_of(colour: str, seen: _Seen, *, most: int) -> tuple[Thing, ...]:
    """The things of one colour, `most` at most."""
    guesses = [guess for shape in SHAPES for guess in _guesses_of_one(colour, shape, seen)]
    best = _best_of(guesses, seen)
    if most > 1 and best.cover < _GOOD_COVER:
        best = max(best, _best_of(_guesses_of_several(colour, seen), seen), key=_worth)
    return best.things


def _best_of(guesses: Sequence[tuple[Thing, ...]], seen: _Seen) -> _Fit:
    """Looks a little at each guess, and well at those that promise most."""
    tried = [_one_round(_Fit(things, _cover(things, seen)), seen, 0.02) for things in guesses]
    best = _Fit((), 0.0)
    for promising in sorted(tried, key=_worth, reverse=True)[:_LOOKED_AT_WELL]:
        best = max(best, _improved(promising, seen), key=_worth)
        if best.cover >= _PERFECT_COVER:
            break
    return best


def _worth(fit: _Fit) -> float:
    """Few things and alike are likelier than many and different."""
    shapes = len({thing.shape for thing in fit.things})
    return fit.cover - _COST_OF_A_THING * len(fit.things) - _COST_OF_A_SHAPE * shapes


def _guesses_of_one(colour: str, shape: str, seen: _Seen) -> list[tuple[Thing, ...]]:
    left, right, top, bottom = seen.edges
    reach = _EXTENTS[shape]
    radius = max((right - left) / 2 / reach.side, (bottom - top) / (reach.top + reach.bottom))
    x = (left + right) / 2
    if left <= 0:
        x = right - radius * reach.side
    elif right >= 1:
        x = left + radius * reach.side
    y = bottom - radius * reach.bottom if top <= 0 else top + radius * reach.top
    starts = [(x, y, radius)]
    if seen.hidden.any():
        # What is in front hides one side: either edge may be the true one.
        starts += [
            (left + _RADIUS_IN_A_PAIR * reach.side, 0.5, _RADIUS_IN_A_PAIR),
            (right - _RADIUS_IN_A_PAIR * reach.side, 0.5, _RADIUS_IN_A_PAIR),
        ]
    return [
        (Thing(shape=shape, colour=colour, x=x, y=y, radius=radius),) for x, y, radius in starts
    ]


def _guesses_of_several(colour: str, seen: _Seen) -> list[tuple[Thing, ...]]:
    """Three alike in a row, or any two side by side."""
    rows = [_row(colour, [shape] * 3, seen, _RADIUS_IN_A_ROW) for shape in SHAPES]
    pairs = [
        _row(colour, shapes, seen, radius)
        for shapes in itertools.product(SHAPES, repeat=2)
        for radius in (_RADIUS_IN_A_ROW, _RADIUS_IN_A_PAIR)
    ]
    return rows + pairs


def _row(colour: str, shapes: Sequence[str], seen: _Seen, radius: float) -> tuple[Thing, ...]:
    """Things beside each other, the outer ones at the outer edges of the mask."""
    left, right, _, _ = seen.edges
    first = left + radius * _EXTENTS[shapes[0]].side
    last = right - radius * _EXTENTS[shapes[-1]].side
    spots = np.linspace(first, last, len(shapes))
    return tuple(
        Thing(
            shape=shape,
            colour=colour,
            x=float(x),
            y=_top_near(seen.mask, float(x)) + radius * _EXTENTS[shape].top,
            radius=radius,
        )
        for shape, x in zip(shapes, spots, strict=True)
    )


def _top_near(mask: Mask, x: float) -> float:
    column = min(max(int(x * _GRID), 0), _GRID - 1)
    rows = np.flatnonzero(mask[:, max(column - 3, 0) : column + 4].any(axis=1))
    return float(rows[0]) / _GRID if rows.size else 0.35


def _edges(mask: Mask) -> tuple[float, float, float, float]:
    """Left, right, top and bottom, in sides of the picture."""
    columns = np.flatnonzero(mask.any(axis=0))
    rows = np.flatnonzero(mask.any(axis=1))
    ends = (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1)
    left, right, top, bottom = (float(end) / _GRID for end in ends)
    return left, right, top, bottom


def _improved(best: _Fit, seen: _Seen) -> _Fit:
    """Moves and scales one thing at a time, by smaller and smaller steps, while that helps."""
    for step in _STEPS:
        while True:
            better = _one_round(best, seen, step)
            if better.cover <= best.cover:
                break
            best = better
    return best


def _one_round(fit: _Fit, seen: _Seen, step: float) -> _Fit:
    for index in range(len(fit.things)):
        for changed in _neighbours(fit.things[index], step):
            things = (*fit.things[:index], changed, *fit.things[index + 1 :])
            cover = _cover(things, seen)
            if cover > fit.cover:
                fit = _Fit(things, cover)
    return fit


def _neighbours(thing: Thing, step: float) -> list[Thing]:
    return [
        *(replace(thing, x=thing.x + by) for by in (-step, step)),
        *(replace(thing, y=thing.y + by) for by in (-step, step)),
        *(replace(thing, radius=thing.radius + by) for by in (-step, step) if thing.radius > 0.08),
    ]


def _cover(things: tuple[Thing, ...], seen: _Seen) -> float:
    """Intersection over union, leaving out what is hidden."""
    drawn = 0
    for thing in things:
        drawn |= _drawn(thing.shape, thing.x, thing.y, thing.radius)
    drawn &= seen.open_bits
    union = (drawn | seen.mask_bits).bit_count()
    return (drawn & seen.mask_bits).bit_count() / union if union else 0.0


@lru_cache(maxsize=4096)
def _drawn(shape: str, x: float, y: float, radius: float) -> Bits:
    """The pixels of one shape."""
    pixels = bytearray(_GRID * _GRID)
    canvas = Image.frombuffer("L", (_GRID, _GRID), pixels, "raw", "L", 0, 1)
    # Else Pillow draws on a copy.
    canvas.readonly = 0
    # Pillow's polygons take in their outline, half a pixel too much.
    reach = radius - 0.3 / _GRID
    corners = [
        (_GRID * (x + dx * reach) - 0.5, _GRID * (y + dy * reach) - 0.5)
        for dx, dy in _outline(shape)
    ]
    ImageDraw.Draw(canvas).polygon(corners, fill=1)
    return _bits_of(np.frombuffer(pixels, dtype=np.bool_))


def _bits_of(mask: Mask) -> Bits:
    return Bits(int.from_bytes(np.packbits(mask).tobytes(), "big"))


@lru_cache(maxsize=len(SHAPES))
def _outline(shape: str) -> tuple[tuple[float, float], ...]:
    """Corners of a shape of radius 1 around its centre."""
    if shape == "square":
        return ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))
    corners = {"circle": 24, "triangle": 3, "star": 10}[shape]
    angles = [math.tau * corner / corners - math.pi / 2 for corner in range(corners)]
    reaches = [0.42 if shape == "star" and corner % 2 else 1.0 for corner in range(corners)]
    return tuple(
        (reach * math.cos(angle), reach * math.sin(angle))
        for reach, angle in zip(reaches, angles, strict=True)
    )
