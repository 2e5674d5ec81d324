"""Edit queries with a known right answer: a scene, what to change in it, and the scene wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from tests.world.language import PLACE_WORDS, caption_of, holds, meaning_of
from tests.world.requests import apply
from tests.world.scenes import BACKGROUNDS, COLOURS, SHAPES, Scene, Thing, random_scene, scene_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from tests.world.scenes import Place

EditName: TypeAlias = Literal[
    "replace", "recolour", "add", "remove", "background", "count", "size", "move"
]
_SURELY_SMALL: Final = 0.23
"""Radius; what is left of a pair must not be between small and large."""
KINDS: Final[tuple[EditName, ...]] = get_args(EditName)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditQuery:
    """One query: the target is what the reference becomes by the instruction."""

    kind: EditName
    reference: Scene
    instruction: str
    target: Scene


def random_edit(chance: random.Random, kind: EditName | None = None) -> EditQuery:
    """A query of a kind, or of any."""
    name = chance.choice(KINDS) if kind is None else kind
    reference = _random_pair(chance) if name == "remove" else _random_single(chance)
    instruction, target = _EDITS[name](reference, chance)
    return EditQuery(kind=name, reference=reference, instruction=instruction, target=target)


def is_right(edit: EditQuery, scene: Scene) -> bool:
    """Whether a scene is what the edit asks for, all that was not mentioned unchanged."""
    return holds(apply(edit.instruction, meaning_of(edit.reference)), scene)


def near_misses(edit: EditQuery, chance: random.Random) -> tuple[Scene, ...]:
    """Scenes that fit a part of what is asked, no two of one caption, none right."""
    target = edit.target
    first = target.things[0]
    other_colour = _other(COLOURS, first.colour, chance)
    other_shape = _other(SHAPES, first.shape, chance)
    tried: list[Scene] = [
        edit.reference,
        *(replace(target, background=name) for name in BACKGROUNDS),
        _with_alike(target, first, colour=other_colour),
        _with_alike(target, first, shape=other_shape),
        replace(edit.reference, background=_other(BACKGROUNDS, target.background, chance)),
        scene_of(first.name, count=3, background=target.background),
    ]
    if len(target.things) == 1:
        tried += [replace(target, things=(_moved(first, place, chance),)) for place in PLACE_WORDS]
        tried.append(replace(target, things=(_resized(first, chance),)))
    wrong = {caption_of(scene): scene for scene in tried if not is_right(edit, scene)}
    return tuple(wrong.values())


def _with_alike(scene: Scene, thing: Thing, *, colour: str = "", shape: str = "") -> Scene:
    """With another colour or shape for all things of one name."""
    things = tuple(
        replace(one, colour=colour or one.colour, shape=shape or one.shape)
        if one.name == thing.name
        else one
        for one in scene.things
    )
    return replace(scene, things=things)


def _random_single(chance: random.Random) -> Scene:
    while True:
        scene = random_scene(chance)
        if len(scene.things) == 1:
            return scene


def _random_pair(chance: random.Random) -> Scene:
    """Two things of different shapes and colours, so that the shape alone names one."""
    while True:
        scene = random_scene(chance)
        names = {thing.shape for thing in scene.things}, {thing.colour for thing in scene.things}
        if (
            len(scene.things) == 2
            and all(len(different) == 2 for different in names)
            and all(thing.radius < _SURELY_SMALL for thing in scene.things)
        ):
            return scene


def _other(names: Iterable[str], name: str, chance: random.Random) -> str:
    return chance.choice([other for other in names if other != name])


def _nudge(chance: random.Random) -> float:
    return chance.uniform(-0.05, 0.05)


def _replaced(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    (thing,) = scene.things
    new = replace(
        thing,
        colour=_other(COLOURS, thing.colour, chance),
        shape=_other(SHAPES, thing.shape, chance),
    )
    return f"the same but with a {new.name}", replace(scene, things=(new,))


def _recoloured(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    (thing,) = scene.things
    colour = _other(COLOURS, thing.colour, chance)
    return f"make the {thing.shape} {colour}", replace(
        scene, things=(replace(thing, colour=colour),)
    )


def _added(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    (thing,) = scene.things
    new = Thing(
        shape=_other(SHAPES, thing.shape, chance), colour=_other(COLOURS, thing.colour, chance)
    )
    is_left = chance.random() < 0.5
    pair = (new, thing) if is_left else (thing, new)
    things = tuple(
        replace(one, x=x + _nudge(chance), y=0.5 + _nudge(chance), radius=0.22)
        for one, x in zip(pair, (0.31, 0.69), strict=True)
    )
    side = "left" if is_left else "right"
    return f"add a {new.name} on the {side}", replace(scene, things=things)


def _removed(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    gone = chance.choice(scene.things)
    rest = tuple(thing for thing in scene.things if thing is not gone)
    return f"without the {gone.shape}", replace(scene, things=rest)


def _on_ground(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    ground = _other(BACKGROUNDS, scene.background, chance)
    return f"on a {ground} background", replace(scene, background=ground)


def _counted(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    (thing,) = scene.things
    word, count = chance.choice([("two", 2), ("three", 3)])
    return f"{word} of them", scene_of(thing.name, count=count, background=scene.background)


def _sized(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    (thing,) = scene.things
    word = "bigger" if thing.is_small else "smaller"
    return word, replace(scene, things=(_resized(thing, chance),))


def _resized(thing: Thing, chance: random.Random) -> Thing:
    return replace(thing, radius=(0.30 if thing.is_small else 0.19) * chance.uniform(0.9, 1.1))


def _to_place(scene: Scene, chance: random.Random) -> tuple[str, Scene]:
    (thing,) = scene.things
    place = chance.choice([name for name in PLACE_WORDS if name != thing.place])
    return f"move it to the {place}", replace(scene, things=(_moved(thing, place, chance),))


def _moved(thing: Thing, place: Place, chance: random.Random) -> Thing:
    (there,) = scene_of(thing.name, place=place).things
    return replace(thing, x=there.x + _nudge(chance), y=there.y + _nudge(chance))


_EDITS: Final[dict[EditName, Callable[[Scene, random.Random], tuple[str, Scene]]]] = {
    "replace": _replaced,
    "recolour": _recoloured,
    "add": _added,
    "remove": _removed,
    "background": _on_ground,
    "count": _counted,
    "size": _sized,
    "move": _to_place,
}
