"""How the models get to see photos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import PhotoId

VERIFIER_SIDE = 512
"""Longest side in pixels: enough for a yes or no."""
EVALUATOR_SIDE = 768
"""Longest side in pixels: enough to compare two photos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPhoto:
    """A photo as it is shown to a model."""

    content_hash: str
    jpeg: bytes
    second: float | None = None
    """Of a moving picture, the moment that is seen; None for what stands for it, and for stills."""

    @property
    def identity(self) -> str:
        """What is seen, wherever its file is."""
        return self.content_hash if self.second is None else f"{self.content_hash}@{self.second}"


class Sight(Protocol):
    """Makes small upright JPEGs of photos, in a guarded process."""

    async def of_photo(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> SeenPhoto | None:
        """A photo of the library, or one moment of a moving one.

        None where neither it nor a thumbnail can be read.
        """

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """Any picture; None where it cannot be read."""

    async def caption_of(self, path: Path) -> str:
        """What the library's caption says of the photo; empty where there is none."""

    async def caption_of_photo(self, photo_id: PhotoId) -> str:
        """The caption of a photo of the library; empty where there is none."""

    def close(self) -> None:
        """Let go of the library, and end what was started."""
