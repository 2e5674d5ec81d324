"""A text as a point of the builtin space: its colours, places and priors, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from indexer.models.builtin_colours import (
    BASIC_COLOURS,
    MODIFIERS,
    FloatArray,
    floats,
    membership,
    named_membership,
    narrowed,
    term_over_bins,
    unit,
)
from indexer.models.builtin_space import BLOCKS, DIM, block_weight, grade_vector
from indexer.models.builtin_vocabulary import (
    ALONE_PLACES,
    COLOUR_ALIASES,
    JOINING_WORDS,
    LINK_WORDS,
    MONOCHROME,
    NEGATIONS,
    NOT_COLOURS,
    PHOTO_WORDS,
    PLACE_WORDS,
    PRIORS,
    Prior,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Places: TypeAlias = "tuple[tuple[str, float], ...]"
"""Places of the frame, each with a weight."""
Kind: TypeAlias = Literal[
    "colour", "modifier", "prior", "place", "negation", "joining", "link", "monochrome", "other"
]
_GRAMMAR: Final[tuple[tuple[Kind, frozenset[str]], ...]] = (
    ("place", frozenset(PLACE_WORDS)),
    ("negation", NEGATIONS),
    ("joining", JOINING_WORDS),
    ("link", LINK_WORDS),
)
_LONGEST_COLOUR_NAME: Final = 4
"""Words in `light golden rod yellow`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One or more words of a text that mean one thing here."""

    kind: Kind
    words: tuple[str, ...]
    meaning: str
    """Key of the vocabulary: a colour's, a place's or a prior's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood of a text."""

    vector: FloatArray
    """Shape (DIM,), unit length, or all zero if nothing was understood."""
    known: frozenset[str]
    """The words that moved the vector, in lower case."""


def read_text(text: str) -> Reading:
    """The vector of a text and the words it rests on; unknown words change nothing."""
    reader = _Reader()
    for term in _terms(re.findall(r"[a-z]+", text.casefold().replace("b&w", "black and white"))):
        reader.take(term)
    reader.end_phrase()
    vector = np.zeros(DIM, dtype=np.float32)
    for part in reader.parts:
        vector += part.sign * unit(part.vector)
    return Reading(vector=unit(vector), known=frozenset(reader.known))


def vocabulary() -> frozenset[str]:
    """Every word that can move a vector, alone or beside a colour; long names without spaces."""
    return frozenset({*_colour_names(), *PRIORS, *PLACE_WORDS, *MODIFIERS})


def _terms(words: list[str]) -> Iterable[Term]:
    position = 0
    while position < len(words):
        term = _term_at(words, position)
        yield term
        position += len(term.words)


def _term_at(words: Sequence[str], position: int) -> Term:
    if _means_monochrome(words, position):
        return Term(kind="monochrome", words=tuple(words[position : position + 3]), meaning="")
    word = words[position]
    if word in MODIFIERS and _colour_at(words, position + 1) is not None:
        return Term(kind="modifier", words=(word,), meaning=word)
    return _colour_at(words, position) or _single_word(word)


def _means_monochrome(words: Sequence[str], position: int) -> bool:
    if tuple(words[position : position + 3]) != ("black", "and", "white"):
        return False
    following = words[position + 3] if position + 3 < len(words) else ""
    return not following or _singular(following) in PHOTO_WORDS


def _colour_at(words: Sequence[str], position: int) -> Term | None:
    """The longest colour name that starts at a position."""
    names = _colour_names()
    for count in range(min(_LONGEST_COLOUR_NAME, len(words) - position), 0, -1):
        taken = tuple(words[position : position + count])
        for name in _spellings("".join(taken)):
            if name in names:
                return Term(kind="colour", words=taken, meaning=names[name])
    return None


def _spellings(word: str) -> Iterable[str]:
    """The word, and what it may be derived from: reds, reddish, bluish, whitish."""
    yield word
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("ish"):
        stem = word[:-3]
        yield from (stem, stem + "e", stem[:-1])


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _single_word(word: str) -> Term:
    for spelling in (word, _singular(word), word.removesuffix("es")):
        if spelling in PRIORS:
            return Term(kind="prior", words=(word,), meaning=spelling)
    for kind, words in _GRAMMAR:
        if word in words:
            return Term(kind=kind, words=(word,), meaning=word)
    return Term(kind="other", words=(word,), meaning=word)


@cache
def _colour_names() -> dict[str, str]:
    """Every colour name, without spaces, and the basic or CSS name it stands for."""
    import webcolors

    css = {name: name for name in webcolors.names("css3") if name not in NOT_COLOURS}
    # A modifier before a basic colour is worked out, which is wider than CSS's point of that name.
    worked_out = {modifier + basic for modifier in MODIFIERS for basic in BASIC_COLOURS}
    kept = {name: css_name for name, css_name in css.items() if name not in worked_out}
    return kept | COLOUR_ALIASES | {name: name for name in BASIC_COLOURS} | {"gray": "grey"}


