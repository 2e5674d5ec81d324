"""What the small world's models answer: always the truth, in the forms the product asks for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.world.language import (
    COLOUR,
    NUMBERS,
    PLACE,
    PLACE_WORDS,
    SHAPE,
    Item,
    Meaning,
    caption_of,
    holds,
    meaning_of,
    parse,
    say,
)
from tests.world.requests import apply, phrases_of
from tests.world.scenes import BACKGROUNDS
from tests.world.vision import look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.world.scenes import Scene, Thing

_MOST_PROPOSITIONS: Final = 4
_ANY: Final = rf"(?:an?|any|the) (?:(?P<size>small|large) )?(?:{COLOUR} ?)?(?:{SHAPE}|things?)?"


def said_lines(text: str) -> dict[str, str]:
    """What a request says, by the names of its lines."""
    return dict(re.findall(r"^(Reference|Earlier|Request): *(.*)$", text, re.M))


def caption(picture: bytes) -> str:
    """One sentence about a picture."""
    return f"{caption_of(look(picture)).capitalize()}."


def intent(lines: Mapping[str, str]) -> dict[str, Any]:
    """A reading of the request among the lines `Reference`, `Earlier` and `Request`."""
    request = lines.get("Request", "")
    base, target = before_and_after(lines)
    edits = [{"kind": phrase.kind, "text": phrase.text} for phrase in phrases_of(request)]
    if target.is_nothing or target == base:
        # Nothing was understood: say it again rather than something else.
        return {"edits": edits, "core": request, "detailed": request, "full": request}
    core = " and ".join(f"a {item.name}" for item in target.items)
    detailed = say(target, with_background=False)
    full = say(target)
    return {"edits": edits, "core": core or full, "detailed": detailed or full, "full": full}


def propositions(lines: Mapping[str, str]) -> dict[str, Any]:
    """What must be true of the wanted photo: the changes first, then what stays."""
    base, target = before_and_after(lines)
    request = lines.get("Request", "")
    if not phrases_of(request):
        asked = [_proposition(f"It shows {request}.", f"Does the picture show {request}?")]
    else:
        changes = [*_gone(base, target), *_wanted(base, target)]
        if base.background != target.background:
            changes += _ground(target)
        asked = [*changes, *(one for one in _kept(target) if one not in changes)]
    return {"propositions": asked[:_MOST_PROPOSITIONS]}


def verdict(request: str, pictures: Sequence[bytes]) -> dict[str, Any]:
    """Whether the last picture is what was asked for; of two, the first is the reference."""
    base = meaning_of(look(pictures[0])) if len(pictures) > 1 else Meaning()
    target = apply(request, base)
    candidate = look(pictures[-1])
    if holds(target, candidate):
        return {"accepted": "yes", "reason": f"It shows {caption_of(candidate)}."}
    wanted = say(target) or request
    return {"accepted": "no", "reason": f"It shows {caption_of(candidate)}, not {wanted}."}


def question(text: str, pictures: Sequence[bytes]) -> bool:
    """Whether yes is true of the last picture; of two, the first is the reference."""
    scenes = [look(picture) for picture in pictures]
    for pattern, answer in _QUESTIONS:
        match = pattern.search(text.lower())
        if match is not None:
            return answer(match, scenes)
    meaning = parse(text)
    return not meaning.is_nothing and holds(meaning, scenes[-1])


def before_and_after(lines: Mapping[str, str]) -> tuple[Meaning, Meaning]:
    """What was meant before the request, and after it."""
    reference, earlier = lines.get("Reference", "none"), lines.get("Earlier", "none")
    has_reference = reference.strip().lower() != "none"
    said = earlier if earlier.strip().lower() != "none" else reference
    base = parse(said, is_all=has_reference)
    return base, apply(lines.get("Request", ""), base)


def _proposition(
    statement: str, question: str, *, expected: bool = True, needs_reference: bool = False
) -> dict[str, Any]:
    return {
        "statement": statement,
        "question": question,
        "expected": "yes" if expected else "no",
        "needs_reference": needs_reference,
    }


def _gone(base: Meaning, target: Meaning) -> list[dict[str, Any]]:
    """What was there, or was said not to be there; a fresh description says nothing of that."""
    kept = {item.name for item in target.items}
    names = [item.name for item in target.absent]
    if target.is_all and not names:
        names = [item.name for item in base.items if item.name not in kept]
    return [
        _proposition(f"There is no {name}.", f"Is there a {name}?", expected=False)
        for name in names
    ]


def _wanted(base: Meaning, target: Meaning) -> list[dict[str, Any]]:
    before = {item.name: item for item in base.items}
    found: list[dict[str, Any]] = []
    for item in target.items:
        old = before.get(item.name)
        if old is None:
            found.append(_is_shown(item))
        found += _changes(item, old or _counterpart(item, base))
    return found


def _counterpart(item: Item, base: Meaning) -> Item:
    """The thing that was there instead, so that only what it changes is asked."""
    if len(base.items) == 1:
        return base.items[0]
    return Item(place=None if not base.items else item.place)


def _changes(item: Item, old: Item) -> list[dict[str, Any]]:
    found = []
    if item.count != old.count:
        number = next(word for word, value in NUMBERS.items() if value == item.count)
        some = f"{number} {item.name}s" if item.count > 1 else f"one {item.name}"
        be = "are" if item.count > 1 else "is only"
        question = f"Are there {some}?" if item.count > 1 else f"Is there only {some}?"
        found.append(_proposition(f"There {be} {some}.", question))
    if item.place is not None and item.place != old.place:
        where = PLACE_WORDS[item.place]
        found.append(_proposition(f"The {item.name} is {where}.", f"Is the {item.name} {where}?"))
    if item.size is not None and item.size != old.size:
        found.append(_size_proposition(item, compares=old.size is not None))
    return found


def _size_proposition(item: Item, *, compares: bool) -> dict[str, Any]:
    if not compares:
        return _proposition(f"The {item.name} is {item.size}.", f"Is the {item.name} {item.size}?")
    how = "smaller" if item.size == "small" else "bigger"
    return _proposition(
        f"The {item.name} is {how}.",
        f"Is the {item.name} {how} than in the first picture?",
        needs_reference=True,
    )


def _kept(target: Meaning) -> list[dict[str, Any]]:
    return [*(_is_shown(item) for item in target.items), *_ground(target)]


def _is_shown(item: Item) -> dict[str, Any]:
    return _proposition(f"There is a {item.name}.", f"Is there a {item.name}?")


def _ground(target: Meaning) -> list[dict[str, Any]]:
    ground = target.background
    if not ground:
        return []
    return [_proposition(f"The background is {ground}.", f"Is the background {ground}?")]


def _about(match: re.Match[str]) -> Item:
    groups = match.groupdict()
    size = groups.get("size")
    item = Item(colour=groups.get("colour") or "", shape=groups.get("shape") or "")
    return replace(item, size="small" if size == "small" else "large") if size else item


def _fitting(item: Item, scene: Scene) -> list[Thing]:
    return [thing for thing in scene.things if item.fits(thing)]


def _is_there(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return bool(_fitting(_about(match), scenes[-1]))


def _is_only(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return len(scenes[-1].things) == len(_fitting(_about(match), scenes[-1])) == 1


def _are_there(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return len(_fitting(_about(match), scenes[-1])) == NUMBERS[match["n"]]


def _is_ground(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return match["ground"] == scenes[-1].background


def _is_at(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return any(thing.place == match["place"] for thing in _fitting(_about(match), scenes[-1]))


def _is_sized(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    wants_small = match["how"] == "small"
    return any(thing.is_small == wants_small for thing in _fitting(_about(match), scenes[-1]))


def _is_coloured(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return any(thing.colour == match["new"] for thing in _fitting(_about(match), scenes[-1]))


def _compares(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    """A tenth more or less is no difference that people see."""
    sizes = [[thing.radius for thing in _fitting(_about(match), scene)] for scene in scenes]
    if len(sizes) < 2 or not sizes[0] or not sizes[-1]:
        return False
    ratio = max(sizes[-1]) / max(sizes[0])
    return ratio < 0.9 if match["how"] == "smaller" else ratio > 1.1


def _is_same_ground(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    return scenes[0].background == scenes[-1].background


def _shows(match: re.Match[str], scenes: Sequence[Scene]) -> bool:
    meaning = parse(match["what"])
    return not meaning.is_nothing and holds(meaning, scenes[-1])


_BE: Final = r"\b(?:is|are) "
_QUESTIONS: Final[
    tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Sequence[Scene]], bool]], ...]
] = tuple(
    (re.compile(pattern), answer)
    for pattern, answer in (
        (rf"{_BE}{_ANY} (?P<how>smaller|bigger|larger) than", _compares),
        (r"\bbackground the same\b|\bsame background\b", _is_same_ground),
        (rf"{_BE}the background (?P<ground>{'|'.join(BACKGROUNDS)})\b", _is_ground),
        (rf"{_BE}there only one (?:{COLOUR} )?(?:{SHAPE}|thing)", _is_only),
        (rf"{_BE}there (?P<n>two|three) (?:{COLOUR} )?(?:{SHAPE}|things)", _are_there),
        (rf"{_BE}{_ANY} {PLACE}\b", _is_at),
        (rf"{_BE}{_ANY} (?P<how>small|large)\b", _is_sized),
        (rf"{_BE}{_ANY} {COLOUR.replace('?P<colour>', '?P<new>')}\b", _is_coloured),
        (r"\bshows? (?P<what>.+)", _shows),
        (rf"{_BE}there {_ANY}\?", _is_there),
    )
)
