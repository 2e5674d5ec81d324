"""What an empty place says: what was looked for, what is happening, what to do next; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.films_passed import asks_for_films, films_passed_words
from imagescope_tui.ui.progress import progress_sentence
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.ui.index_state import IndexView
    from imagescope_tui.ui.library_reader import LibrarySnapshot
    from imagescope_tui.ui.state import SearchView


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyWords:
    """A title and a few lines below it."""

    title: str
    lines: tuple[str, ...] = ()


def without_results(
    view: SearchView, chip_labels: tuple[str, ...], snapshot: LibrarySnapshot | None = None
) -> EmptyWords:
    """A search that found nothing."""
    if view.phase == "failed":
        return EmptyWords(
            title=f"The search failed: {printable(view.problem)}",
            lines=("/ changes the query.   Esc Esc shows all photos again.",),
        )
    text = printable(view.query.text) if view.query else ""
    title = f"Nothing found for “{text}”" if text else "No photo passes these filters"
    lines: list[str] = []
    if snapshot and view.query and asks_for_films(view.query.filter.extensions):
        lines.extend(filter(None, [films_passed_words(snapshot.films_passed)]))
    if chip_labels:
        labels = "  ".join(f"‹{printable(label)}›" for label in chip_labels)
        lines.append(f"Only photos were looked at that pass  {labels}")
        lines.append("Backspace drops the last filter; a click on ✕ drops that one.")
    if view.words_unknown:
        words = ", ".join(f"“{printable(word)}”" for word in view.words_unknown)
        lines.append(f"Not known to the search: {words}. Try another word for it.")
    lines.extend(
        f"{printable(part.reason)}: {printable(part.fallback)}" for part in view.degradations
    )
    if not lines:
        lines.append("Try fewer or other words.")
    lines.append("/ changes the query.   Esc Esc shows all photos again.")
    return EmptyWords(title=title, lines=tuple(lines))


def foreign_trace() -> EmptyWords:
    """A saved search whose photos are others than the library's."""
    return EmptyWords(
        title="This search was made with another library",
        lines=(
            "imagescope-tui --library DIR --trace FILE opens it.",
            "/ changes the query.   Esc Esc shows what is here.",
        ),
    )


def without_folders() -> EmptyWords:
    """A library that knows no folder yet."""
    return EmptyWords(
        title="No folder yet",
        lines=("a chooses a folder of photos.", "imagescope-tui FOLDER does the same."),
    )


def without_photos(snapshot: LibrarySnapshot, index: IndexView) -> EmptyWords:
    """A library with folders, but without photos so far."""
    folders = ", ".join(printable(str(root.path)) for root in snapshot.roots)
    if index.halted is not None:
        hint = printable(index.halted.hint)
        return EmptyWords(
            title=f"Indexing stopped: {printable(index.halted.reason)}",
            lines=tuple(line for line in (hint, "What was indexed before is safe.") if line),
        )
    if index.up_to_date:
        return EmptyWords(
            title="No photos here yet",
            lines=(
                f"Looked through {folders or 'every folder'}.",
                *_unreadable(index),
                *filter(None, [films_passed_words(snapshot.films_passed)]),
                "JPEG, PNG, HEIC, AVIF, WebP, TIFF, GIF and BMP are read.",
                "a adds another folder; photos saved into these appear by themselves.",
            ),
        )
    return EmptyWords(
        title="Getting to know your photos …",
        lines=(
            progress_sentence(index) or f"looking through {folders or 'your folder'} …",
            "The newest come first and can be found as soon as they appear.",
            "Nothing is written into your folders, and nothing leaves this computer.",
        ),
    )


def _unreadable(index: IndexView) -> tuple[str, ...]:
    if not index.failed:
        return ()
    return (f"{counted(index.failed, 'file')} could not be read: imagescope status --failures",)
