"""What the small world's models imagine, and what they hold of claims about captions: the truth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.world.answers import before_and_after
from tests.world.language import Meaning, meaning_of, parse, say
from tests.world.requests import apply, phrases_of
from tests.world.vision import look

if TYPE_CHECKING:
    from collections.abc import Mapping


def from_words(lines: Mapping[str, str]) -> dict[str, Any]:
    """The wanted photo by the lines `Reference`, `Earlier` and `Request`."""
    request = lines.get("Request", "")
    _, target = before_and_after(lines)
    edits = [{"kind": phrase.kind, "text": phrase.text} for phrase in phrases_of(request)]
    return {"edits": edits, "caption": say(target) or request}


def from_picture(lines: Mapping[str, str], reference: bytes) -> dict[str, Any]:
    """The wanted photo by the request and what the reference shows."""
    request = lines.get("Request", "")
    base = meaning_of(look(reference))
    target = apply(request, base)
    kept = {item.name for item in target.items}
    return {
        "present": [f"a {item.name}" for item in target.items],
        "absent": [f"a {item.name}" for item in base.items if item.name not in kept],
        "caption": say(target) or request,
    }


def bears_out(description: str, claim: str) -> bool:
    """Whether a claim such as `There is no red circle.` is true by a caption's words."""
    shown = parse(description, is_all=True)
    absent = re.search(r"\bno (.+?)\.?$", claim)
    said = parse(f"a {absent[1]}" if absent else claim)
    if said.is_nothing:
        return False
    is_there = _shows(shown, said)
    return not is_there if absent else is_there


def _shows(shown: Meaning, said: Meaning) -> bool:
    grounds = said.background in ("", shown.background)
    return grounds and all(
        any(
            item.colour in ("", there.colour)
            and item.shape in ("", there.shape)
            and item.count <= there.count
            and item.place in (None, there.place)
            and item.size in (None, there.size)
            for there in shown.items
        )
        for item in said.items
    )
