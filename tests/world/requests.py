"""What a request changes: the phrases of tests.world.language, one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from tests.world.language import COLOUR, NUMBERS, PLACE, SHAPE, Item, Meaning, parse
from tests.world.scenes import BACKGROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.types import EditKind
    from tests.world.language import Size
    from tests.world.scenes import Place

_Change: TypeAlias = "Callable[[Meaning, re.Match[str]], Meaning]"
_GROUND: Final = rf"(?P<ground>{'|'.join(BACKGROUNDS)})"
_WHICH: Final = rf"(?:it|them|that|the (?:picture|(?:{COLOUR} )?(?:{SHAPE}|things?)))"
_MEANS_NOTHING: Final = re.compile(r"^(?:(?:and|but|now|please|the same|same|then)\b[ ,]*)+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a request that was understood."""

    kind: EditKind
    text: str


def apply(request: str, base: Meaning) -> Meaning:
    """What is meant after a request, where `base` was meant before."""
    for phrase in _phrases(request):
        found = _understood(phrase)
        if found is not None:
            _, change, match = found
            base = change(base, match)
    return base


def phrases_of(request: str) -> tuple[Phrase, ...]:
    """The phrases that were understood, with the kind of edit each is."""
    found = ((phrase, _understood(phrase)) for phrase in _phrases(request))
    return tuple(Phrase(rule[0], phrase) for phrase, rule in found if rule is not None)


def _phrases(request: str) -> list[str]:
    parts = re.split(r"[,.;]| and (?=make |add |on a |remove |without |move )", request.lower())
    return [phrase for part in parts if (phrase := _MEANS_NOTHING.sub("", part.strip()))]


def _understood(phrase: str) -> tuple[EditKind, _Change, re.Match[str]] | None:
    for kind, pattern, change in _RULES:
        match = pattern.search(phrase)
        if match is not None:
            return kind, change, match
    return None


def _replaced(base: Meaning, match: re.Match[str]) -> Meaning:
    new = parse(match["new"]).items[0]
    if not base.items:
        return replace(base, items=(new,))
    index = _most_like(base.items, new)
    old = base.items[index]
    item = Item(
        colour=new.colour or old.colour,
        shape=new.shape,
        count=max(new.count, old.count),
        place=new.place or old.place,
        size=new.size or old.size,
    )
    return replace(base, items=(*base.items[:index], item, *base.items[index + 1 :]))


def _most_like(items: tuple[Item, ...], new: Item) -> int:
    alike = [(item.shape == new.shape) + (item.colour == new.colour) for item in items]
    return alike.index(max(alike))


def _changed(base: Meaning, match: re.Match[str], change: Callable[[Item], Item]) -> Meaning:
    """The items that the phrase is about, all where it says no name."""
    groups = match.groupdict()
    about = Item(colour=groups.get("colour") or "", shape=groups.get("shape") or "")
    items = tuple(change(item) if _is_about(about, item) else item for item in base.items)
    return replace(base, items=items)


def _is_about(about: Item, item: Item) -> bool:
    return about.colour in ("", item.colour) and about.shape in ("", item.shape)


def _recoloured(base: Meaning, match: re.Match[str]) -> Meaning:
    base = base if base.items else replace(base, items=(Item(),))
    return _changed(base, match, lambda item: replace(item, colour=match["new"]))


def _added(base: Meaning, match: re.Match[str]) -> Meaning:
    new = parse(match["new"]).items[0]
    others = tuple(replace(item, place=None, size=None) for item in base.items)
    if len(others) == 1 and new.place in ("left", "right"):
        others = (replace(others[0], place="right" if new.place == "left" else "left"),)
    items = (new, *others) if new.place == "left" else (*others, new)
    absent = tuple(item for item in base.absent if not _is_about(item, new))
    return replace(base, items=items, absent=absent)


def _removed(base: Meaning, match: re.Match[str]) -> Meaning:
    gone = Item(colour=match["colour"] or "", shape=match["shape"])
    items = tuple(item for item in base.items if not _is_about(gone, item))
    return replace(base, items=items, absent=(*base.absent, gone))


def _on_ground(base: Meaning, match: re.Match[str]) -> Meaning:
    return replace(base, background=match["ground"])


def _counted(base: Meaning, match: re.Match[str]) -> Meaning:
    return _changed(
        base, match, lambda item: replace(item, count=NUMBERS[match["n"]], place=None, size=None)
    )


def _resized(base: Meaning, match: re.Match[str]) -> Meaning:
    size: Size = "small" if match["how"] == "smaller" else "large"
    return _changed(base, match, lambda item: replace(item, size=size))


def _moved(base: Meaning, match: re.Match[str]) -> Meaning:
    place = cast("Place", match["place"])
    return _changed(base, match, lambda item: replace(item, place=place))


def _described(base: Meaning, match: re.Match[str]) -> Meaning:
    said = parse(match.string)
    return Meaning(items=said.items, background=said.background or base.background)


_NEW: Final = rf"(?P<new>(?:an?|two|three) (?:(?:small|large) )?(?:{COLOUR} )?{SHAPE}(?: {PLACE})?)"
_NEW_COLOUR: Final = COLOUR.replace("?P<colour>", "?P<new>")
_PATTERNS: Final[tuple[tuple[EditKind, str, _Change], ...]] = (
    ("addition", rf"\badd {_NEW}", _added),
    ("removal", rf"\b(?:without|remove|no) (?:the |an? )?(?:{COLOUR} )?{SHAPE}\b", _removed),
    ("modification", rf"^with {_NEW}", _replaced),
    ("modification", rf"^{_NEW} instead", _replaced),
    ("modification", rf"\bmake {_WHICH} {_NEW_COLOUR}$", _recoloured),
    ("modification", rf"^in {_NEW_COLOUR}$", _recoloured),
    ("modification", rf"^on (?:an? )?{_GROUND}(?: background)?$", _on_ground),
    ("modification", rf"\bmake the background {_GROUND}\b", _on_ground),
    ("modification", r"\b(?P<n>one|two|three) of them\b", _counted),
    ("comparison", rf"^(?:make {_WHICH} )?(?P<how>smaller|bigger|larger)$", _resized),
    ("modification", rf"^(?:move {_WHICH} )?{PLACE}$", _moved),
    ("addition", SHAPE, _described),
)
_RULES: Final = tuple((kind, re.compile(text), change) for kind, text, change in _PATTERNS)
