"""How the small world's verifier errs: by itself, and the same whenever it is asked the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SUREST = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Answers are wrong with some probability, drawn from the question and its pictures."""

    rate: float = 0.0
    seed: int = 0
    is_calibrated: bool = False
    """Whether the model is less sure where it errs more; else it is as sure as ever."""

    def errs(self, question: str, pictures: Sequence[bytes]) -> bool:
        """Whether this answer is wrong."""
        if self.rate == 0:
            return False
        chance = self._drawn("error", question, pictures)
        if self.is_calibrated:
            return chance >= self.confidence(question, pictures)
        return chance < self.rate

    def confidence(self, question: str, pictures: Sequence[bytes]) -> float:
        """Of a calibrated model: how probable it is to be right, 1 - rate in the mean."""
        least, most = max(0.5, 1 - 2 * self.rate), min(1.0, 1.5 - 2 * self.rate)
        drawn = self._drawn("confidence", question, pictures)
        return min(_SUREST, least + (most - least) * drawn)

    def _drawn(self, what: str, question: str, pictures: Sequence[bytes]) -> float:
        """From 0 to 1, the same for the same."""
        told = hashlib.sha256(f"{self.seed} {what} {question}".encode())
        for picture in pictures:
            told.update(picture)
        return int.from_bytes(told.digest()[:7], "big") / 2**56
