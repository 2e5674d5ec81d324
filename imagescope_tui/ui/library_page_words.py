"""What is said of a library, on its page and by `imagescope status`; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.counting import counted, percent
from imagescope_tui.films_passed import films_passed_words
from imagescope_tui.ui import wording
from storage.safe_text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.ui.index_state import IndexView
    from imagescope_tui.ui.library_report import FolderReport, LibraryReport
    from imagescope_tui.ui.library_room import Room
    from imagescope_tui.ui.settings import ModelServerView
    from storage.records import Failure, FailureReason

_ASKED_CELLS = 50
_PAUSES = {
    "asked": "paused; imagescope resume goes on",
    "battery": "paused: on battery, except by a plain imagescope index (on_battery = run goes on)",
}


# -- folders -------------------------------------------------------------------------------------


def folder_words(folder: FolderReport, now: float, *, is_scanned: bool = False) -> str:
    """`looked at 5 min ago · 61 % captioned · 12 failed`, in one line.

    `is_scanned`: it is being looked through just now.
    """
    counts = folder.counts
    parts = [
        "being looked through …" if is_scanned else _last_look(folder, now),
        f"not watched: {printable(folder.not_watched)}" if folder.not_watched else "",
        ""
        if counts.embedded >= counts.photos
        else f"{_share(counts.embedded, counts.photos)} seen",
        f"{_share(counts.captioned, counts.photos)} captioned" if counts.captioned else "",
        f"{counts.failed:,} failed" if counts.failed else "",
        _films(counts.films_passed),
        _unreadable(folder),
    ]
    return " · ".join(part for part in parts if part)


def _last_look(folder: FolderReport, now: float) -> str:
    root = folder.root
    if root.offline_since is not None:
        return f"offline for {wording.duration(now - root.offline_since)}"
    if root.scanned_at is None:
        return "not looked at yet"
    return f"looked at {wording.duration(now - root.scanned_at)} ago"


def _share(part: int, whole: int) -> str:
    return "all" if part >= whole else percent(part / whole) if part else "0 %"


def _films(films: int) -> str:
    return f"{counted(films, 'video')} passed over" if films_passed_words(films) else ""


def _unreadable(folder: FolderReport) -> str:
    below = len(folder.unreadable)
    return f"{counted(below, 'folder')} in it cannot be read" if below else ""


def remove_question(folder: FolderReport, home: Path) -> str:
    """What becomes of what, before a folder is removed."""
    path = wording.fit(wording.short_path(folder.root.path, home), _ASKED_CELLS)
    return (
        f"x again removes {path}: its {counted(folder.counts.photos, 'photo')} will not be found."
        " The files stay as they are; what was learned of them is kept until imagescope purge,"
        " should you add it again. Esc keeps it."
    )


# -- failures ------------------------------------------------------------------------------------


def reason_words(reason: FailureReason) -> str:
    """Why photos failed."""
    what = "no caption: " if reason.step == "caption" else ""
    return f"{what}{printable(reason.reason)}"


def retry_words(failure: Failure, now: float) -> str:
    """`2 tries · again in 15 min`."""
    tries = counted(failure.attempts, "try", "tries")
    if failure.retry_after is None:
        return f"{tries} · again when it changes"
    wait = failure.retry_after - now
    return f"{tries} · again in {wording.duration(wait)}" if wait > 0 else f"{tries} · again soon"


# -- models --------------------------------------------------------------------------------------


def encoder_words(report: LibraryReport) -> str:
    """Which kind of model saw the photos, and how many of them."""
    if report.encoder is None:
        return "none yet"
    kind = printable(report.encoder.partition("/")[0])
    if not report.counts.photos:
        return kind
    seen = _share(report.counts.embedded, report.counts.photos)
    return f"{kind}, {seen} of the photos seen"


def caption_words(report: LibraryReport) -> list[str]:
    """Whose captions are shown for which share of the photos, and which set is being made."""
    told = []
    for item in report.captions:
        model = printable(item.origin.model_id)
        if item.is_active:
            share = _share(report.counts.captioned, report.counts.photos)
            told.append(f"by {model}, {share} of the photos")
        else:
            told.append(f"another set by {model}: {counted(item.captions, 'picture')}")
    return told


def server_words(server: ModelServerView) -> str:
    """The local model server."""
    detail = printable(server.detail)
    match server.state:
        case "ready":
            return f"ready{f': {detail}' if detail else ''}"
        case "starting":
            return f"{detail or 'starting'} …"
        case "failed":
            return f"✗ {detail}"
        case "stopped":
            return "none runs: imagescope serve"


# -- room ----------------------------------------------------------------------------------------


def room_words(room: Room) -> list[tuple[str, str]]:
    """What takes how much, each with its name; what takes none is left out."""
    taken = [
        ("database", room.database, ""),
        ("vectors", room.vectors, ""),
        ("pictures", room.thumbnails, ", small copies"),
        ("models", room.models, ""),
    ]
    told = [(name, f"{wording.size(size)}{more}") for name, size, more in taken if size]
    return [*told, ("free", wording.size(room.free))] if room.free is not None else told


# -- who indexes ---------------------------------------------------------------------------------


def pause_words(reason: str) -> str:
    """Why whoever indexes the library waits; empty where nobody does."""
    return _PAUSES.get(reason, "")


def refused_words(message: str, hint: str) -> str:
    """Why an order was not taken, and what helps, each a sentence."""
    parts = (printable(part).rstrip(".") for part in (message, hint) if part)
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)


def page_note(index: IndexView) -> str:
    """What keeps orders that are given on the page from being obeyed now; empty where nothing."""
    if index.is_elsewhere:
        who = printable(index.holder) or "another imagescope indexes this library"
        return f"{who[:1].upper()}{who[1:]}. Folders are added, removed and looked at there."
    if index.halted is not None:
        hint = f" · {printable(index.halted.hint)}" if index.halted.hint else ""
        return f"Indexing stopped: {printable(index.halted.reason)}{hint}"
    return ""
