"""Libraries in which something is looked for, drawn from photos whose captions are known.

A trial is one query in one library of so many photos. In two of three a photo fits; from the third
all that fit are left out, for people also look for what they do not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from indexer.ranking.chances import Spread
from tests.training.pocket.short_queries import (
    FITS,
    NO_FIT,
    absent_queries,
    caption_queries,
    short_queries,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from indexer.models.protocols import FloatMatrix
    from storage.records import FloatVector, IdVector
    from tests.training.pocket.short_queries import LabelledQuery, Labels

    EncodeTexts = Callable[[Sequence[str]], FloatMatrix]

Kind: TypeAlias = Literal["captions", "short queries", "absent things"]
KINDS: Final[tuple[Kind, ...]] = ("captions", "short queries", "absent things")
ABSENT_SHARE: Final = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query with its vector."""

    kind: Kind
    query: LabelledQuery
    vector: FloatVector


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One query in one library."""

    kind: Kind
    text: str
    size: int
    """How many photos the library was meant to have; it may have fewer."""
    is_present: bool
    """Whether any photo fits."""
    cosines: FloatVector
    """Shape (photos,)."""
    labels: Labels
    """Shape (photos,)."""

    @property
    def spread(self) -> Spread:
        """As a search finds it."""
        return Spread(
            mean=float(self.cosines.mean()),
            deviation=float(self.cosines.std()),
            photos=len(self.cosines),
        )


def questions(captions: Sequence[Sequence[str]], encode_texts: EncodeTexts) -> list[Question]:
    """A caption of each photo, all short queries, and things that are nowhere."""
    asked: list[tuple[Kind, LabelledQuery]] = [
        *(("captions", query) for query in caption_queries(captions)),
        *(("short queries", query) for query in short_queries(captions)),
        *(("absent things", query) for query in absent_queries(captions)),
    ]
    vectors = encode_texts([query.text for _, query in asked])
    return [
        Question(kind=kind, query=query, vector=vector)
        for (kind, query), vector in zip(asked, vectors, strict=True)
    ]


def trials(
    asked: Sequence[Question],
    vectors: FloatMatrix,
    photos: IdVector,
    sizes: Sequence[int],
    seed: int,
) -> Iterator[Trial]:
    """Questions about the photos, ascending, in a library of each size that is drawn from them."""
    random = np.random.default_rng(seed)
    for question in asked:
        query, labels = question.query, question.query.labels[photos]
        cosines = vectors[photos] @ question.vector
        fitting = np.flatnonzero(labels == FITS)
        if not len(fitting) and question.kind != "absent things":
            continue
        for size in sizes:
            is_present = len(fitting) > 0 and random.random() > ABSENT_SHARE
            own = int(random.choice(fitting)) if is_present else None
            drawn = _library(labels, size, random, own)
            yield Trial(
                kind=question.kind,
                text=query.text,
                size=size,
                is_present=is_present,
                cosines=cosines[drawn],
                labels=labels[drawn],
            )


def _library(labels: Labels, size: int, random: np.random.Generator, own: int | None) -> IdVector:
    """Places of photos: with one that fits, or without any that does."""
    if own is None:
        return _some(np.flatnonzero(labels == NO_FIT), size, random)
    return np.append(_some(np.delete(np.arange(len(labels)), own), size - 1, random), own)


def _some(places: IdVector, size: int, random: np.random.Generator) -> IdVector:
    return random.choice(places, min(size, len(places)), replace=False)