@cache
def _colour(name: str) -> FloatArray:
    """How far each colour of the palette goes by a basic colour's name, a CSS name or `vivid`."""
    if name in BASIC_COLOURS:
        return membership(BASIC_COLOURS[name])
    if name in MODIFIERS:
        return membership(MODIFIERS[name])
    import webcolors

    red, green, blue = webcolors.name_to_rgb(name, "css3")
    return named_membership((red, green, blue))


@cache
def _any_of(colours: tuple[str, ...]) -> FloatArray:
    return term_over_bins(floats(np.max([_colour(name) for name in colours], axis=0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One thing that a text asks for."""

    vector: FloatArray
    sign: float


@dataclass(slots=True)
class _Reader:
    """Gives each colour to the thing it is said of, and each thing its place."""

    parts: list[_Part] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    modifiers: list[str] = field(default_factory=list)
    colours: list[FloatArray] = field(default_factory=list)
    """Colours said of the thing that is about to be named."""
    is_given: bool = False
    """Whether `colours` already went to a thing; the next may share them: pink tulip field."""
    movable: FloatArray | None = None
    """The colour of the last part, as long as a place word may still move it."""
    negation: str = ""
    """The word that turns what follows into its absence."""

    def take(self, term: Term) -> None:
        """Read one more term."""
        readers: dict[Kind, Callable[[Term], None]] = {
            "colour": self._take_colour,
            "modifier": self._take_modifier,
            "prior": self._take_prior,
            "monochrome": self._take_monochrome,
            "place": self._take_place,
            "negation": self._take_negation,
            "joining": self._take_joining,
            "link": self._take_link,
            "other": self._take_other,
        }
        readers[term.kind](term)

    def end_phrase(self, places: Places = ALONE_PLACES) -> None:
        """No thing with a prior follows: the colours waiting go where they are looked for then."""
        if self.colours and not self.is_given:
            colour = unit(floats(np.sum(self.colours, axis=0)))
            self._add(_placed(colour, places))
            self.movable = colour
        self.colours, self.is_given = [], False

    def _add(self, vector: FloatArray) -> None:
        self.parts.append(_Part(vector=vector, sign=-1.0 if self.negation else 1.0))
        self.known.update({self.negation} - {""})
        self.negation = ""

    def _take_colour(self, term: Term) -> None:
        if self.is_given:
            self.end_phrase()
        belonging = _colour(term.meaning)
        for modifier in self.modifiers:
            belonging = narrowed(belonging, modifier)
        self.modifiers = []
        self.movable = None
        self.colours.append(term_over_bins(belonging))
        self.known.update(term.words)

    def _take_modifier(self, term: Term) -> None:
        if self.is_given:
            self.end_phrase()
        self.modifiers.append(term.meaning)
        self.known.update(term.words)

    def _take_prior(self, term: Term) -> None:
        self._add(_prior_vector(PRIORS[term.meaning], self.colours))
        self.is_given = bool(self.colours)
        self.movable = None
        self.known.update(term.words)

    def _take_monochrome(self, term: Term) -> None:
        self.end_phrase()
        self._add(_prior_vector(MONOCHROME, []))
        self.known.update(term.words)

    def _take_place(self, term: Term) -> None:
        self.end_phrase()
        if self.movable is None:
            return
        places = tuple((place, 1.0) for place in PLACE_WORDS[term.meaning])
        self.parts[-1] = replace(self.parts[-1], vector=_placed(self.movable, places))
        self.movable = None
        self.known.update(term.words)

    def _take_negation(self, term: Term) -> None:
        self.end_phrase()
        self.movable = None
        self.negation = term.meaning

    def _take_joining(self, term: Term) -> None:
        if self.is_given:
            self.end_phrase()

    def _take_link(self, term: Term) -> None:
        self.end_phrase()

    def _take_other(self, term: Term) -> None:
        # An unknown word only parts what stands before it from what follows.
        self.end_phrase()
        self.negation = ""


def _placed(colour: FloatArray, places: Places) -> FloatArray:
    """A colour in some places, each with what it shall add to a score; shape (DIM,)."""
    vector = np.zeros(DIM, dtype=np.float32)
    for place, weight in places:
        vector[BLOCKS[place]] += colour * (weight / block_weight(place))
    return vector


def _prior_vector(prior: Prior, colours: Sequence[FloatArray]) -> FloatArray:
    """What a word is taken for, in the colours said of it if any; shape (DIM,)."""
    vector = np.zeros(DIM, dtype=np.float32)
    said = unit(floats(np.sum(colours, axis=0))) if colours else None
    for own in prior.own:
        colour = _any_of(own.colours) if said is None else said
        vector += _placed(colour, ((own.place, own.weight),))
    for around in prior.around:
        vector += _placed(_any_of(around.colours), ((around.place, around.weight),))
    for grade in prior.grades:
        weight = grade.weight / block_weight(grade.quality)
        vector[BLOCKS[grade.quality]] += weight * grade_vector(grade.quality, grade.grade)
    return vector
