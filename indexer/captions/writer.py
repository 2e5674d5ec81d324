"""Commits captions with their vectors, and embeds stored ones for another encoder."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.events import CaptionFailed, CaptionsCommitted
from indexer.ranking.caption_vectors import caption_vectors
from storage.records import Caption, ContentId, Embedding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.captions.desk import Captioned
    from indexer.events import IndexEvent
    from indexer.models.protocols import FloatMatrix, TextEncoder
    from storage.library import Library
    from storage.records import CaptionOrigin, OriginId

BATCH_CAPTIONS = 64
"""Captions in one commit, and so the most that are asked for again after a kill."""

_RETRY_SECONDS = 600.0
_RETRY_SECONDS_MAX = 7 * 86_400.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class CaptionWriter:
    """Belongs to the thread that holds the library for writing."""

    library: Library
    encoder: TextEncoder | None
    """Of captions: the picture encoder, or one of their own."""
    emit: Callable[[IndexEvent], None]
    clock: Callable[[], float]
    _embedded: dict[OriginId, ContentId] = field(default_factory=dict)
    _all_embedded: set[OriginId] = field(default_factory=set)

    def write(self, origin: CaptionOrigin, answers: Sequence[Captioned]) -> None:
        """Store captions, their vectors and their words, and the failures, all or nothing."""
        captions = [
            Caption(
                content_id=content_id,
                text=answer.text,
                model_id=origin.model_id,
                prompt_id=origin.prompt_id,
            )
            for answer in answers
            if answer.text and (content_id := answer.photo.content_id) is not None
        ]
        failed = [answer for answer in answers if answer.problem]
        embeddings = self._embeddings(captions)
        with self.library.atomic(changes_photos=False) as revision:
            self._store(captions, embeddings, revision)
            for answer in failed:
                self._store_failure(answer)
        if captions:
            self.emit(CaptionsCommitted(captions=len(captions), revision=revision))
        for answer in failed:
            self.emit(CaptionFailed(path=str(answer.photo.path), reason=answer.problem))

    def _store(
        self, captions: Sequence[Caption], embeddings: Sequence[Embedding], revision: int
    ) -> None:
        library, contents = self.library, [caption.content_id for caption in captions]
        library.captions.put(captions)
        library.vectors.put(embeddings, revision)
        library.failures.forget_captions(contents)
        if captions and captions[0].origin == library.captions.active():
            library.words.refresh(library.photos.ids_holding(contents))

    def _store_failure(self, answer: Captioned) -> None:
        attempts = self.library.failures.attempts(answer.photo.photo_id)
        wait = min(_RETRY_SECONDS * 4.0 ** min(attempts, 16), _RETRY_SECONDS_MAX)
        self.library.failures.put(
            answer.photo.photo_id,
            "caption",
            answer.problem,
            retry_after=None if answer.is_permanent else self.clock() + wait,
        )

    def embed_stored(self, origin: OriginId) -> bool:
        """Embed some captions that this encoder has not embedded; whether there were any."""
        if self.encoder is None or origin in self._all_embedded:
            return False
        captions = self.library.captions.without_vector(
            origin,
            self.encoder.encoder_id,
            after=self._embedded.get(origin, ContentId(0)),
            limit=BATCH_CAPTIONS,
        )
        if not captions:
            # From now on they are embedded as they come.
            self._all_embedded.add(origin)
            return False
        embeddings = self._embeddings(captions)
        # Also past those that could not be embedded: the next run tries them again.
        self._embedded[origin] = captions[-1].content_id
        with self.library.atomic(changes_photos=False) as revision:
            self.library.vectors.put(embeddings, revision)
        return True

    def _embeddings(self, captions: Sequence[Caption]) -> list[Embedding]:
        rows = self._vectors([caption.text for caption in captions])
        if rows is None or self.encoder is None:
            return []
        return [
            Embedding(
                content_id=caption.content_id,
                kind="caption",
                encoder_id=self.encoder.encoder_id,
                vector=row,
                origin=caption.origin,
            )
            for caption, row in zip(captions, rows, strict=True)
        ]

    def _vectors(self, texts: list[str]) -> FloatMatrix | None:
        if self.encoder is None or not texts:
            return None
        try:
            return caption_vectors(self.encoder, texts)
        except Exception:  # noqa: BLE001 - a seam
            # One of the seams where everything is caught: a model may raise anything, and the
            # captions are worth keeping without their vectors.
            _log.exception("%d captions could not be embedded", len(texts))
            return None
