"""Texts as pocket reads them: pieces of words, their vectors, and which words it could read."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from indexer.models.pocket.network import Network
from indexer.models.pocket.weights import SEEN, TEXT, TOKENIZER, unusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from indexer.models.pocket.parts import Parts
    from indexer.models.pocket.weights import Weights
    from indexer.models.protocols import FloatMatrix

_CHARACTERS_MAX: Final = 10_000
"""Far more than the tokens that are read; what follows is not looked at."""
_UNKNOWN: Final = "[UNK]"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_WORD: Final = re.compile(r"\S+")
_LETTERS: Final = re.compile("[a-z]+")


class TextSide:
    """The tokenizer and the network of texts."""

    def __init__(self, weights: Weights, parts: Parts) -> None:
        self._weights = weights
        self._parts = parts
        # A search reads one text: to optimise the network first takes longer than that wins.
        self._network = Network(weights, TEXT, is_optimised=False)
        self._tokenizer: Any = None
        self._seen: frozenset[str] = frozenset()
        self._opening = threading.Lock()

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text; a zero row where nothing of it can be read.

        Raises:
            ModelMissing, ModelUnusable: as Network.run says.
        """
        rows = np.zeros((len(texts), self._weights.dim), dtype=np.float32)
        pieces = [self._pieces(text) for text in texts]
        readable = [place for place, found in enumerate(pieces) if _read_places(found)]
        done = self._parts.map(self._vectors, [pieces[place].ids for place in readable])
        if readable:
            rows[readable] = np.concatenate(done)
        return rows

    def known_words(self, text: str) -> frozenset[str] | None:
        """The words of a text, in lower case, that could be read; None where all could."""
        text = _start_of(text)
        places = _read_places(self._pieces(text))
        words = list(_WORD.finditer(text))
        known = [word for word in words if not places.isdisjoint(range(*word.span()))]
        if len(known) == len(words):
            return None
        return frozenset(word[0].lower() for word in known)

    def seen_words(self, text: str) -> frozenset[str] | None:
        """The words of a text, in lower case, that pictures answer to; None where nobody knows.

        Raises:
            ModelMissing, ModelUnusable: the list of them is not there, or damaged.
        """
        if SEEN not in self._weights.hashes:
            return None
        from Stemmer import Stemmer

        with self._opening:
            self._seen = self._seen or frozenset(self._weights.read(SEEN).decode().split())
        stem = Stemmer("english", 0).stemWord
        words = (word[0].lower() for word in _WORD.finditer(_start_of(text)))
        return frozenset(
            word for word in words if any(stem(run) in self._seen for run in _LETTERS.findall(word))
        )

    def _vectors(self, texts: Sequence[Sequence[int]]) -> FloatMatrix:
        # One by one: in 8 bits a text's vector would depend on those that are read with it.
        return np.concatenate([self._vector(np.array([ids])) for ids in texts])

    def _vector(self, ids: npt.NDArray[np.int64]) -> FloatMatrix:
        return self._network.run("vectors", ids=ids, mask=np.ones_like(ids))

    def _pieces(self, text: str) -> Any:  # noqa: ANN401
        return (self._tokenizer or self._open()).encode(_decent(text))

    def _open(self) -> Any:  # noqa: ANN401
        with self._opening:
            if self._tokenizer is None:
                content = self._weights.read(TOKENIZER)
                self._tokenizer = _tokenizer(content, self._weights.max_tokens)
            return self._tokenizer


def _tokenizer(content: bytes, tokens_max: int) -> Any:  # noqa: ANN401
    try:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_buffer(content)
    except (ImportError, ValueError) as error:
        raise unusable("load its tokenizer", error) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(tokens_max)
    return tokenizer


def _decent(text: str) -> str:
    """The part that is looked at, sign for sign, without what no tokenizer takes."""
    return _SURROGATE.sub("\ufffd", _start_of(text))


def _start_of(text: str) -> str:
    return text.lstrip()[:_CHARACTERS_MAX]


def _read_places(pieces: Any) -> frozenset[int]:  # noqa: ANN401
    """Places in the text of letters and digits that could be read."""
    return frozenset(
        place
        for token, is_special, (start, end) in zip(
            pieces.tokens, pieces.special_tokens_mask, pieces.offsets, strict=True
        )
        if not is_special and token != _UNKNOWN and any(sign.isalnum() for sign in token)
        for place in range(start, end)
    )
