"""Stage 1 without models: what is near in picture and caption, and what holds the words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imagescope_tui.errors import EncoderUnusable, PicturesUnavailable
from imagescope_tui.search.query_language import word_index_terms
from imagescope_tui.search.retriever import WordAnswer, folded, rank_any
from imagescope_tui.search.stacking import fold_stacks
from imagescope_tui.search.types import Candidate, Degradation
from imagescope_tui.search.unwanted import is_seen, less_unwanted, question_for, standings_in
from indexer.questions import PictureQuestion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imagescope_tui.search.retriever import PictureSearch, WordSearch
    from imagescope_tui.search.types import Query, SearchOptions
    from imagescope_tui.search.variants import VariantFusion
    from indexer.answers import NearestAnswer
    from storage.records import PhotoId

    OnRanking = Callable[[tuple[Candidate, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A ranking, and what there is to say of it."""

    ranking: tuple[Candidate, ...] = ()
    encoder_id: str | None = None
    words_unknown: tuple[str, ...] = ()
    words_unseen: tuple[str, ...] = ()
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
        """All photos that pass the filter, by date, copies folded if so asked."""
        asked = options.limit
        while True:
            dated = await self._words.timeline(
                query.filter, limit=asked, oldest_first=options.oldest_first
            )
            ranking = tuple(
                Candidate(photo_id=hit.photo_id, content_id=hit.content_id, score=0.0)
                for hit in dated
            )
            if options.fold_copies:
                ranking = tuple(folded(ranking))
            if len(ranking) >= options.limit or len(dated) < asked:
                break
            asked *= 2
        # Who could not be read may be anything: behind those that pass for sure.
        readable_first = sorted(ranking[: options.limit], key=lambda item: item.content_id is None)
        return await self._finished(Retrieved(ranking=tuple(readable_first)), query, options)

    async def plain(
        self, query: Query, options: SearchOptions, on_words: OnRanking | None = None
    ) -> Retrieved:
        """The query as it stands: its words, its picture, or the sum of both.

        What the words alone find is told to `on_words` first, for it is there at once.

        Raises:
            Superseded: a newer search took this one's place.
        """
        texts = query.alternatives or ((query.whole_text,) if query.whole_text else ())
        by_picture = asyncio.create_task(self._all_near(query, texts, options))
        try:
            words = [await self._matching(text, query, options) for text in texts]
            if on_words is not None and not by_picture.done() and any(one.hits for one in words):
                on_words(rank_any([(None, one) for one in words], options))
            near, degradation = await by_picture
        finally:
            by_picture.cancel()
        words = words or [WordAnswer()]
        pairs = [
            (await self._completed(pictures, text, found, query, options), found)
            for pictures, text, found in zip(near, texts or ("",), words, strict=True)
        ]
        pictures = near[0]
        found = Retrieved(
            ranking=rank_any(pairs, options, by_odds=bool(query.unwanted)),
            encoder_id=pictures.encoder_id if pictures else None,
            words_unknown=_unknown(words, near),
            words_unseen=_unseen(texts, words, near),
            degradation=degradation,
        )
        return await self._finished(found, query, options)

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
            await self._near(
                PictureQuestion(
                    texts=tuple(texts),
                    without=query.reference,
                    photo_filter=query.filter,
                    limit=options.limit,
                ),
                options,
            )
            for texts in fusion.questions(variants)
        ]
        near = [answer for answer, _ in answers if answer is not None]
        pictures = fusion.fused(near) if near else None
        degradation = next((why for _, why in answers if why is not None), None)
        is_description = query.reference is None and not query.history
        words = WordAnswer()
        if is_description:
            words = await self._matching(query.whole_text, query, options)
        found = Retrieved(
            ranking=rank_any([(pictures, words)], options, by_odds=bool(query.unwanted)),
            encoder_id=pictures.encoder_id if pictures else None,
            degradation=degradation,
            has_meaning=pictures is None or pictures.has_meaning,
        )
        return await self._finished(found, query, options)

    async def _matching(self, text: str, query: Query, options: SearchOptions) -> WordAnswer:
        terms = word_index_terms(text)
        if not terms or options.rank_by == "picture":
            return WordAnswer()
        return await self._words.matching(terms, query.filter, limit=options.limit)

    async def _all_near(
        self, query: Query, texts: Sequence[str], options: SearchOptions
    ) -> tuple[list[NearestAnswer | None], Degradation | None]:
        """What is near to each of the texts; for none, to the pictures alone."""
        answers = [
            await self._near(_question(query, text, options), options) for text in texts or ("",)
        ]
        return [answer for answer, _ in answers], next((why for _, why in answers if why), None)

    async def _completed(
        self,
        pictures: NearestAnswer | None,
        text: str,
        words: WordAnswer,
        query: Query,
        options: SearchOptions,
    ) -> NearestAnswer | None:
        """With the pictures of all photos that the words found, however far they are."""
        if pictures is None or not pictures.photos or options.rank_by != "fused":
            return pictures
        near = {photo.content_id for photo in pictures.photos}
        others = {hit.content_id for hit in words.hits if hit.content_id is not None} - near
        if not others:
            return pictures
        question = replace(_question(query, text, options), limit=1, also=tuple(sorted(others)))
        more, _ = await self._near(question, options)
        added = [photo for photo in more.photos if photo.content_id in others] if more else []
        return replace(pictures, photos=(*pictures.photos, *added))

    async def _finished(self, found: Retrieved, query: Query, options: SearchOptions) -> Retrieved:
        return await self._stacked(await self._weighed(found, query, options), options)

    async def _stacked(self, found: Retrieved, options: SearchOptions) -> Retrieved:
        """The ranking with one photo for each burst and for near-copies, where these are known."""
        contents = [item.content_id for item in found.ranking if item.content_id is not None]
        if not options.stacks or not contents:
            return found
        try:
            alike = await self._pictures.stacks(tuple(dict.fromkeys(contents)))
        except PicturesUnavailable:
            # What was asked has been answered; that some are alike is not worth a word.
            return found
        if not alike:
            return found
        among = {content for stack in alike for content in stack}
        members = [item.photo_id for item in found.ranking if item.content_id in among]
        photos = await self._words.photos(members)
        return replace(found, ranking=fold_stacks(found.ranking, alike, photos))

    async def _weighed(self, found: Retrieved, query: Query, options: SearchOptions) -> Retrieved:
        """The ranking when what must not be seen has been looked for in it."""
        if not query.unwanted or not found.ranking or options.rank_by == "words":
            return found
        contents = tuple({item.content_id for item in found.ranking if item.content_id is not None})
        shown: dict[PhotoId, float] = {}
        for text in query.unwanted:
            question = PictureQuestion(
                texts=(question_for(text),),
                photo_filter=query.filter,
                limit=1,
                also=contents,
            )
            answer, degradation = await self._near(question, options)
            if answer is None:
                return replace(found, degradation=found.degradation or degradation)
            if not is_seen(text, answer):
                continue
            for photo_id, standing in standings_in(answer).items():
                shown[photo_id] = max(standing, shown.get(photo_id, standing))
        return replace(found, ranking=less_unwanted(found.ranking, shown))

    async def _near(
        self, question: PictureQuestion, options: SearchOptions
    ) -> tuple[NearestAnswer | None, Degradation | None]:
        if options.rank_by == "words":
            return None, None
        try:
            answer = await self._pictures.nearest(question)
        except PicturesUnavailable as error:
            lacks_encoder = isinstance(error, EncoderUnusable)
            return None, _without_pictures(error.message, error.hint, lacks_encoder=lacks_encoder)
        return answer, _without_pictures(answer.problem) if answer.problem else None


