from __future__ import annotations

import random

import pytest

from tests.world.edits import KINDS, EditName, is_right, near_misses, random_edit
from tests.world.language import caption_of, holds, meaning_of, parse, say
from tests.world.requests import apply, phrases_of
from tests.world.scenes import random_scene


@pytest.mark.parametrize("kind", KINDS)
def test_the_target_is_right_and_the_reference_is_not(kind: EditName) -> None:
    chance = random.Random(kind)
    for _ in range(100):
        edit = random_edit(chance, kind)
        assert len(phrases_of(edit.instruction)) == 1
        assert is_right(edit, edit.target), edit
        assert not is_right(edit, edit.reference), edit


@pytest.mark.parametrize("kind", KINDS)
def test_near_misses_are_wrong_and_several(kind: EditName) -> None:
    chance = random.Random(kind)
    for _ in range(20):
        edit = random_edit(chance, kind)
        missed = near_misses(edit, chance)
        assert len(missed) >= 4
        assert not any(is_right(edit, scene) for scene in missed)


def test_a_caption_is_true_of_its_scene_and_survives_being_said_again() -> None:
    chance = random.Random(1)
    for _ in range(300):
        scene = random_scene(chance)
        meaning = meaning_of(scene)
        assert holds(meaning, scene), caption_of(scene)
        assert meaning_of(scene) == parse(say(meaning), is_all=True)


@pytest.mark.parametrize(
    ("base", "request_text", "said"),
    [
        (
            "a red circle on the left",
            "the same but with a blue square",
            "a blue square on the left",
        ),
        ("a red circle on the left", "now in green", "a green circle on the left"),
        (
            "a red circle on the left",
            "at the top, on black",
            "a red circle at the top on a black background",
        ),
        (
            "a red circle",
            "two of them and on a grey background",
            "two red circles on a grey background",
        ),
        (
            "a red circle in the middle",
            "add a blue star on the left",
            "a blue star and a red circle",
        ),
        ("a red circle and a blue star", "without the red circle", "a blue star on the right"),
        ("a red circle in the middle", "make it smaller", "a small red circle in the middle"),
        ("two red stars", "just one of them", "a red star"),
        (
            "a red circle on a black background",
            "a green star",
            "a green star on a black background",
        ),
        ("a red circle", "hm, what?", "a red circle in the middle"),
    ],
)
def test_requests_change_what_is_meant(base: str, request_text: str, said: str) -> None:
    complete = (
        base if " the " in base or "two" in base or "and" in base else f"{base} in the middle"
    )
    assert say(apply(request_text, parse(complete, is_all=True))) == said
