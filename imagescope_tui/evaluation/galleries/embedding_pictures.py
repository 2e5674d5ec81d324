"""Stage 1 over pre-computed vectors: many searches, one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.evaluation.galleries.embedding_scan import MOST_QUERIES, Found, scan, score_rows
from imagescope_tui.evaluation.galleries.gathered_passes import GatheredPasses
from indexer.answers import NearestAnswer, NearPhoto
from indexer.ranking.query_vectors import query_vector
from storage.records import ContentId, PhotoFilter, PhotoId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.galleries.embedding_files import EmbeddingFiles
    from imagescope_tui.evaluation.galleries.row_names import RowNames
    from indexer.models.protocols import ImageTextEncoder
    from indexer.questions import PictureQuestion
    from storage.records import FloatVector


@dataclass(frozen=True, slots=True)
class PrecomputedVectors:
    """One model's vectors of all photos, and what makes those of the texts."""

    model: str
    """As the folder of the vectors is called."""
    files: EmbeddingFiles
    names: RowNames
    encoder: ImageTextEncoder


@dataclass(frozen=True, slots=True)
class _Wanted:
    texts: tuple[str, ...]
    limit: int
    among: tuple[PhotoId, ...]


class EmbeddingPictures:
    """Ranks photos by pre-computed vectors; one thread encodes the texts and reads the vectors.

    A photo's id is its row and one.
    """

    def __init__(
        self, vectors: PrecomputedVectors, names: dict[int, str], patience_seconds: float
    ) -> None:
        """`names` gets the names, by row, of all that is found."""
        self._vectors = vectors
        self._names = names
        self._is_closed = False
        self._gathered = GatheredPasses(
            self._answer_all, most=MOST_QUERIES, patience_seconds=patience_seconds
        )
        self.passes = 0
        """How often all vectors have been read."""

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        """The photos nearest to the texts' mean.

        Raises:
            PicturesUnavailable: a picture was given, or a filter that needs more than ids; or the
                gallery was closed meanwhile.
            DatasetIncomplete: a file is damaged.
        """
        if question.pictures or question.without is not None:
            raise PicturesUnavailable("pre-computed vectors are searched by words alone")
        among = question.photo_filter.photo_ids
        if question.photo_filter != PhotoFilter(photo_ids=among):
            raise PicturesUnavailable("of photos without files nothing is known to filter by")
        wanted = _Wanted(question.texts, max(1, question.limit), among)
        return await self._gathered.ask(wanted)

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        """None: what is evaluated is each photo."""
        return ()

    def close(self) -> None:
        """End the pass that runs at its next chunk."""
        self._is_closed = True
        self._gathered.close()

    def _answer_all(self, asked: Sequence[_Wanted]) -> list[NearestAnswer]:
        encoder = self._vectors.encoder
        queries = [query_vector(encoder, wanted.texts) for wanted in asked]
        found: dict[int, Found] = {}
        whole: list[int] = []
        for place, (wanted, query) in enumerate(zip(asked, queries, strict=True)):
            if wanted.among and query.any():
                found[place] = self._among(query, wanted)
            elif query.any():
                whole.append(place)
        if whole:
            self.passes += 1
            scanned = scan(
                self._vectors.files,
                np.stack([queries[place] for place in whole]),
                [asked[place].limit for place in whole],
                is_stopped=lambda: self._is_closed,
            )
            found.update(zip(whole, scanned, strict=True))
        self._remember_names(list(found.values()))
        return [self._told(found.get(place)) for place in range(len(asked))]

    def _among(self, query: FloatVector, wanted: _Wanted) -> Found:
        rows = np.unique(np.array(wanted.among, dtype=np.int64)) - 1
        rows = rows[(rows >= 0) & (rows < len(self._vectors.files))]
        return score_rows(self._vectors.files, query, rows, wanted.limit)

    def _remember_names(self, found: Sequence[Found]) -> None:
        rows = {row for item in found for row in item.rows.tolist()} - self._names.keys()
        if rows:
            new = np.fromiter(rows, dtype=np.int64, count=len(rows))
            self._names.update(self._vectors.names.of_rows(new))

    def _told(self, found: Found | None) -> NearestAnswer:
        encoder_id = self._vectors.encoder.encoder_id
        if found is None:
            return NearestAnswer(encoder_id=encoder_id, has_meaning=False, words_known=())
        return NearestAnswer(
            encoder_id=encoder_id,
            photos=tuple(
                NearPhoto(
                    photo_id=PhotoId(row + 1),
                    content_id=ContentId(row + 1),
                    score=score,
                    picture=score,
                )
                for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True)
            ),
            mean=found.mean,
            deviation=found.deviation,
        )