def _question(query: Query, text: str, options: SearchOptions) -> PictureQuestion:
    """The words and the pictures of a query as they stand."""
    reference = () if query.reference is None else (query.reference,)
    return PictureQuestion(
        texts=(text,) if text else (),
        pictures=(*reference, *query.also_like),
        unlike=query.unlike,
        without=query.reference,
        photo_filter=query.filter,
        limit=options.limit,
    )


def _unknown(
    words: Sequence[WordAnswer], pictures: Sequence[NearestAnswer | None]
) -> tuple[str, ...]:
    """Words that no photo holds and that said nothing to the encoder either."""
    unknown: list[str] = []
    for found, near in zip(words, pictures, strict=True):
        known = () if near is None else near.words_known
        if known is not None:
            unknown += [word for word in found.unknown if word.lower() not in known]
    return tuple(dict.fromkeys(unknown))


def _unseen(
    texts: Sequence[str], words: Sequence[WordAnswer], pictures: Sequence[NearestAnswer | None]
) -> tuple[str, ...]:
    """Words that some photo holds and that said nothing to the encoder."""
    unseen: list[str] = []
    for text, found, near in zip(texts, words, pictures, strict=False):
        if near is not None and near.words_known is not None:
            held = [word for word in word_index_terms(text) if word not in found.unknown]
            unseen += [word for word in held if word.lower() not in near.words_known]
    return tuple(dict.fromkeys(unseen))


def _without_pictures(reason: str, hint: str = "", *, lacks_encoder: bool = False) -> Degradation:
    return Degradation(
        stage=1,
        reason=reason,
        fallback="only names, dates and captions were searched",
        hint=hint,
        lacks_encoder=lacks_encoder,
    )
