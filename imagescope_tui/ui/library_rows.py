"""The rows of the library page: folders, what failed, models, room on disk; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.cells import cell_len

from imagescope_tui.counting import counted
from imagescope_tui.films_passed import films_passed_words
from imagescope_tui.indexer_client import LOG_NAME
from imagescope_tui.ui import wording
from imagescope_tui.ui.index_state import IndexView
from imagescope_tui.ui.library_page_words import (
    caption_words,
    encoder_words,
    folder_words,
    reason_words,
    retry_words,
    room_words,
    server_words,
)
from imagescope_tui.ui.photo_words import Line
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.ui.library_report import FolderReport, LibraryReport
    from imagescope_tui.ui.library_room import Room
    from imagescope_tui.ui.settings import ModelServerView
    from storage.records import Failure, FailureReason

_NAME_CELLS = 10
_COUNT_CELLS = 7

Kind: TypeAlias = Literal["head", "folder", "reason", "photo", "more", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What can be selected, and what it is."""

    key: str
    """The same for the same thing."""
    kind: Kind
    lines: tuple[Line, ...]
    folder: FolderReport | None = None
    reason: FailureReason | None = None
    failure: Failure | None = None


READING = Row(key="reading", kind="words", lines=(Line("reading …", "quiet"),))
"""Stands alone until there is more."""


