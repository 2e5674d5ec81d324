"""People by the names that the library knows: `with Anna and Ben`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import plain
from imagescope_tui.search.reading.languages import AND, WITH
from imagescope_tui.search.reading.pieces import Piece
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.search.reading.known_names import KnownNames
    from imagescope_tui.search.reading.tokens import Token

_MOST_WORDS: Final = 6
"""Of a name."""
_CLOSING: Final = ",;.!?"


def people_at(tokens: Sequence[Token], at: int, people: KnownNames) -> Piece | None:
    """Those who are named behind a `with` one after the other; `with a dog` and others are words.

    Of a name its first words will do: `with Anna` is Anna Smith, too.
    """
    if plain(tokens[at].value) not in WITH:
        return None
    found: list[str] = []
    place: int | None = at + 1
    end = at
    while place is not None and (behind := _name_end(tokens, place, people)) is not None:
        found.append(_said(tokens[place:behind]))
        end = tokens[behind - 1].start + len(tokens[behind - 1].source.rstrip(_CLOSING))
        place = _next_name(tokens, behind)
    if not found:
        return None
    return Piece(
        label=f"with {' and '.join(found)}",
        kind="person",
        end=end,
        filter=PhotoFilter(people=tuple(found)),
    )


def either(first: Piece, second: Piece) -> Piece | None:
    """Both as one, for whoever names anyone of them; None where one names several together."""
    one, other = _one_of(first.filter), _one_of(second.filter)
    if not one or not other:
        return None
    return replace(second, filter=PhotoFilter(people_any=((*one, *other),)))


def _one_of(wanted: PhotoFilter) -> tuple[str, ...]:
    """Of whom one is enough."""
    groups = (*((person,) for person in wanted.people), *wanted.people_any)
    return groups[0] if len(groups) == 1 else ()


def _name_end(tokens: Sequence[Token], at: int, people: KnownNames) -> int | None:
    """Where the longest name ends that begins at a token."""
    longest: int | None = None
    for end in range(at + 1, min(at + _MOST_WORDS, len(tokens)) + 1):
        last = tokens[end - 1]
        if last.kind != "word" or last.is_negative:
            break
        if people.begins(_said(tokens[at:end])):
            longest = end
        if last.value[-1:] in _CLOSING:
            break
    return longest


def _next_name(tokens: Sequence[Token], at: int) -> int | None:
    """Where another name may begin: behind a comma, an `and`, or both."""
    is_joined = tokens[at - 1].value.endswith(",")
    if at < len(tokens) and plain(tokens[at].value) in AND:
        return at + 1
    return at if is_joined else None


def _said(tokens: Sequence[Token]) -> str:
    return " ".join(token.value for token in tokens).rstrip(_CLOSING)
