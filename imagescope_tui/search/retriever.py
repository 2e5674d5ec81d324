"""Stage 1: rank photos by picture, caption and words, each alone or all together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from imagescope_tui.search.fusion import shared_ranks
from imagescope_tui.search.log_odds import holds_all, log_odds
from imagescope_tui.search.types import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imagescope_tui.search.types import SearchOptions
    from indexer.answers import NearestAnswer, NearPhoto
    from indexer.questions import PictureQuestion
    from storage.records import ContentId, Photo, PhotoFilter, PhotoId


class PictureSearch(Protocol):
    """Ranks photos by their pictures."""

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        """The photos nearest to what is asked.

        Raises:
            PicturesUnavailable: they cannot be compared just now.
            Superseded: a newer search took this one's place.
        """

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        """Of a ranking, best first, the sets of two and more that are one burst or near-copies.

        Each in the order given; empty where that cannot be told.

        Raises:
            PicturesUnavailable: they cannot be compared just now.
            Superseded: a newer search took this one's place.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHit:
    """A photo that holds words of the query."""

    photo_id: PhotoId
    content_id: ContentId | None
    score: float
    caption_score: float = 0.0
    """How much of the score is owed to words that the caption alone holds."""
    held: tuple[str, ...] = ()
    """The words of the query that it holds."""
    share: float = 1.0
    """How much of the query they are, above 0 and up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordAnswer:
    """The photos that hold words of the query, best first."""

    hits: tuple[WordHit, ...] = ()
    unknown: tuple[str, ...] = ()
    """Words that no photo holds."""


class WordSearch(Protocol):
    """Ranks photos by names, captions and facts."""

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        """The photos that hold any of the words."""

    async def timeline(
        self, photo_filter: PhotoFilter, *, limit: int, oldest_first: bool = False
    ) -> tuple[WordHit, ...]:
        """The photos that pass the filter, newest first unless said otherwise, with no score."""

    async def photos(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        """What is known of those of the photos that are there."""

    def close(self) -> None:
        """Let go of the library."""


def rank(
    pictures: NearestAnswer | None, words: WordAnswer, options: SearchOptions
) -> tuple[Candidate, ...]:
    """The stage-1 ranking: best first, ties by photo id, copies folded if so asked.

    Of copies with equal scores the oldest is first, as far as pictures were compared.
    """
    return rank_any([(pictures, words)], options)


def rank_any(
    answers: Sequence[tuple[NearestAnswer | None, WordAnswer]],
    options: SearchOptions,
    *,
    by_odds: bool = False,
) -> tuple[Candidate, ...]:
    """The same for several texts of which any will do: a photo counts by the one it fits best.

    With `by_odds` scores are logarithms of odds also where there is but one ranking.
    """
    best: dict[PhotoId, Candidate] = {}
    by_odds = by_odds or len(answers) > 1
    for pictures, words in answers:
        for candidate in _candidates(pictures, words, options, by_odds=by_odds):
            known = best.get(candidate.photo_id)
            if known is None or known.score < candidate.score:
                best[candidate.photo_id] = candidate
    first, oldest = _firsts(pictures for pictures, _ in answers)

    def place(item: Candidate) -> tuple[float, PhotoId, bool, PhotoId]:
        content, photo = item.content_id, item.photo_id
        return -item.score, first.get(content, photo), oldest.get(content) != photo, photo

    ranking = sorted(best.values(), key=place)
    kept = folded(ranking) if options.fold_copies else ranking
    return tuple(islice(kept, options.limit))


def _candidates(
    pictures: NearestAnswer | None, words: WordAnswer, options: SearchOptions, *, by_odds: bool
) -> Iterator[Candidate]:
    near = _by_picture(pictures) if pictures and options.rank_by != "words" else {}
    hits = _by_words(words) if options.rank_by != "picture" else {}
    for photo_id, score in _scores(pictures, near, hits, options, by_odds=by_odds).items():
        yield _candidate(photo_id, score, near.get(photo_id), hits.get(photo_id), pictures)


def _firsts(
    answers: Iterable[NearestAnswer | None],
) -> tuple[dict[ContentId | None, PhotoId], dict[ContentId | None, PhotoId]]:
    """Of each content the lowest photo id, and the oldest photo, which is told first."""
    first: dict[ContentId | None, PhotoId] = {}
    oldest: dict[ContentId | None, PhotoId] = {}
    for photo in (photo for answer in answers if answer for photo in answer.photos):
        content = photo.content_id
        first[content] = min(photo.photo_id, first.get(content, photo.photo_id))
        oldest.setdefault(content, photo.photo_id)
    return first, oldest


@dataclass(frozen=True, slots=True)
class _Near:
    photo: NearPhoto
    rank: int

    @property
    def score(self) -> float:
        return self.photo.score


@dataclass(frozen=True, slots=True)
class _Hit:
    hit: WordHit
    rank: int

    @property
    def score(self) -> float:
        return self.hit.score


def _candidate(
    photo_id: PhotoId,
    score: float,
    near: _Near | None,
    hit: _Hit | None,
    pictures: NearestAnswer | None,
) -> Candidate:
    photo = near.photo if near else None
    content_id = photo.content_id if photo else hit.hit.content_id if hit else None
    return Candidate(
        photo_id=photo_id,
        content_id=content_id,
        score=score,
        picture_score=photo.score if photo else None,
        picture_rank=near.rank if near else None,
        image_part=photo.picture if photo else None,
        caption_part=photo.caption if photo else None,
        words_score=hit.hit.score if hit else None,
        words_rank=hit.rank if hit else None,
        words_held=hit.hit.held if hit else (),
        words_share=hit.hit.share if hit else 0.0,
        holds_names=_holds_names(hit, pictures),
        standing=_standing(photo.score, pictures) if photo else None,
        chance=pictures.chances.chance(photo.score)
        if photo and pictures and pictures.chances
        else None,
        second=photo.second if photo else None,
    )


def _holds_names(hit: _Hit | None, pictures: NearestAnswer | None) -> bool | None:
    if pictures is None or not pictures.words_named:
        return None
    return hit is not None and holds_all(hit.hit, pictures.words_named)


def _by_picture(pictures: NearestAnswer) -> dict[PhotoId, _Near]:
    ranks: dict[ContentId, int] = {}
    return {
        photo.photo_id: _Near(photo, ranks.setdefault(photo.content_id, len(ranks) + 1))
        for photo in pictures.photos
    }


def _by_words(words: WordAnswer) -> dict[PhotoId, _Hit]:
    ranks = shared_ranks([hit.score for hit in words.hits])
    return {hit.photo_id: _Hit(hit, rank) for hit, rank in zip(words.hits, ranks, strict=True)}


def _scores(
    pictures: NearestAnswer | None,
    near: dict[PhotoId, _Near],
    hits: dict[PhotoId, _Hit],
    options: SearchOptions,
    *,
    by_odds: bool,
) -> dict[PhotoId, float]:
    is_fused = options.rank_by == "fused" and pictures and near
    if is_fused and pictures and (hits or pictures.weights or by_odds):
        return log_odds(pictures, [item.hit for item in hits.values()])
    # One ranking alone keeps its own scores, which say more than odds do.
    if near:
        return {photo: item.score for photo, item in near.items()}
    return {photo: item.score for photo, item in hits.items()}


def _standing(score: float, pictures: NearestAnswer | None) -> float | None:
    if pictures is None or pictures.deviation <= 0:
        return None
    return (score - pictures.mean) / pictures.deviation


def folded(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Of files with equal bytes only the first."""
    seen: set[ContentId] = set()
    for candidate in candidates:
        if candidate.content_id is None or candidate.content_id not in seen:
            yield candidate
        if candidate.content_id is not None:
            seen.add(candidate.content_id)
