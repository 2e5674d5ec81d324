"""Scenes for a benchmark in miniature: every query's right answers follow from the scenes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from tests.world.edits import KINDS, is_right, near_misses, random_edit
from tests.world.language import Meaning, caption_of, holds, meaning_of
from tests.world.requests import apply
from tests.world.scenes import BACKGROUNDS, Scene, draw, random_scene

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from tests.world.edits import EditName

SIDE = 112
_TRIES = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a query asks for; scenes by their place in the album."""

    text: str
    reference: int | None = None
    kind: EditName | None = None
    meaning: Meaning = field(compare=False)
    """What is meant after the text, and after what was said before it."""

    def is_granted_by(self, place: int, scene: Scene) -> bool:
        """Whether a scene is right; the reference itself never is."""
        return place != self.reference and holds(self.meaning, scene)


@dataclass(slots=True)
class Album:
    """Scenes, and what is asked for among them."""

    chance: random.Random
    scenes: list[Scene] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)

    def right(self, wish: Wish) -> tuple[int, ...]:
        """Places of all right answers."""
        return tuple(
            place for place, scene in enumerate(self.scenes) if wish.is_granted_by(place, scene)
        )

    def place_of(self, scene: Scene) -> int:
        """Where a scene is that people would describe with the same words; it is added if new."""
        caption = caption_of(scene)
        for place, other in enumerate(self.scenes):
            if caption_of(other) == caption:
                return place
        self.scenes.append(scene)
        return len(self.scenes) - 1

    def fill(self, size: int, is_welcome: Callable[[Album], bool]) -> None:
        """Scenes at random until there are so many; each must leave the album welcome."""
        for _ in range(_TRIES):
            if len(self.scenes) >= size:
                return
            scene = random_scene(self.chance)
            if self._knows(scene):
                continue
            self.scenes.append(scene)
            if not is_welcome(self):
                self.scenes.pop()
        raise AssertionError("no room for so many scenes")

    def add_edits(
        self,
        count: int,
        *,
        misses: int,
        likenesses: int = 0,
        change: Callable[[str, Scene], tuple[str, Scene]] | None = None,
    ) -> None:
        """Edits of every kind in turn, with scenes that nearly fit.

        `likenesses`: further right answers, drawn a little differently. `change`: makes another
        edit of an instruction and its target.
        """
        for turn in range(count):
            kind = KINDS[turn % len(KINDS)]
            if not any(
                self._add_edit(kind, misses, likenesses=turn % (likenesses + 1), change=change)
                for _ in range(_TRIES)
            ):
                raise AssertionError(f"no further edit of kind {kind}")

    def _add_edit(
        self,
        kind: EditName,
        misses: int,
        *,
        likenesses: int,
        change: Callable[[str, Scene], tuple[str, Scene]] | None,
    ) -> bool:
        """Whether the album took it; it takes none that makes an earlier query's answers others."""
        before = len(self.scenes)
        answers = [self.right(wish) for wish in self.wishes]
        edit = random_edit(self.chance, kind)
        text, target = edit.instruction, edit.target
        if change is not None:
            text, target = change(text, target)
        wrong = near_misses(edit, self.chance)
        wrong = tuple(scene for scene in wrong if caption_of(scene) != caption_of(edit.reference))
        family = [edit.reference, *self.chance.sample(wrong, min(misses, len(wrong))), target]
        places = [self.place_of(scene) for scene in family]
        self.scenes += [likeness(target, self.chance) for _ in range(likenesses)]
        meaning = apply(text, meaning_of(edit.reference))
        wish = Wish(text=text, reference=places[0], kind=kind, meaning=meaning)
        new = self.scenes[before:]
        is_good = (
            len(new) >= misses
            and [self.right(wish) for wish in self.wishes] == answers
            and len(self.right(wish)) == 1 + likenesses
            and places[-1] in self.right(wish)
            and (change is not None or is_right(edit, target))
        )
        if is_good:
            self.wishes.append(wish)
        else:
            del self.scenes[before:]
        return is_good

    def _knows(self, scene: Scene) -> bool:
        return caption_of(scene) in {caption_of(other) for other in self.scenes}


def edited_album(
    chance: random.Random,
    size: int,
    count: int,
    *,
    misses: int,
    likenesses: int = 0,
    change: Callable[[str, Scene], tuple[str, Scene]] | None = None,
) -> Album:
    """Edits, as `add_edits` makes them, and other scenes that answer none of them."""
    album = Album(chance)
    album.add_edits(count, misses=misses, likenesses=likenesses, change=change)
    answers = [album.right(wish) for wish in album.wishes]
    album.fill(size, lambda full: [full.right(wish) for wish in full.wishes] == answers)
    return album


def described_album(chance: random.Random, size: int) -> Album:
    """Scenes whose full descriptions fit no other scene; one wish for each."""
    album = Album(chance)

    def are_alone(full: Album) -> bool:
        new = full.scenes[-1]
        meaning = described(full_description(new))
        others = full.scenes[:-1]
        return holds(meaning, new) and not any(
            holds(meaning, other) or holds(described(full_description(other)), new)
            for other in others
        )

    album.fill(size, are_alone)
    for scene in album.scenes:
        text = full_description(scene)
        album.wishes.append(Wish(text=text, meaning=described(text)))
    return album


def described(text: str) -> Meaning:
    """What a text means on its own."""
    return apply(text, Meaning())


def full_description(scene: Scene) -> str:
    """The caption, with the ground even where it is white."""
    ground = "" if scene.background != "white" else " on a white background"
    return caption_of(scene) + ground


def likeness(scene: Scene, chance: random.Random) -> Scene:
    """Another drawing that people would describe with the same words."""
    while True:
        things = tuple(
            replace(
                thing,
                x=thing.x + chance.uniform(-0.03, 0.03),
                y=thing.y + chance.uniform(-0.03, 0.03),
                radius=thing.radius * chance.uniform(0.95, 1.05),
            )
            for thing in scene.things
        )
        other = replace(scene, things=things)
        if caption_of(other) == caption_of(scene):
            return other


def other_ground(scene: Scene, chance: random.Random) -> str:
    """A background that the scene does not have."""
    return chance.choice([name for name in BACKGROUNDS if name != scene.background])


@cache
def picture_of(scene: Scene, kind: str) -> bytes:
    """A file's content; `JPEG` or `PNG`."""
    stream = BytesIO()
    draw(scene, SIDE).save(stream, kind, quality=90)
    return stream.getvalue()


def shuffled(names: Iterable[str], chance: random.Random) -> list[str]:
    """In another order, so that no name says what is right."""
    mixed = list(names)
    chance.shuffle(mixed)
    return mixed
