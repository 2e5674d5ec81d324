"""Stage 1 without models: what is near in picture and caption, and what holds the words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.errors import EncoderUnusable, PicturesUnavailable
from imagescope_tui.search.query_language import word_index_terms
from imagescope_tui.search.retriever import WordAnswer, folded, rank
from imagescope_tui.search.types import Candidate, Degradation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.search.retriever import PictureSearch, WordSearch
    from imagescope_tui.search.types import Query, SearchOptions
    from imagescope_tui.search.variants import VariantFusion
    from indexer.answers import NearestAnswer

    OnRanking = Callable[[tuple[Candidate, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A ranking, and what there is to say of it."""

    ranking: tuple[Candidate, ...] = ()
    encoder_id: str | None = None
    words_unknown: tuple[str, ...] = ()
    degradation: Degradation | None = None
    has_meaning: bool = True
    """Whether the encoder made anything of the words."""


class Retrieval:
    """Asks the two indexes and fuses what they say."""

    def __init__(self, pictures: PictureSearch, words: WordSearch) -> None:
        self._pictures = pictures
        self._words = words

    def close(self) -> None:
        """Let go of the library."""
        self._words.close()

    async def timeline(self, query: Query, options: SearchOptions) -> Retrieved:
        """All photos that pass the filter, newest first, copies folded if so asked."""
        asked = options.limit
        while True:
            newest = await self._words.newest(query.filter, limit=asked)
            ranking = tuple(
                Candidate(photo_id=hit.photo_id, content_id=hit.content_id, score=0.0)
                for hit in newest
            )
            if options.fold_copies:
                ranking = tuple(folded(ranking))
            if len(ranking) >= options.limit or len(newest) < asked:
                return Retrieved(ranking=ranking[: options.limit])
            asked *= 2

    async def plain(
        self, query: Query, options: SearchOptions, on_words: OnRanking | None = None
    ) -> Retrieved:
        """The query as it stands: its words, its picture, or the sum of both.

        What the words alone find is told to `on_words` first, for it is there at once.

        Raises:
            Superseded: a newer search took this one's place.
        """
        texts = (query.whole_text,) if query.whole_text else ()
        by_picture = asyncio.create_task(self._near(query, texts, options, is_plain=True))
        try:
            words = await self._matching(query, options)
            if on_words is not None and words.hits and not by_picture.done():
                on_words(rank(None, words, options))
            pictures, degradation = await by_picture
        finally:
            by_picture.cancel()
        return Retrieved(
            ranking=rank(pictures, words, options),
            encoder_id=pictures.encoder_id if pictures else None,
            words_unknown=_unknown(words, pictures),
            degradation=degradation,
        )

    async def described(
        self,
        query: Query,
        variants: Sequence[Sequence[str]],
        options: SearchOptions,
        fusion: VariantFusion,
    ) -> Retrieved:
        """The published stage 1: by the descriptions, without the reference itself.

        The word index takes part only where the words are a plain description: those of an edit
        or of a conversation also name what must not be there.

        Raises:
            Superseded: a newer search took this one's place.
        """
        answers = [
            await self._near(query, texts, options, is_plain=False)
            for texts in fusion.questions(variants)
        ]
        near = [answer for answer, _ in answers if answer is not None]
        pictures = fusion.fused(near) if near else None
        degradation = next((why for _, why in answers if why is not None), None)
        is_description = query.reference is None and not query.history
        words = await self._matching(query, options) if is_description else WordAnswer()
        return Retrieved(
            ranking=rank(pictures, words, options),
            encoder_id=pictures.encoder_id if pictures else None,
            degradation=degradation,
            has_meaning=pictures is None or pictures.has_meaning,
        )

    async def _matching(self, query: Query, options: SearchOptions) -> WordAnswer:
        terms = word_index_terms(query.whole_text)
        if not terms or options.rank_by == "picture":
            return WordAnswer()
        return await self._words.matching(terms, query.filter, limit=options.limit)

    async def _near(
        self, query: Query, texts: Sequence[str], options: SearchOptions, *, is_plain: bool
    ) -> tuple[NearestAnswer | None, Degradation | None]:
        if options.rank_by == "words":
            return None, None
        try:
            answer = await self._pictures.nearest(
                texts=texts,
                picture=query.reference if is_plain else None,
                without=query.reference,
                photo_filter=query.filter,
                limit=options.limit,
            )
        except PicturesUnavailable as error:
            lacks_encoder = isinstance(error, EncoderUnusable)
            return None, _without_pictures(error.message, error.hint, lacks_encoder=lacks_encoder)
        return answer, _without_pictures(answer.problem) if answer.problem else None


def _unknown(words: WordAnswer, pictures: NearestAnswer | None) -> tuple[str, ...]:
    """Words that no photo holds and that said nothing to the encoder either."""
    known = () if pictures is None else pictures.words_known
    if known is None:
        return ()
    return tuple(word for word in words.unknown if word.lower() not in known)


def _without_pictures(reason: str, hint: str = "", *, lacks_encoder: bool = False) -> Degradation:
    return Degradation(
        stage=1,
        reason=reason,
        fallback="only names, dates and captions were searched",
        hint=hint,
        lacks_encoder=lacks_encoder,
    )
