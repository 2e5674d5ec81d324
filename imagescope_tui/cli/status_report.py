"""What `imagescope status` prints."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from imagescope_tui.cli.terminal import put_told
from imagescope_tui.counting import counted
from imagescope_tui.films_passed import films_passed_words
from imagescope_tui.ui.library_page_words import (
    caption_words,
    encoder_words,
    folder_words,
    pause_words,
    room_words,
)
from storage.holder import holder_words
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.ui.library_report import FolderReport, LibraryReport
    from imagescope_tui.ui.library_room import Room
    from indexer.pauses import PauseReason
    from storage.holder import Holder
    from storage.records import Failure, OriginCount

_INDENT = 10
"""Cells before what is told: the names stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All that is told."""

    library: Path
    report: LibraryReport
    paused: PauseReason | None = None
    holder: Holder | None = None
    """Who indexes the library now."""
    failures: list[Failure] | None = None
    """None where they were not asked for."""
    room: Room | None = None
    """The same."""


def status_as_json(status: Status) -> dict[str, Any]:
    """For programs."""
    told = {
        "library": str(status.library),
        **_as_json(status.report),
        "paused": status.paused,
        "indexed_by": None if status.holder is None else asdict(status.holder),
    }
    if status.failures is not None:
        told["failures"] = [_failure(item) for item in status.failures]
    if status.room is not None:
        told["disk"] = asdict(status.room)
    return told


def _as_json(report: LibraryReport) -> dict[str, Any]:
    counts = report.counts
    return {
        "photos": counts.photos,
        "companions": report.companions,
        "embedded": counts.embedded,
        "captioned": counts.captioned,
        "text_read": counts.text_read,
        "failed": counts.failed,
        "offline": counts.offline,
        "pending": counts.pending,
        "deleted": counts.deleted,
        "roots": [_root(folder) for folder in report.folders],
        "captions": [_origin(item) for item in report.captions],
        "encoder": report.encoder,
        "index": {"kind": report.index_kind, "rows": report.vectors},
        "favourites": report.favourites,
        "searches": [
            {"name": search.name, "query": search.line, "sort": search.order}
            for search in report.searches
        ],
        "videos_passed_over": report.films_passed,
        "revision": report.revision,
    }


def _origin(item: OriginCount) -> dict[str, Any]:
    return {
        "model": item.origin.model_id,
        "prompt": item.origin.prompt_id,
        "pictures": item.captions,
        "in_use": item.is_active,
    }


def _root(folder: FolderReport) -> dict[str, Any]:
    root = folder.root
    return {
        "path": str(root.path),
        "offline": root.offline_since is not None,
        "offline_since": root.offline_since,
        "last_look": root.scanned_at,
        **asdict(folder.counts),
        "not_watched": folder.not_watched or None,
        "unreadable_folders": list(folder.unreadable),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "path": str(failure.path),
        "step": failure.step,
        "reason": failure.reason,
        "attempts": failure.attempts,
        "retry_after": failure.retry_after,
    }


def print_status(status: Status) -> None:
    """For a person; what the library page says, in its words."""
    put_told(f"library   {printable(str(status.library))}", _INDENT)
    for name, told in _lines(status):
        put_told(f"{name:<9} {told}", _INDENT)
    _print_folders(status.report)
    for name, size in room_words(status.room) if status.room is not None else ():
        put_told(f"{name:<9} {size}", _INDENT)
    for failure in status.failures or ():
        path, why = printable(str(failure.path)), printable(failure.reason)
        put_told(f"failed    {path}: {failure.step}: {why}", _INDENT)


def _print_folders(report: LibraryReport) -> None:
    now = time.time()
    for folder in report.folders:
        path, photos = printable(str(folder.root.path)), counted(folder.counts.photos, "photo")
        put_told(f"folder    {path}: {photos} · {folder_words(folder, now)}", _INDENT)
        for below in folder.unreadable:
            put_told(f"            cannot be read: {printable(below)}", _INDENT + 4)
    for search in report.searches:
        put_told(f"search    {printable(f'@{search.name}: {search.line}')}", _INDENT)
    if passed := films_passed_words(report.films_passed):
        put_told(f"videos    {passed}", _INDENT)


def _lines(status: Status) -> Iterator[tuple[str, str]]:
    report, counts = status.report, status.report.counts
    beside = f", with {counted(report.companions, 'companion')}" if report.companions else ""
    yield "photos", f"{counts.photos:,}{beside}"
    yield "seen", f"{counts.embedded:,}"
    for name in ("captioned", "text_read", "pending", "failed", "offline", "deleted"):
        if number := getattr(counts, name):
            yield name.replace("_", " "), f"{number:,}"
    if report.favourites:
        yield "favourite", f"{report.favourites:,}"
    for place, told in enumerate(caption_words(report)):
        yield "" if place else "captions", told
    yield "search by", encoder_words(report)
    if status.holder is not None:
        yield "indexing", f"by {holder_words(status.holder)}"
    if status.paused:
        yield "indexing", pause_words(status.paused)
