"""What people say about the small world, as far as its models understand it.

A description says things, how many, where, and on what ground:

    description = things [" on a " BACKGROUND " background"]
    things      = thing | thing " and " thing | NUMBER [COLOUR] SHAPE"s" [" and " thing]
    thing       = "a" ["small" | "large"] [COLOUR] SHAPE [place]
    place       = "on the left" | "on the right" | "at the top" | "at the bottom" | "in the middle"
    NUMBER      = "two" | "three"

A request is phrases, set apart by commas; each changes what was meant so far. "the same but",
"now" and "please" before a phrase, and words that are not listed, mean nothing:

    replace     "with a blue square"            "a blue square instead"
    recolour    "make the circle green"         "in green"
    add         "add a red star on the left"    (without a place: on the right)
    remove      "without the triangle"          "remove the red circle"
    background  "on a black background"         "make the background black"
    count       "two of them"                   "just one of them"
    size        "smaller"                       "bigger"
    move        "move it to the left"           "on the left"
    anything    a description: that is meant now, on the ground that was meant
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast, get_args

from tests.world.scenes import BACKGROUNDS, COLOURS, SHAPES, Place, describe

if TYPE_CHECKING:
    from tests.world.scenes import Scene, Thing

Size: TypeAlias = Literal["small", "large"]
PLACE_WORDS: Final[dict[Place, str]] = {
    "left": "on the left",
    "right": "on the right",
    "top": "at the top",
    "bottom": "at the bottom",
    "middle": "in the middle",
}
NUMBERS: Final = {"one": 1, "two": 2, "three": 3}
_NUMBER_WORDS: Final = {value: word for word, value in NUMBERS.items()}
COLOUR: Final = rf"(?P<colour>{'|'.join(COLOURS)})"
SHAPE: Final = rf"(?P<shape>{'|'.join(SHAPES)})s?"
PLACE: Final = rf"(?:on|at|in|to) the (?P<place>{'|'.join(get_args(Place))})"
_THING: Final = re.compile(
    rf"\b(?:(?P<count>an?|two|three) )?(?:(?P<size>small|large) )?(?:{COLOUR} )?\b{SHAPE}\b"
    rf"(?: {PLACE}\b)?"
)
_GROUND: Final = re.compile(
    rf"\b(?:(?P<one>{'|'.join(BACKGROUNDS)}) background"
    rf"|background (?:is )?(?P<two>{'|'.join(BACKGROUNDS)}))\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Some things that are alike; what is empty, None or not said may be anything."""

    colour: str = ""
    shape: str = ""
    count: int = 1
    place: Place | None = None
    size: Size | None = None

    @property
    def name(self) -> str:
        """`red circle`, or `thing` where the shape was not said."""
        return f"{self.colour} {self.shape or 'thing'}".strip()

    def fits(self, thing: Thing) -> bool:
        """Whether a thing is one of these."""
        return (
            self.colour in ("", thing.colour)
            and self.shape in ("", thing.shape)
            and self.place in (None, thing.place)
            and self.size in (None, "small" if thing.is_small else "large")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a text says of a picture."""

    items: tuple[Item, ...] = ()
    """From left to right where there are two."""
    is_all: bool = False
    """Whether nothing else is in the picture."""
    background: str = ""
    absent: tuple[Item, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was said."""
        return not (self.items or self.background or self.absent)


def meaning_of(scene: Scene) -> Meaning:
    """All that people would say of a scene."""
    return parse(caption_of(scene), is_all=True)


def caption_of(scene: Scene) -> str:
    """The scene in one sentence; a white ground is not worth a word."""
    ground = "" if scene.background == "white" else f" on a {scene.background} background"
    return describe(scene) + ground


def parse(text: str, *, is_all: bool = False) -> Meaning:
    """What a description says; `is_all`: it is a caption, and what it leaves out is not so."""
    items = tuple(_item(match) for match in _THING.finditer(text.lower()))
    ground = _GROUND.search(text.lower())
    background = (ground["one"] or ground["two"]) if ground else ""
    if not is_all or not items:
        return Meaning(items=items, background=background)
    return Meaning(items=_completed(items), is_all=True, background=background or "white")


def _item(match: re.Match[str]) -> Item:
    return Item(
        colour=match["colour"] or "",
        shape=match["shape"],
        count=NUMBERS.get(match["count"] or "", 1),
        place=cast("Place | None", match["place"]),
        size=cast("Size | None", match["size"]),
    )


def _completed(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Captions say `small` but not `large`, and name two things from left to right."""
    if len(items) == 2 and all(item.count == 1 for item in items):
        return (replace(items[0], place="left"), replace(items[1], place="right"))
    return tuple(replace(item, size=item.size or "large") if item.place else item for item in items)


def say(meaning: Meaning, *, with_background: bool = True) -> str:
    """A description of what is meant, in the words of captions."""
    if len(meaning.items) == 1:
        things = _say_item(meaning.items[0])
    else:
        things = " and ".join(_say_item(replace(i, place=None, size=None)) for i in meaning.items)
    words = [things] if things else []
    if with_background and meaning.background not in ("", "white"):
        words.append(f"on a {meaning.background} background")
    return " ".join(words)


def _say_item(item: Item) -> str:
    if item.count > 1:
        return f"{_NUMBER_WORDS[item.count]} {item.name}s"
    size = "small " if item.size == "small" else ""
    place = f" {PLACE_WORDS[item.place]}" if item.place else ""
    return f"a {size}{item.name}{place}"


def holds(meaning: Meaning, scene: Scene) -> bool:
    """Whether a scene shows what is meant."""
    if meaning.background not in ("", scene.background):
        return False
    if meaning.is_all and sum(item.count for item in meaning.items) != len(scene.things):
        return False
    if any(item.fits(thing) for item in meaning.absent for thing in scene.things):
        return False
    return all(_count(item, scene) >= item.count for item in meaning.items)


def _count(item: Item, scene: Scene) -> int:
    return sum(item.fits(thing) for thing in scene.things)
