"""Pictures drawn for the tests: simple scenes in known colours."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

SKY = {"blue": (96, 165, 226), "red": (226, 112, 82), "grey": (150, 158, 168)}
GROUND = {"green": (74, 140, 66), "yellow": (226, 192, 84), "white": (232, 236, 242)}
PETALS = {"red": (210, 44, 52), "yellow": (244, 205, 48), "pink": (232, 120, 176)}


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the words that are true of it."""

    image: Image.Image
    words: frozenset[str]

    @property
    def jpeg(self) -> bytes:
        buffer = io.BytesIO()
        self.image.save(buffer, "JPEG", quality=88)
        return buffer.getvalue()


def scene(number: int) -> Scene:
    """The same picture for the same number, always."""
    chance = random.Random(number)
    size = chance.choice([(320, 213), (320, 240), (213, 320), (320, 213)])
    return _flower(chance, size) if number % 3 == 2 else _landscape(chance, size)


def _landscape(chance: random.Random, size: tuple[int, int]) -> Scene:
    sky, ground = chance.choice(sorted(SKY)), chance.choice(sorted(GROUND))
    width, height = size
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    horizon = int(height * chance.uniform(0.45, 0.7))
    for y in range(horizon):
        draw.line([(0, y), (width, y)], _mix(SKY[sky], (255, 240, 220), y / horizon * 0.7))
    sun = (chance.randint(40, width - 40), chance.randint(30, horizon - 25))
    draw.ellipse([sun[0] - 18, sun[1] - 18, sun[0] + 18, sun[1] + 18], (255, 238, 190))
    for layer in range(3):
        _hills(
            draw, chance, size, horizon + layer * 14, _mix((70, 84, 110), GROUND[ground], layer / 2)
        )
    for y in range(horizon + 42, height):
        share = (y - horizon) / (height - horizon)
        draw.line([(0, y), (width, y)], _mix(GROUND[ground], (30, 40, 34), share * 0.5))
    return Scene(image, frozenset({sky, ground, "landscape", "sky"}))


def _hills(
    draw: ImageDraw.ImageDraw,
    chance: random.Random,
    size: tuple[int, int],
    base: int,
    colour: tuple[int, int, int],
) -> None:
    ridge = [(x, base - chance.randint(0, 34)) for x in range(0, size[0] + 40, 40)]
    draw.polygon([(0, size[1]), *ridge, size], colour)


def _flower(chance: random.Random, size: tuple[int, int]) -> Scene:
    colour = chance.choice(sorted(PETALS))
    image = Image.new("RGB", size, (46, 92, 52))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = chance.randint(0, size[0]), chance.randint(0, size[1])
        draw.ellipse([x, y, x + 26, y + 10], _mix((46, 92, 52), (120, 170, 90), chance.random()))
    for _ in range(chance.randint(1, 5)):
        _bloom(draw, chance, size, PETALS[colour])
    return Scene(image, frozenset({colour, "green", "flower"}))


def _bloom(
    draw: ImageDraw.ImageDraw,
    chance: random.Random,
    size: tuple[int, int],
    colour: tuple[int, int, int],
) -> None:
    x, y = chance.randint(60, size[0] - 60), chance.randint(60, size[1] - 60)
    radius = chance.randint(24, 44)
    for dx, dy in (
        (-1, 0),
        (1, 0),
        (0, -1),
        (0, 1),
        (-0.7, -0.7),
        (0.7, 0.7),
        (0.7, -0.7),
        (-0.7, 0.7),
    ):
        cx, cy = x + dx * radius * 0.7, y + dy * radius * 0.7
        half = radius * 0.5
        draw.ellipse(
            [cx - half, cy - half, cx + half, cy + half], _mix(colour, (255, 255, 255), 0.12)
        )
    draw.ellipse([x - 12, y - 12, x + 12, y + 12], (250, 220, 90))


def _mix(
    first: tuple[int, int, int], second: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
