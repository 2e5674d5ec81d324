"""Which words an encoder has learned to see in pictures; of a name that it reads it has no idea."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class SeeingEncoder(Protocol):
    """An encoder of which it may be known what words pictures answer to."""

    def seen_words(self, text: str) -> frozenset[str] | None:
        """The words of a text, as written but in lower case, that it can see; None: not known."""
