from __future__ import annotations

import io
import random
from dataclasses import replace

import pytest

from tests.world.language import caption_of
from tests.world.scenes import Scene, draw, random_scene
from tests.world.vision import look

_SCENES = 150


def _jpeg(scene: Scene, side: int) -> bytes:
    file = io.BytesIO()
    draw(scene, side).save(file, "JPEG", quality=85)
    return file.getvalue()


def _ordered(scene: Scene) -> Scene:
    return replace(scene, things=tuple(sorted(scene.things, key=lambda thing: thing.x)))


def test_a_drawn_scene_is_seen_as_it_is_in_99_of_100_pictures_of_any_size() -> None:
    chance = random.Random(20)
    scenes = [_ordered(random_scene(chance)) for _ in range(_SCENES)]
    sides = [chance.choice([96, 128, 224, 336, 512, 768]) for _ in scenes]
    wrong = [
        (caption_of(scene), caption_of(seen))
        for scene, side in zip(scenes, sides, strict=True)
        if caption_of(seen := look(_jpeg(scene, side))) != caption_of(scene)
    ]
    assert len(wrong) <= _SCENES // 100, wrong


@pytest.mark.parametrize("side", [96, 384])
def test_places_and_sizes_are_seen_to_a_fiftieth_of_the_picture(side: int) -> None:
    chance = random.Random(3)
    scenes = [random_scene(chance) for _ in range(20)]
    for scene in (scene for scene in scenes if len(scene.things) == 1):
        (seen,) = look(_jpeg(scene, side)).things
        (thing,) = scene.things
        assert (seen.x, seen.y, seen.radius) == pytest.approx(
            (thing.x, thing.y, thing.radius), abs=0.02
        )
