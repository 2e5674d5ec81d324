"""What a library holds, as the library page and `imagescope status` tell it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.records import FolderCounts, LibraryCounts, PhotoFilter

if TYPE_CHECKING:
    from pathlib import Path

    from storage.library import Library
    from storage.records import FailureReason, OriginCount, Root
    from storage.saved_searches import SavedSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReport:
    """One folder of photos."""

    root: Root
    counts: FolderCounts
    not_watched: str = ""
    """Why changes in it are not noticed at once; empty where they are, or nobody indexes."""
    unreadable: tuple[str, ...] = ()
    """Folders below it that may not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryReport:
    """All of it, at one moment."""

    revision: int = 0
    counts: LibraryCounts = field(default_factory=LibraryCounts)
    companions: int = 0
    films_passed: int = 0
    folders: tuple[FolderReport, ...] = ()
    failures: tuple[FailureReason, ...] = ()
    captions: tuple[OriginCount, ...] = ()
    encoder: str | None = None
    favourites: int = 0
    searches: tuple[SavedSearch, ...] = ()
    index_kind: str = "exact"
    vectors: int = 0


def read_report(library: Library) -> LibraryReport:
    """Look at every photo; takes long in a large library."""
    encoder = library.settings.get("encoder_id")
    index = library.index_kind(encoder)
    return LibraryReport(
        revision=library.revision,
        counts=library.counts(),
        companions=library.companions.count(),
        films_passed=library.passed_over.count(),
        folders=_folders(library),
        failures=library.failures.by_reason(),
        captions=library.captions.count_by_origin(),
        encoder=encoder,
        favourites=library.photos.count(PhotoFilter(traits=("favourite",))),
        searches=library.saved_searches.all(),
        index_kind=str(index["kind"]),
        vectors=int(index["rows"]),
    )


def report_of(folder: Path) -> LibraryReport:
    """The report of the library in a folder; an empty one where there is none.

    Raises:
        StorageError: it cannot be read.
    """
    from storage.errors import LibraryMissing
    from storage.library import Library

    try:
        with Library.open_reader(folder) as library:
            return read_report(library)
    except LibraryMissing:
        return LibraryReport()


def _folders(library: Library) -> tuple[FolderReport, ...]:
    counts = library.folder_counts()
    degraded: dict[str, str] = json.loads(library.settings.get("watch") or "{}")
    return tuple(
        FolderReport(
            root=root,
            counts=counts.get(root.id, FolderCounts()),
            not_watched=degraded.get(str(root.path), ""),
            unreadable=library.roots.unreadable(root.id),
        )
        for root in library.roots.all()
    )
