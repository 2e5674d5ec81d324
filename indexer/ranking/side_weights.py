"""How much each side of stage 1 tells of a library's photos, learned from the library itself.

The sides are the picture, the caption as its encoder reads it, and the words of the word index.
Nobody says which photo a search meant. But half of the words of a photo's own caption are a search
whose answer is known: with softmax(weight × score) over the photos as the probability that each is
meant, a side's weight is the one that makes the right photos most likely (logistic regression). A
side that cannot tell photos apart gets 0.

Captions have two readers, their encoder and the word index, and what both say must not count twice:
the encoder's part counts as far as it tells different captions apart, that of the words for the
rest.
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.answers import SideWeights
from indexer.ranking.caption_vectors import caption_vectors
from storage.records import NO_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from storage.library import Library
    from storage.records import Caption, FloatMatrix, OriginId

CAPTIONS_MIN: Final = 50
"""With fewer captions nothing is learned."""

_SAMPLE: Final = 512
_GROWTH: Final = 2
"""Learned anew when there are so many times as many captions as then."""
_STEPS: Final = 50
_SMALLEST_STEP: Final = 1e-4
_FLAT: Final = 1e-6
_WEIGHT_MAX: Final = 100.0
"""Per deviation of the scores: where a side is never wrong the likelihood has no maximum."""
_EQUAL: Final = 1e-3
_WORDS_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learned:
    picture: float
    caption: float
    caption_words: float
    captions: int
    """How many there were."""
    origin: int


def stored_side_weights(
    library: Library, encoder_id: str, caption_encoder_id: str
) -> SideWeights | None:
    """What was learned for the captions that count; None where nothing was."""
    learned = _stored(library, encoder_id, caption_encoder_id)
    if learned is None or learned.origin != library.captions.active_id():
        return None
    return SideWeights(
        picture=learned.picture, caption=learned.caption, caption_words=learned.caption_words
    )


def keep_side_weights(
    library: Library, encoder: ImageTextEncoder, caption_encoder: TextEncoder | None
) -> bool:
    """Learn the weights where captions are new or have become many more; whether it did.

    Raises:
        StorageError: the library cannot be read or written.
    """
    reader = caption_encoder or encoder
    origin = library.captions.active_id()
    if origin == NO_ORIGIN:
        return False
    captions = library.vectors.count(reader.encoder_id, kind="caption", origin=origin)
    before = _stored(library, encoder.encoder_id, reader.encoder_id)
    known = before.captions if before is not None and before.origin == origin else 0
    if captions < max(CAPTIONS_MIN, _GROWTH * known):
        return False
    weights = learn_side_weights(library, encoder, caption_encoder)
    learned = _Learned(**asdict(weights), captions=captions, origin=origin)
    with library.atomic(changes_photos=False):
        library.settings.put(
            _key(encoder.encoder_id, reader.encoder_id), json.dumps(asdict(learned))
        )
    return True


def learn_side_weights(
    library: Library, encoder: ImageTextEncoder, caption_encoder: TextEncoder | None
) -> SideWeights:
    """The weights of the sides, from at most 512 captions that count.

    Raises:
        StorageError: the library cannot be read.
    """
    reader = caption_encoder or encoder
    origin = library.captions.active_id()
    sample = library.captions.sample(origin, limit=_SAMPLE)
    pictures, captions, sample = _rows_of(library, encoder, reader, sample, origin)
    if len(sample) < CAPTIONS_MIN:
        return SideWeights(picture=0.0, caption=0.0, caption_words=1.0)
    halves = [_half(caption) for caption in sample]
    of_picture = caption_vectors(encoder, halves)
    of_caption = of_picture if reader is encoder else caption_vectors(reader, halves)
    share = resolution(captions, [caption.text for caption in sample])
    return SideWeights(
        picture=most_likely_weight(of_picture @ pictures.T),
        caption=share * most_likely_weight(of_caption @ captions.T),
        caption_words=1.0 - share,
    )


def most_likely_weight(scores: FloatMatrix) -> float:
    """The weight, not below 0, that makes the diagonal of softmax(weight × scores) most likely.

    `scores` has shape (n, n): row i the scores of all photos for the search that means photo i.
    Newton's method; the likelihood is concave.
    """
    deviation = float(scores.std())
    if deviation < _FLAT:
        return 0.0
    scaled = scores.astype(np.float64) / deviation
    own = np.diagonal(scaled)
    weight = 0.0
    for _ in range(_STEPS):
        chances = np.exp(weight * (scaled - scaled.max(axis=1, keepdims=True)))
        chances /= chances.sum(axis=1, keepdims=True)
        mean = (chances * scaled).sum(axis=1)
        spread = float(((chances * scaled**2).sum(axis=1) - mean**2).mean())
        step = float((own - mean).mean()) / max(spread, _FLAT)
        before, weight = weight, min(max(0.0, weight + step), 2 * weight + 1, _WEIGHT_MAX)
        if abs(weight - before) < _SMALLEST_STEP:
            break
    return weight / deviation


def resolution(captions: FloatMatrix, texts: Sequence[str]) -> float:
    """From near 0 to 1: how well an encoder tells captions of different wording apart.

    The mean over captions of 1 / (1 + how many others are as near to one as it is to itself).
    """
    near = captions @ captions.T
    own = np.diagonal(near)[:, None]
    kinds = np.unique(np.asarray(texts), return_inverse=True)[1]
    confused = (near >= own - _EQUAL) & (kinds[:, None] != kinds[None, :])
    return float(np.mean(1.0 / (1.0 + confused.sum(axis=1))))


def _rows_of(
    library: Library,
    encoder: ImageTextEncoder,
    reader: TextEncoder,
    sample: Sequence[Caption],
    origin: OriginId,
) -> tuple[FloatMatrix, FloatMatrix, list[Caption]]:
    """The vectors of those that have both, and their captions, all by content id."""
    by_id = {caption.content_id: caption for caption in sample}
    pictures = library.vectors.among(list(by_id), encoder.encoder_id)
    captions = library.vectors.among(list(by_id), reader.encoder_id, kind="caption", origin=origin)
    ids, of_picture, of_caption = np.intersect1d(pictures.ids, captions.ids, return_indices=True)
    kept = [caption for content_id, caption in sorted(by_id.items()) if content_id in set(ids)]
    if not kept:
        return pictures.matrix, captions.matrix, []
    return pictures.matrix[of_picture], captions.matrix[of_caption], kept


def _half(caption: Caption) -> str:
    words, space = caption.text.split(), " "
    if len(words) < _WORDS_MIN:
        # Chinese and Japanese are written without spaces.
        words, space = list(caption.text), ""
    # The same half each time: a library always learns the same.
    places = random.Random(caption.content_id).sample(range(len(words)), -(-len(words) // 2))
    return space.join(words[place] for place in sorted(places))


def _stored(library: Library, encoder_id: str, caption_encoder_id: str) -> _Learned | None:
    stored = library.settings.get(_key(encoder_id, caption_encoder_id))
    return _Learned(**json.loads(stored)) if stored else None


def _key(encoder_id: str, caption_encoder_id: str) -> str:
    return f"sides:{encoder_id}:{caption_encoder_id}"
