"""The small world: drawn pictures with known contents, so that every search has a right answer."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    import random

SHAPES = ("circle", "square", "triangle", "star")
COLOURS = {
    "red": (215, 30, 35),
    "green": (35, 150, 60),
    "blue": (30, 70, 205),
    "yellow": (245, 215, 40),
    "purple": (135, 50, 160),
}
BACKGROUNDS = {"white": (250, 250, 250), "grey": (165, 165, 165), "black": (15, 15, 15)}
NUMBER_WORDS = {1: "a", 2: "two", 3: "three"}

Place = Literal["left", "right", "top", "bottom", "middle"]
_CENTRES: dict[Place, tuple[float, float]] = {
    "left": (0.31, 0.5),
    "right": (0.69, 0.5),
    "top": (0.5, 0.31),
    "bottom": (0.5, 0.69),
    "middle": (0.5, 0.5),
}
_RADII = {"small": 0.19, "large": 0.30}
_RADIUS_IN_A_ROW = 0.15
_RADIUS_IN_A_PAIR = 0.22


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One shape; the centre and half the width in sides of the picture."""

    shape: str
    colour: str
    x: float = 0.5
    y: float = 0.5
    radius: float = _RADII["large"]

    @property
    def name(self) -> str:
        """What people call it: `red circle`."""
        return f"{self.colour} {self.shape}"

    @property
    def is_small(self) -> bool:
        """Whether people would call it small."""
        return self.radius < (_RADII["small"] + _RADII["large"]) / 2

    @property
    def place(self) -> Place:
        """Where it is, as people say it."""
        return min(_CENTRES, key=lambda place: math.dist(_CENTRES[place], (self.x, self.y)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Some shapes on a plain ground."""

    things: tuple[Thing, ...]
    background: str = "white"

    def shows(self, colour: str = "", shape: str = "") -> bool:
        """Whether one thing has this colour and this shape; empty means any."""
        return any(
            colour in ("", thing.colour) and shape in ("", thing.shape) for thing in self.things
        )


def scene_of(
    name: str,
    *,
    count: int = 1,
    place: Place = "middle",
    size: Literal["small", "large"] = "large",
    background: str = "white",
) -> Scene:
    """Scenes by their words: `scene_of("red circle", count=2)`."""
    colour, shape = name.split()
    if count == 1:
        x, y = _CENTRES[place]
        thing = Thing(shape=shape, colour=colour, x=x, y=y, radius=_RADII[size])
        return Scene(things=(thing,), background=background)
    thing = Thing(shape=shape, colour=colour, radius=_RADIUS_IN_A_ROW)
    spots = [(index + 1) / (count + 1) for index in range(count)]
    return Scene(things=tuple(replace(thing, x=spot) for spot in spots), background=background)


def random_scene(chance: random.Random) -> Scene:
    """One thing anywhere, several alike in a row, or two different ones side by side."""
    background = chance.choice(list(BACKGROUNDS))
    first = _random_name(chance)
    kind = chance.random()
    if kind < 0.6:
        place = chance.choice(list(_CENTRES))
        size: Literal["small", "large"] = chance.choice(["small", "large"])
        scene = scene_of(first, place=place, size=size, background=background)
    elif kind < 0.8:
        scene = scene_of(first, count=chance.choice([2, 3]), background=background)
    else:
        pair = [scene_of(first, place="left"), scene_of(_random_name(chance), place="right")]
        things = tuple(
            replace(thing, radius=_RADIUS_IN_A_PAIR) for one in pair for thing in one.things
        )
        scene = Scene(things=things, background=background)
    return replace(scene, things=tuple(_nudged(thing, chance) for thing in scene.things))


def _random_name(chance: random.Random) -> str:
    return f"{chance.choice(list(COLOURS))} {chance.choice(SHAPES)}"


def _nudged(thing: Thing, chance: random.Random) -> Thing:
    return replace(
        thing,
        x=thing.x + chance.uniform(-0.05, 0.05),
        y=thing.y + chance.uniform(-0.05, 0.05),
        radius=thing.radius * chance.uniform(0.85, 1.15),
    )


def describe(scene: Scene) -> str:
    """The scene in one sentence, in words that a query would use."""
    counts = Counter(thing.name for thing in scene.things)
    if len(counts) > 1:
        return " and ".join(f"a {name}" for name in counts)
    thing = scene.things[0]
    if len(scene.things) > 1:
        return f"{NUMBER_WORDS[len(scene.things)]} {thing.name}s"
    size = "small " if thing.is_small else ""
    where = {"middle": "in the middle", "top": "at the top", "bottom": "at the bottom"}
    return f"a {size}{thing.name} {where.get(thing.place, f'on the {thing.place}')}"


def draw(scene: Scene, side: int = 96) -> Image.Image:
    """The scene as a square RGB picture, smoothed."""
    scale = 2
    canvas = Image.new("RGB", (side * scale, side * scale), BACKGROUNDS[scene.background])
    pen = ImageDraw.Draw(canvas)
    for thing in scene.things:
        outline = [
            (side * scale * (thing.x + dx), side * scale * (thing.y + dy))
            for dx, dy in _outline(thing.shape, thing.radius)
        ]
        pen.polygon(outline, fill=COLOURS[thing.colour])
    return canvas.resize((side, side), Image.Resampling.LANCZOS)


def _outline(shape: str, radius: float) -> list[tuple[float, float]]:
    """Corners around the centre."""
    if shape == "square":
        half = radius * 0.9
        return [(-half, -half), (half, -half), (half, half), (-half, half)]
    corners = {"circle": 48, "triangle": 3, "star": 10}[shape]
    points = []
    for corner in range(corners):
        angle = 2 * math.pi * corner / corners - math.pi / 2
        reach = radius * (0.42 if shape == "star" and corner % 2 else 1.0)
        points.append((reach * math.cos(angle), reach * math.sin(angle)))
    return points
