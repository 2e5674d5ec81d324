"""What people type, made from captions: one word or two, and which photos fit.

A photo fits a short query if two or more of its captions say it, and does not if none does; of what
one caption alone says nothing is known.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Labels = npt.NDArray[np.int8]
    """Shape (photos,): see FITS, UNCLEAR and NO_FIT."""

FITS: Final = 1
UNCLEAR: Final = -1
NO_FIT: Final = 0

_SAYINGS_MIN: Final = 2
_PHOTOS_MIN: Final = 2
_SHARE_MAX: Final = 0.3

_FUNCTION_WORDS: Final = """
a about above across after against along also among an and another any are around as at away
back background be before behind being below beside between both by can closely color colored
couple covered day different do doing dressed during each edge either end few five for four
foreground from front get gets getting go goes going group had has have having he her high him
himself his holding holds in inside into is it its itself just large left like little look
looking looks lot made make makes making many middle more near nearby next no not of off on one
onto or other others out outside over part past people person picture piece posing right s set
several she shown side sits sitting six small smaller some somebody someone something stand
standing stands surrounded t take taken takes taking ten that the their them there these they
thing this three through to together top toward towards two under up upon very wearing wears
were what when where which while who with young
"""
_NO_QUERIES: Final = frozenset(_FUNCTION_WORDS.split())
_SINGULARS: Final = {"men": "man", "women": "woman", "children": "child", "people": "person"}

_ABSENT: Final = """
unicorn dinosaur volcano submarine chandelier cathedral violin pizza sushi penguin giraffe
crocodile octopus spider mushroom cactus sunflower lighthouse windmill pyramid iceberg aurora
rocket astronaut skeleton typewriter microscope telescope calculator passport invoice wedding
cake chessboard piano harp trombone waterfall vineyard glacier desert tractor combine harvester
helicopter tank zebra kangaroo panda koala hedgehog jellyfish lobster pineapple avocado broccoli
spaghetti teapot candle fireplace bathtub staircase library bookshelf laboratory hospital
surgeon courtroom castle mosque pagoda
"""
"""Things that few libraries show; those that a caption says are left out."""


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A query, and which photos fit it."""

    text: str
    labels: Labels


def caption_queries(captions: Sequence[Sequence[str]]) -> list[LabelledQuery]:
    """The first caption of each photo: its own photo fits, and others are taken not to."""
    return [
        LabelledQuery(texts[0], _only(place, len(captions))) for place, texts in enumerate(captions)
    ]


def short_queries(captions: Sequence[Sequence[str]]) -> list[LabelledQuery]:
    """Every word and pair of neighbouring words that at least two photos fit.

    What very many photos fit is left out: nobody looks for it.
    """
    said = [[_words(text) for text in texts] for texts in captions]
    once = [set().union(*(set(words) for words in texts)) for texts in said]
    sayings = [_sayings(texts) for texts in said]
    fitting = Counter(
        query for counts in sayings for query, count in counts.items() if count >= _SAYINGS_MIN
    )
    most = _SHARE_MAX * len(captions)
    return [
        LabelledQuery(" ".join(query), _labels(query, sayings, once))
        for query, photos in sorted(fitting.items())
        if _PHOTOS_MIN <= photos <= most
    ]


def absent_queries(captions: Sequence[Sequence[str]]) -> list[LabelledQuery]:
    """Things that no caption says."""
    said = {word for texts in captions for text in texts for word in _words(text)}
    nowhere = np.full(len(captions), NO_FIT, dtype=np.int8)
    return [LabelledQuery(word, nowhere) for word in _ABSENT.split() if word not in said]


def _only(place: int, photos: int) -> Labels:
    labels = np.full(photos, NO_FIT, dtype=np.int8)
    labels[place] = FITS
    return labels


def _labels(
    query: tuple[str, ...], sayings: Sequence[Counter[tuple[str, ...]]], once: Sequence[set[str]]
) -> Labels:
    labels = np.full(len(sayings), NO_FIT, dtype=np.int8)
    for place, (counts, words) in enumerate(zip(sayings, once, strict=True)):
        if counts[query] >= _SAYINGS_MIN:
            labels[place] = FITS
        elif all(word in words for word in query):
            labels[place] = UNCLEAR
    return labels


def _sayings(texts: Sequence[Sequence[str]]) -> Counter[tuple[str, ...]]:
    """By how many of a photo's captions each word and each pair is said."""
    return Counter(query for words in texts for query in {*_singles(words), *_pairs(words)})


def _singles(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return ((word,) for word in words if word not in _NO_QUERIES)


def _pairs(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (pair for pair in pairwise(words) if not _NO_QUERIES.intersection(pair))


def _words(text: str) -> list[str]:
    """In lower case, without the plural's s."""
    return [_singular(word) for word in re.findall(r"[a-z]+", text.lower())]


def _singular(word: str) -> str:
    if word in _SINGULARS:
        return _SINGULARS[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