def unreadable(reason: str) -> Row:
    """Stands alone where the library cannot be read."""
    return Row(key="unreadable", kind="words", lines=(Line(printable(reason), "warning"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage:
    """All that the page shows."""

    report: LibraryReport
    library: Path
    index: IndexView = field(default_factory=IndexView)
    server: ModelServerView | None = None
    """None where none is started by the program."""
    room: Room | None = None
    """None while it is being measured."""
    opened: FailureReason | None = None
    """Whose photos are listed."""
    photos: tuple[Failure, ...] = ()
    """The first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where and when the page is read."""

    cells: int
    home: Path
    now: float
    """Seconds since the epoch."""


def rows_of(page: LibraryPage, frame: Frame) -> list[Row]:
    """All rows, in their order."""
    return [
        *_folders(page, frame),
        *_failed(page, frame),
        *_models(page, frame),
        *_room(page, frame),
    ]


def is_same_reason(first: FailureReason | None, second: FailureReason | None) -> bool:
    """Whether both are one reason, whatever number of photos it has."""
    if first is None or second is None:
        return False
    return (first.step, first.reason) == (second.step, second.reason)


def _head(key: str, name: str, told: str, frame: Frame, *, is_first: bool = False) -> Row:
    line = Line(_sides(name, told, frame.cells), "head")
    return Row(key=f"head {key}", kind="head", lines=(line,) if is_first else (Line(""), line))


def _sides(left: str, right: str, cells: int) -> str:
    """Both at the edges of one line; where they do not fit, the left one is cut in its middle."""
    left = wording.fit(left, max(1, cells - cell_len(right) - 2))
    return f"{left}{' ' * (cells - cell_len(left) - cell_len(right))}{right}"


def _named(name: str, told: str, frame: Frame) -> tuple[Line, ...]:
    lines = wording.hanging(f"{name:<{_NAME_CELLS}}{told}", frame.cells, _NAME_CELLS)
    return tuple(Line(line) for line in lines)


# -- folders -------------------------------------------------------------------------------------


def _folders(page: LibraryPage, frame: Frame) -> Iterator[Row]:
    photos = counted(page.report.counts.photos, "photo")
    yield _head("folders", "Folders", photos, frame, is_first=True)
    for folder in page.report.folders:
        yield Row(
            key=f"folder {folder.root.id}",
            kind="folder",
            lines=_folder_lines(folder, page.index, frame),
            folder=folder,
        )
    if not page.report.folders:
        yield Row(key="no folder", kind="words", lines=(Line("No folder yet: a adds one."),))


def _folder_lines(folder: FolderReport, index: IndexView, frame: Frame) -> tuple[Line, ...]:
    path = wording.short_path(folder.root.path, frame.home)
    is_scanned = index.scanning == str(folder.root.path)
    told = folder_words(folder, frame.now, is_scanned=is_scanned)
    is_troubled = bool(folder.root.offline_since or folder.unreadable)
    return (
        Line(_sides(path, counted(folder.counts.photos, "photo"), frame.cells)),
        *(
            Line(line, "warning" if is_troubled else "quiet")
            for line in wording.hanging(f"  {told}", frame.cells, 2)
        ),
    )


# -- what failed ---------------------------------------------------------------------------------


def _failed(page: LibraryPage, frame: Frame) -> Iterator[Row]:
    report = page.report
    told = counted(report.counts.failed, "photo")
    yield _head("failed", "Failed: could not be read, or not captioned", told, frame)
    if not report.failures:
        yield Row(key="none failed", kind="words", lines=(Line("None.", "quiet"),))
    for reason in report.failures:
        is_open = is_same_reason(reason, page.opened)
        lines = wording.hanging(
            f"{'▾' if is_open else '▸'} {reason.photos:>{_COUNT_CELLS},}  {reason_words(reason)}",
            frame.cells,
            _COUNT_CELLS + 4,
        )
        key = f"reason {reason.step} {reason.reason}"
        yield Row(key=key, kind="reason", lines=tuple(map(Line, lines)), reason=reason)
        if is_open:
            yield from _photos(page, reason, frame)


def _photos(page: LibraryPage, reason: FailureReason, frame: Frame) -> Iterator[Row]:
    for failure in page.photos:
        path = _path_inside(failure.path, page.report, frame.home)
        line = Line(_sides(f"    {path}", retry_words(failure, frame.now), frame.cells), "quiet")
        yield Row(
            key=f"photo {failure.photo_id}",
            kind="photo",
            lines=(line,),
            reason=reason,
            failure=failure,
        )
    if (more := reason.photos - len(page.photos)) > 0:
        line = Line(f"    … {more:,} more: Enter", "quiet")
        yield Row(key=f"more {more}", kind="more", lines=(line,), reason=reason)


def _path_inside(path: Path, report: LibraryReport, home: Path) -> str:
    """The path below its folder of the library, whose beginning would be the same in each row."""
    roots = (folder.root.path for folder in report.folders)
    root = next((root for root in roots if path.is_relative_to(root)), None)
    if root is None:
        return wording.short_path(path, home)
    return printable(str(path.relative_to(root)))


# -- models --------------------------------------------------------------------------------------


def _models(page: LibraryPage, frame: Frame) -> Iterator[Row]:
    yield _head("models", "Models", "m shows all", frame)
    for place, (name, told) in enumerate(_model_words(page)):
        yield Row(key=f"model {place}", kind="words", lines=_named(name, told, frame))


def _model_words(page: LibraryPage) -> Iterator[tuple[str, str]]:
    report, index = page.report, page.index
    yield "search by", encoder_words(report)
    if index.encoder_problem is not None:
        yield "", f"✗ {printable(index.encoder_problem.reason)}"
    for place, told in enumerate(caption_words(report) or ["none yet"]):
        yield "" if place else "captions", told
    if index.captioner is not None:
        yield "", f"written by {printable(index.captioner)} now"
    elif index.captioner_problem is not None:
        yield "", f"✗ {printable(index.captioner_problem.reason)}"
    if page.server is not None:
        yield "server", server_words(page.server)


# -- room on disk --------------------------------------------------------------------------------


def _room(page: LibraryPage, frame: Frame) -> Iterator[Row]:
    total = "" if page.room is None else wording.size(page.room.total)
    yield _head("room", "Room on disk", total, frame)
    told = [("", "measuring …")] if page.room is None else room_words(page.room)
    places = [("folder", page.library), ("log", page.library / LOG_NAME)]
    told += [(name, wording.short_path(path, frame.home)) for name, path in places]
    for name, words in told:
        yield Row(key=f"room {name}", kind="words", lines=_named(name, words, frame))


# -- the selected row ----------------------------------------------------------------------------


def note_of(row: Row | None, home: Path) -> str:
    """More of the selected row than it has room for; empty where there is no more."""
    if row is None:
        return ""
    if row.failure is not None:
        return f"{wording.short_path(row.failure.path, home)}: {printable(row.failure.reason)}"
    if row.folder is not None:
        below = [f"cannot be read: {printable(name)}" for name in row.folder.unreadable[:3]]
        films = films_passed_words(row.folder.counts.films_passed)
        return " · ".join([*below, *([films] if films else [])])
    return ""
