"""Answers where in a photo of the library words are seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from indexer.answers import WhereAnswer
from indexer.decoding.failures import DecodeFailure
from indexer.decoding.geometry import fit_for
from indexer.models.protocols import RegionEncoder
from indexer.models.seen_words import SeeingEncoder
from indexer.ranking.regions import COMMON_WORDS, SENTENCE, find_words
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from indexer.answers import Area, WordPlace
    from indexer.decoding.photo import Decoded
    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, Picture, PictureInput
    from storage.library import Library
    from storage.records import Photo, PhotoId
    from storage.thumbnails import ThumbnailCache

WORDS_MAX: Final = 8
"""What a query has more is not looked for."""


class WordFinder:
    """One encoder over one library; belongs to the thread that opened the library."""

    def __init__(
        self,
        library: Library,
        thumbnails: ThumbnailCache,
        encoder: ImageTextEncoder,
        decode: Callable[[Path], Decoded | DecodeFailure],
    ) -> None:
        self._library = library
        self._thumbnails = thumbnails
        self._encoder = encoder
        self._decode = decode
        self._common: FloatMatrix | None = None

    def where(
        self, photo_id: PhotoId, words: Sequence[str], second: float | None = None
    ) -> WhereAnswer:
        """Where in the photo each of the words is seen; of a moving picture, in that moment."""
        if not isinstance(self._encoder, RegionEncoder):
            return WhereAnswer()
        picture = self._picture(photo_id, second)
        if isinstance(picture, DecodeFailure):
            return WhereAnswer(problem=picture.reason)
        regions = self._encoder.encode_regions(picture)
        if regions is None:
            return WhereAnswer()
        area = _area_seen(self._encoder.picture_input, picture)
        words = tuple(words[:WORDS_MAX])
        places = find_words(
            words,
            said=self._encoder.encode_texts([SENTENCE.format(word) for word in words]),
            common=self._common_vectors(),
            regions=regions,
            area=area,
        )
        return WhereAnswer(words=tuple(map(self._believed, places)), area=area)

    def _believed(self, found: WordPlace) -> WordPlace:
        """Of a word that no picture answers to, as a name, whatever is lit is lit by chance."""
        if not isinstance(self._encoder, SeeingEncoder):
            return found
        seen = self._encoder.seen_words(found.word)
        if seen is None or seen:
            return found
        dark = tuple((0.0,) * len(row) for row in found.light)
        return replace(found, score=0.0, place=None, light=dark)

    def _common_vectors(self) -> FloatMatrix:
        if self._common is None:
            texts = [SENTENCE.format(word) for word in COMMON_WORDS]
            self._common = self._encoder.encode_texts(texts)
        return self._common

    def _picture(self, photo_id: PhotoId, second: float | None) -> Picture | DecodeFailure:
        """The photo as it was indexed, or its thumbnail where the file is out of reach."""
        photo = self._library.photos.by_ids([photo_id]).get(photo_id)
        if photo is None:
            return DecodeFailure(reason="it is not in the library any more", permanent=True)
        outcome = self._decode(photo.full_path)
        if isinstance(outcome, DecodeFailure):
            thumbnail = self._thumbnail(photo, second)
            again = self._decode(thumbnail) if thumbnail is not None else outcome
            return again if isinstance(again, DecodeFailure) else again.picture
        moments = (frame.picture for frame in outcome.frames if frame.second == second)
        return next(moments, outcome.picture)

    def _thumbnail(self, photo: Photo, second: float | None) -> Path | None:
        if photo.content_hash is None:
            return None
        kept = (photo.content_hash, THUMBNAIL_SIDE, photo.moment_beside(second))
        return self._thumbnails.path_of(*kept) if self._thumbnails.has(*kept) else None


def _area_seen(wanted: PictureInput, picture: Picture) -> Area:
    """The part of the photo that lies on the encoder's canvas."""
    fit = fit_for(wanted, (picture.width, picture.height))
    left, top = fit.part[0] - fit.offset[0], fit.part[1] - fit.offset[1]
    (width, height), (across, down) = fit.scaled, fit.canvas
    return left / width, top / height, (left + across) / width, (top + down) / height
