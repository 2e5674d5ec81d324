"""What a line does not want: `-cat`, `not at night`, `without people`, `no cars`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.atoms import Phrases, atoms_of, plain
from imagescope_tui.search.reading.fact_nouns import FACT_NOUNS
from imagescope_tui.search.reading.filler import has_meaning
from imagescope_tui.search.reading.languages import (
    ALSO_NOT,
    AND,
    ARTICLES,
    BREAKS,
    LEAVING_OUT,
    NEGATION_PHRASES,
    NEGATIONS,
    PREPOSITIONS,
    STOP_WORDS,
)
from imagescope_tui.search.reading.pieces import Piece
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.search.reading.tokens import Token

_CLOSING: Final = ",;.!?"


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that turns what follows."""

    next: int
    """The token behind it."""
    goes_on: bool
    """Whether `and` goes on with what is not wanted."""
    may_lead: bool = False
    """Whether a preposition may follow, as in `not at night`."""


@cache
def _phrases() -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in NEGATION_PHRASES)


def negation_at(tokens: Sequence[Token], at: int) -> Negation | None:
    """The negation that begins at a token."""
    for count in (3, 2):
        text = " ".join(token.value for token in tokens[at : at + count] if token.kind == "word")
        found = _phrases().at(atoms_of(text), 0)
        if found is not None and found[1] == len(atoms_of(text)):
            return Negation(at + count, goes_on=True)
    token = tokens[at]
    folded = plain(token.value)
    if folded in NEGATIONS and not token.is_negative:
        return Negation(at + 1, goes_on=folded in LEAVING_OUT, may_lead=folded in ("not", "nicht"))
    return None


def unwanted_word(token: Token, is_name: Callable[[str], bool]) -> Piece:
    """`-word`, `-"two words"`; the name of a folder or of somebody is nothing that is seen."""
    word = _bare(token)
    return Piece(
        label=f"not {word}",
        kind="not",
        end=token.end,
        filter=PhotoFilter(without_words=(word,)),
        unwanted=() if is_name(word) else (word,),
    )


def unwanted_things(
    tokens: Sequence[Token],
    negation: Negation,
    *,
    ends_before: Callable[[int], bool],
    is_somebody: Callable[[str], bool],
) -> tuple[Piece, int] | None:
    """The things named behind a negation, and the first token that is none of them.

    `ends_before` tells where something else begins, such as a date; `is_somebody` who is known by
    name, which no picture tells.
    """
    things: list[str] = []
    end = negation.next
    place: int | None = end
    while (
        place is not None
        and (thing := _thing(tokens, place, ends_before, may_lead=negation.may_lead)) is not None
    ):
        things.append(thing[0])
        end = thing[1]
        place = _next_thing(tokens, end, negation)
    if not things:
        return None
    seen = tuple(thing for thing in things if not is_somebody(thing))
    return _unwanted(things, seen, tokens[end - 1].end), end


def _next_thing(tokens: Sequence[Token], at: int, negation: Negation) -> int | None:
    """Where the next thing begins if one is joined to the last; `and a dog` is a new thought."""
    if at + 1 >= len(tokens) or tokens[at - 1].value[-1:] in _CLOSING or not _is_plain(tokens[at]):
        return None
    joiner = plain(tokens[at].value)
    if joiner in ALSO_NOT:
        return at + 1
    goes_on = negation.goes_on and joiner in AND and plain(tokens[at + 1].value) not in ARTICLES
    return at + 1 if goes_on else None


def _thing(
    tokens: Sequence[Token], at: int, ends_before: Callable[[int], bool], *, may_lead: bool
) -> tuple[str, int] | None:
    """A noun and what describes it, up to a comma or a word that links."""
    words: list[str] = []
    is_told = False
    while at < len(tokens) and _is_plain(tokens[at]):
        folded = plain(tokens[at].value)
        is_lead = folded in ARTICLES or (may_lead and not words and folded in PREPOSITIONS)
        if is_told and (folded in BREAKS or ends_before(at)):
            break
        if not is_told and folded in BREAKS and not is_lead:
            return None
        is_told = is_told or not (is_lead or folded in STOP_WORDS or not has_meaning(folded))
        if words or folded not in ARTICLES:
            words.append(_bare(tokens[at]))
        at += 1
        if tokens[at - 1].value[-1:] in _CLOSING:
            break
    return (" ".join(filter(None, words)), at) if is_told else None


def _bare(token: Token) -> str:
    return token.value.replace('"', "").strip(_CLOSING)


def _is_plain(token: Token) -> bool:
    return token.kind == "word" and not token.is_negative


def _unwanted(things: list[str], seen: tuple[str, ...], end: int) -> Piece:
    facts = tuple(FACT_NOUNS[plain(thing)] for thing in things if plain(thing) in FACT_NOUNS)
    others = tuple(thing for thing in things if plain(thing) not in FACT_NOUNS)
    return Piece(
        label=f"not {' or '.join(things)}",
        kind="not",
        end=end,
        filter=PhotoFilter(without_words=tuple(map(_named, others)), without=facts),
        unwanted=tuple(thing for thing in others if thing in seen),
    )


def _named(thing: str) -> str:
    """What is looked for in names: `at night` is `night`."""
    words = thing.split()
    while len(words) > 1 and plain(words[0]) in PREPOSITIONS | ARTICLES:
        del words[0]
    return " ".join(words)
