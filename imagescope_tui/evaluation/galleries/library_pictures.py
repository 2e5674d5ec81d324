"""Stage 1 over a benchmark's photos: every score exact, ties by name."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from indexer.answers import NearestAnswer, NearPhoto
from indexer.ranking.side_weights import stored_side_weights
from indexer.ranking.stage_one import SideScores, StageOne
from storage.library import Library
from storage.records import ContentId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.galleries.catalogue import Catalogue
    from indexer.answers import SideWeights
    from indexer.decoding.pool import DecodePool
    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from indexer.questions import PictureQuestion
    from storage.records import FloatVector, IdVector, PhotoFilter

    LoadEncoders = Callable[[], tuple[ImageTextEncoder, TextEncoder | None]]

Value = TypeVar("Value")


class GalleryPictures:
    """Scores all photos for each query, in a thread of its own, which opens and owns the vectors.

    A query's reference is left out by its name where the run says so; copies of it stay, as the
    publications have it.
    """

    def __init__(
        self,
        folder: Path,
        catalogue: Catalogue,
        load: LoadEncoders,
        *,
        caption_weight: float,
        excludes_reference: bool,
    ) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._load = load
        self._caption_weight = caption_weight
        self._excludes_reference = excludes_reference
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gallery")
        self._opened: _Vectors | None = None
        self._last: tuple[tuple[str, ...], SideScores] | None = None
        self._pool: DecodePool | None = None
        self.caption_encoder_id: str | None = None
        """Of captions, where they are in a space of their own; once opened."""

    async def open(self) -> None:
        """Load the encoder and the vectors.

        Raises:
            ModelError, StorageError: they cannot be loaded.
        """
        await self._in_thread(self._vectors)

    @property
    def encoder_id(self) -> str:
        """What made the vectors; once opened."""
        return self._loaded.encoder.encoder_id

    @property
    def ranked(self) -> IdVector:
        """The photos that have a vector, ascending; once opened. Shape (photos,)."""
        return self._loaded.photos

    @property
    def captioned(self) -> int:
        """How many of them have a caption that counts, whoever can read it; once opened."""
        return self._loaded.captioned

    @property
    def captions_read(self) -> int:
        """How many of those captions say something to their encoder; once opened."""
        vectors = self._loaded
        return int(vectors.stage_one.is_captioned[vectors.rows].sum())

    async def read_ahead(self, texts: Sequence[str]) -> None:
        """Encode texts that will be asked for one by one, many at once."""
        await self._in_thread(lambda: self._vectors().stage_one.read_ahead(texts))

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        """The photos nearest to the texts' mean, a picture, or both; see search.retriever."""
        return await self._in_thread(lambda: self._nearest(question))

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        """None: what is evaluated is each photo."""
        return ()

    def close(self) -> None:
        """Let go of the library and the decoding process."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    # -- in the thread -----------------------------------------------------------------------

    async def _in_thread(self, work: Callable[[], Value]) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @property
    def _loaded(self) -> _Vectors:
        if self._opened is None:
            raise RuntimeError("the gallery has not been opened")
        return self._opened

    def _vectors(self) -> _Vectors:
        if self._opened is None:
            library = Library.open_reader(self._folder)
            encoder, caption_encoder = self._load()
            stage_one = StageOne(
                library, encoder, caption_encoder, caption_weight=self._caption_weight
            )
            stage_one.refresh()
            reader = caption_encoder or encoder
            weights = stored_side_weights(library, encoder.encoder_id, reader.encoder_id)
            self._opened = _Vectors(library, encoder, stage_one, weights, self._catalogue)
            self.caption_encoder_id = caption_encoder.encoder_id if caption_encoder else None
        return self._opened

    def _nearest(self, question: PictureQuestion) -> NearestAnswer:
        vectors, limit = self._vectors(), question.limit
        # The data sets' queries have one reference at most.
        reference, problem = self._reference(next(iter(question.pictures), None))
        encoder_id = vectors.encoder.encoder_id
        if problem:
            return NearestAnswer(encoder_id=encoder_id, problem=problem)
        scores = self._scores(question.texts, reference)
        if not scores.fused.any():
            return NearestAnswer(encoder_id=encoder_id, has_meaning=False, words_known=())
        kept = self._kept(vectors, question.photo_filter, question.without)
        fused = scores.fused[kept]
        best = kept[_first(fused, limit)]
        if vectors.weights is not None and scores.caption is not None:
            # What the published weight leaves far behind may be first by the gallery's own.
            weighed = kept[_first(_weighed(scores, vectors.weights)[kept], limit)]
            best = np.concatenate([best, weighed[~np.isin(weighed, best)]])
        return NearestAnswer(
            encoder_id=encoder_id,
            photos=_near(vectors, scores, best),
            mean=float(fused.mean(dtype=np.float64)) if len(fused) else 0.0,
            deviation=float(fused.std(dtype=np.float64)) if len(fused) else 0.0,
            mean_caption=_mean_caption(vectors, scores),
            captioned=vectors.captioned,
            weights=vectors.weights,
        )

    def _kept(self, vectors: _Vectors, photo_filter: PhotoFilter, without: Path | None) -> IdVector:
        """Places among the ranked photos of those that may be found, ascending."""
        is_kept = np.ones(len(vectors.photos), dtype=np.bool_)
        if photo_filter.photo_ids:
            is_kept = np.isin(vectors.photos, np.asarray(photo_filter.photo_ids))
        left_out = self._catalogue.at(without) if self._excludes_reference else None
        if left_out is not None:
            is_kept &= vectors.photos != left_out
        return np.flatnonzero(is_kept)

    def _scores(self, texts: Sequence[str], reference: FloatVector | None) -> SideScores:
        # The sides are ranked for the same words as their fusion just before.
        asked = tuple(texts)
        if reference is not None:
            return _of_photos(self._vectors(), asked, reference)
        if self._last is None or self._last[0] != asked:
            self._last = asked, _of_photos(self._vectors(), asked, None)
        return self._last[1]

    def _reference(self, picture: Path | None) -> tuple[FloatVector | None, str]:
        """The vector of a picture, stored or made now, or why there is none."""
        if picture is None:
            return None, ""
        vectors = self._vectors()
        photo = self._catalogue.at(picture)
        if photo is not None:
            content_id = ContentId(self._catalogue.content_of(photo))
            stored = vectors.library.vectors.of(content_id, vectors.encoder.encoder_id)
            if stored is not None:
                return stored, ""
        return self._encoded(picture, vectors.encoder)

    def _encoded(self, picture: Path, encoder: ImageTextEncoder) -> tuple[FloatVector | None, str]:
        from indexer.decoding.failures import DecodeFailure
        from indexer.decoding.pool import DecodePool
        from storage.thumbnails import THUMBNAIL_SIDE

        if self._pool is None:
            self._pool = DecodePool(
                picture_input=encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=1
            )
        outcome = self._pool.submit(picture).result()
        if isinstance(outcome, DecodeFailure):
            return None, outcome.reason
        return encoder.encode_pictures([outcome.picture])[0], ""

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.library.close()
        if self._pool is not None:
            self._pool.close()


class _Vectors:
    """What the thread has opened: vectors by content, and which photo has which."""

    def __init__(
        self,
        library: Library,
        encoder: ImageTextEncoder,
        stage_one: StageOne,
        weights: SideWeights | None,
        catalogue: Catalogue,
    ) -> None:
        self.library = library
        self.encoder = encoder
        self.stage_one = stage_one
        self.weights = weights
        has_vector = np.isin(catalogue.contents, stage_one.ids)
        self.photos: IdVector = np.flatnonzero(has_vector) + 1
        """Photo ids, ascending."""
        self.rows: IdVector = np.searchsorted(stage_one.ids, catalogue.contents[has_vector])
        """Where each photo's content is among the vectors."""
        captioned = library.captions.contents_of(library.captions.active_id())
        self.captioned = int(np.isin(catalogue.contents[has_vector], captioned).sum())
        """How many of the photos have a caption that counts."""


