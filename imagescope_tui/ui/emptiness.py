"""A place without photos: all that is known of why, and what it says of it; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagescope_tui.ui.empty_words import (
    EmptyWords,
    foreign_trace,
    unreadable_library,
    without_folders,
    without_photos,
)
from imagescope_tui.ui.nothing_found import Sieve, without_results
from storage.records import LibraryNames

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.search.query_language import Chip
    from imagescope_tui.ui.folder_look import FolderLook
    from imagescope_tui.ui.index_state import IndexView, Problem
    from imagescope_tui.ui.library_reader import LibrarySnapshot
    from imagescope_tui.ui.state import SearchView


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptiness:
    """What is asked of which library."""

    view: SearchView
    index: IndexView
    snapshot: LibrarySnapshot | None
    """None before the library was read."""
    names: LibraryNames = field(default_factory=LibraryNames)
    problem: Problem | None = None
    """Why the library cannot be read."""
    is_asked: bool = False
    has_folders: bool = True
    has_foreign_trace: bool = False
    chips: tuple[Chip, ...] = ()
    """The filters of what is asked."""

    @property
    def filters(self) -> tuple[Chip, ...]:
        """Those that let photos pass or not; none where there are no photos at all."""
        has_photos = self.snapshot is not None and self.snapshot.photos > 0
        return tuple(it for it in self.chips if not it.wanted.is_empty) if has_photos else ()

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those that are worth a look: nothing is left to do, and nothing came of them."""
        if self.snapshot is None or self.snapshot.photos or not self.index.up_to_date:
            return ()
        return tuple(root.path for root in self.snapshot.roots)

    def words(
        self, sieves: tuple[Sieve, ...], looks: tuple[FolderLook, ...], *, is_typing: bool
    ) -> EmptyWords | None:
        """What is said; None while nobody can tell.

        `sieves` and `looks` are what was learned of the filters and of the folders.
        """
        if self.has_foreign_trace:
            return foreign_trace(is_typing=is_typing)
        if self.snapshot is None:
            return unreadable_library(self.problem) if self.problem else None
        if not self.has_folders:
            return without_folders(is_asked=self.is_asked, is_typing=is_typing)
        if self.is_asked and self.snapshot.photos:
            if self.view.phase == "searching":
                return None
            return without_results(
                self.view, self.snapshot, self.index, self.names, sieves, is_typing=is_typing
            )
        return without_photos(self.snapshot, self.index, looks, is_typing=is_typing)
