"""What an empty place says: why it is empty, and the one key that helps; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.films_passed import films_passed_words
from imagescope_tui.ui.progress import progress_sentence
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.ui.folder_look import Finding, FolderLook
    from imagescope_tui.ui.index_state import IndexView, Problem
    from imagescope_tui.ui.library_reader import LibrarySnapshot

_FORMATS = "JPEG, PNG, HEIC, AVIF, WebP, TIFF, GIF and BMP are read."
_LOOK_AGAIN = "Ctrl-R looks again."
_FINDINGS: dict[Finding, tuple[str, str, str]] = {
    "unreadable": (
        "You may not read this folder",
        "Its permissions keep this program out.",
        f"Change them; then {_LOOK_AGAIN}",
    ),
    "ignored": (
        "All photos are left out",
        "Its .imagescopeignore leaves out every photo.",
        f"Change that file; then {_LOOK_AGAIN}",
    ),
    "empty": ("The folder is empty", "Photos that are saved into it appear by themselves.", ""),
}
"""What is the matter with a folder, in words, and what helps; empty where it is another folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyWords:
    """A title and a few lines below it; the last names the key that helps."""

    title: str
    lines: tuple[str, ...] = ()


def key(name: str, *, is_typing: bool) -> str:
    """How a reader gets to the key: while a line is typed, a letter is but a letter."""
    return f"Esc, then {name}," if is_typing else name


def unreadable_library(problem: Problem) -> EmptyWords:
    """A library that cannot be opened."""
    lines = (printable(problem.hint),) if problem.hint else ()
    return EmptyWords(title=f"Cannot be read: {printable(problem.reason)}", lines=lines)


def foreign_trace(*, is_typing: bool) -> EmptyWords:
    """A saved search whose photos are others than the library's."""
    escape = "Esc, then Esc," if is_typing else "Esc"
    return EmptyWords(
        title="This search was made with another library",
        lines=(
            "imagescope-tui --library DIR --trace FILE opens it.",
            f"{escape} shows what is here.",
        ),
    )


def without_folders(*, is_asked: bool = False, is_typing: bool = False) -> EmptyWords:
    """A library that knows no folder yet, whatever is asked."""
    why = ("There are no photos to search in.",) if is_asked else ()
    chooses = f"{key('a', is_typing=is_typing)} chooses a folder of photos."
    return EmptyWords(title="No folder yet", lines=(*why, chooses))


def without_photos(
    snapshot: LibrarySnapshot,
    index: IndexView,
    looks: Sequence[FolderLook] = (),
    *,
    is_typing: bool = False,
) -> EmptyWords:
    """A library with folders, but without photos so far; `looks` at them tell why."""
    if index.halted is not None:
        return _halted(index.halted)
    if index.is_elsewhere:
        return _elsewhere(index)
    if snapshot.roots and all(_is_offline(root.path, snapshot, index) for root in snapshot.roots):
        return _offline(snapshot, index)
    if index.up_to_date:
        return _looked_through(snapshot, index, looks, is_typing=is_typing)
    if index.is_paused:
        why = ": on battery" if index.pause_reason == "battery" else ""
        goes_on = f"{key('i', is_typing=is_typing)} goes on."
        return EmptyWords(
            title=f"Indexing is paused{why}", lines=("No photo is read yet.", goes_on)
        )
    return EmptyWords(
        title="Getting to know your photos …",
        lines=(
            progress_sentence(index) or f"looking through {_folders(snapshot)} …",
            "The newest come first and can be found as soon as they appear.",
            "Nothing is written into your folders, and nothing leaves this computer.",
        ),
    )


def _halted(problem: Problem) -> EmptyWords:
    hint = printable(problem.hint)
    again = "" if "Ctrl-R" in hint else "Ctrl-R starts it again."
    lines = tuple(line for line in (hint, again) if line)
    return EmptyWords(title=f"Indexing stopped: {printable(problem.reason)}", lines=lines)


def _elsewhere(index: IndexView) -> EmptyWords:
    who = printable(index.holder) or "another window has this library open for indexing"
    lines = (f"{who[:1].upper()}{who[1:]}.", "The photos it finds appear here too.")
    return EmptyWords(title="No photos yet", lines=lines)


def _is_offline(folder: object, snapshot: LibrarySnapshot, index: IndexView) -> bool:
    marked = any(root.path == folder and root.offline_since for root in snapshot.roots)
    return marked or any(entry.root == str(folder) for entry in index.offline)


def _offline(snapshot: LibrarySnapshot, index: IndexView) -> EmptyWords:
    reasons = {entry.root: printable(entry.reason) for entry in index.offline}
    paths = [str(root.path) for root in snapshot.roots]
    told = [f"{printable(path)}: {reasons.get(path) or 'it is not there'}" for path in paths]
    title = "The folder is not there" if len(paths) == 1 else "None of the folders is there"
    return EmptyWords(title=title, lines=(*told, f"Connect its drive; then {_LOOK_AGAIN}"))


def _looked_through(
    snapshot: LibrarySnapshot, index: IndexView, looks: Sequence[FolderLook], *, is_typing: bool
) -> EmptyWords:
    """Nothing is left to do, and there are no photos."""
    adds = f"{key('a', is_typing=is_typing)} adds another folder."
    findings = {look.finding for look in looks}
    if len(findings) == 1 and (told := _FINDINGS.get(findings.pop())):
        title, why, helps = told
        names = ", ".join(printable(str(look.folder)) for look in looks)
        return EmptyWords(title=title, lines=(names, why, helps or adds))
    return EmptyWords(
        title="No photos here yet",
        lines=(
            f"Looked through {_folders(snapshot)}.",
            *_unreadable(index),
            *filter(None, [films_passed_words(snapshot.films_passed)]),
            _FORMATS,
            adds,
        ),
    )


def _folders(snapshot: LibrarySnapshot) -> str:
    names = ", ".join(printable(str(root.path)) for root in snapshot.roots)
    return names or "your folders"


def _unreadable(index: IndexView) -> tuple[str, ...]:
    if not index.failed:
        return ()
    return (f"{counted(index.failed, 'file')} could not be read: imagescope status --failures",)