def _of_photos(
    vectors: _Vectors, texts: Sequence[str], reference: FloatVector | None
) -> SideScores:
    """Scores by photo, from scores by content."""
    found, rows = vectors.stage_one.scores(texts, reference), vectors.rows
    return SideScores(
        fused=found.fused[rows],
        picture=found.picture[rows],
        caption=None if found.caption is None else found.caption[rows],
    )


def _near(vectors: _Vectors, scores: SideScores, places: IdVector) -> tuple[NearPhoto, ...]:
    """Photos as they are told, in the order of their places among the ranked ones."""
    rows = vectors.rows[places]
    captions: list[float | None] = [None] * len(places)
    if scores.caption is not None:
        is_captioned = vectors.stage_one.is_captioned[rows].tolist()
        told = scores.caption[places].tolist()
        captions = [own if has else None for own, has in zip(told, is_captioned, strict=True)]
    columns = (
        vectors.photos[places].tolist(),
        vectors.stage_one.ids[rows].tolist(),
        scores.fused[places].tolist(),
        scores.picture[places].tolist(),
        captions,
    )
    return tuple(
        NearPhoto(photo_id=photo, content_id=content, score=score, picture=picture, caption=caption)
        for photo, content, score, picture, caption in zip(*columns, strict=True)
    )


def _first(scores: FloatVector, limit: int) -> IdVector:
    """Places of the highest scores, highest first; of equal ones the first name's."""
    return np.argsort(-scores, kind="stable")[:limit]


def _weighed(scores: SideScores, weights: SideWeights) -> FloatVector:
    if scores.caption is None:
        return scores.picture
    return np.float32(weights.picture) * scores.picture + np.float32(weights.caption) * (
        scores.caption
    )


def _mean_caption(vectors: _Vectors, scores: SideScores) -> float:
    """What photos without caption have in its place; any number where all have one."""
    if scores.caption is None:
        return 0.0
    lacking = np.flatnonzero(~vectors.stage_one.is_captioned[vectors.rows])
    return float(scores.caption[lacking[0]]) if len(lacking) else 0.0
