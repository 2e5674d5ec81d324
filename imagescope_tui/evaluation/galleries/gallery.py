"""The photos of a benchmark, as the engine sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.search.retriever import PictureSearch, WordSearch
    from imagescope_tui.search.sight import Sight
    from storage.records import PhotoId


class Gallery(Protocol):
    """Photos by name; ids grow with the names, so that equal scores are ordered by name."""

    @property
    def encoder_id(self) -> str:
        """What made the vectors."""

    @property
    def pictures(self) -> PictureSearch:
        """Exact stage-1 scores; a filter's `photo_ids` are the only candidates where given."""

    @property
    def words(self) -> WordSearch:
        """The word index, or one that finds nothing."""

    @property
    def sight(self) -> Sight:
        """Shows the photos to the models."""

    def __len__(self) -> int:
        """How many photos there are."""

    def name_of(self, photo_id: PhotoId) -> str:
        """A photo's name in the benchmark."""

    def photo_id_of(self, name: str) -> PhotoId | None:
        """None for a photo that is not in the gallery."""

    def path_of(self, name: str) -> Path:
        """Where the photo's file is."""

    def close(self) -> None:
        """Let go of files and processes."""
