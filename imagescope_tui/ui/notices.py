"""What the reader should know before anything else, one line each; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.counting import counted
from imagescope_tui.ui import wording
from imagescope_tui.ui.terminal_words import tmux_line
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.ui.index_state import IndexView, OfflineRoot, Problem, UnwatchedRoot
    from storage.records import Root

Tone: TypeAlias = Literal["info", "warning", "error"]
POCKET = "pocket/"
"""What the ids of the encoder that comes with the program begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line above the photos."""

    key: str
    """The same for the same trouble, so that it stays dismissed."""
    text: str
    brief: str = ""
    """The same for narrow places; empty where the text is short enough."""
    tone: Tone = "info"


def notices(
    index: IndexView,
    roots: tuple[Root, ...],
    library_problem: Problem | None,
    has_foreign_trace: bool = False,
    tmux_client: str = "",
) -> tuple[Notice, ...]:
    """Everything worth a line, the most pressing first.

    Args:
        index: what is known of the indexer.
        roots: the library's folders.
        library_problem: why the library cannot be read.
        has_foreign_trace: whether a saved search is shown that is of other photos.
        tmux_client: what tmux calls its terminal, where it lets through 256 colours alone.
    """
    return (
        *_trouble(index, library_problem),
        *_trace(is_foreign=has_foreign_trace),
        *_folders(index, roots),
        *_encoder(index),
        *_captioner(index),
        *_colours(tmux_client),
    )


def _trouble(index: IndexView, library_problem: Problem | None) -> Iterator[Notice]:
    if library_problem is not None:
        yield _of_problem("library", "", library_problem, "error")
    if index.halted is not None:
        yield _of_problem("halted", "Indexing stopped: ", index.halted, "error")
    if index.is_elsewhere:
        yield _elsewhere(index.holder)


def _elsewhere(holder: str) -> Notice:
    """Who indexes the library instead; in narrow places that alone."""
    told = printable(holder) or "another imagescope indexes this library"
    who = told.partition(": ")[2]
    return Notice(
        key=f"elsewhere {printable(holder)}".rstrip(),
        text=f"{told[:1].upper()}{told[1:]}; what it adds appears here too.",
        brief=f"Indexed by {who}" if who else "",
    )


def _trace(*, is_foreign: bool) -> Iterator[Notice]:
    if is_foreign:
        text = "None of the photos of this trace are in this library"
        hint = "--library names the one it was made with"
        yield Notice(key="trace", text=f"{text} · {hint}", brief=text, tone="warning")


def _folders(index: IndexView, roots: tuple[Root, ...]) -> Iterator[Notice]:
    told = {entry.root for entry in index.offline}
    for entry in index.offline:
        yield Notice(key=f"offline {entry.root}", text=_offline(entry), tone="warning")
    for root in roots:
        if root.offline_since is not None and str(root.path) not in told:
            name = printable(str(root.path))
            text = f"{name} is not there; its photos stay and are still found."
            yield Notice(key=f"offline {root.path}", text=text, tone="warning")
    for moved in index.moved:
        before, now = printable(moved.before), printable(moved.root)
        text = f"{before} is now {now}: {counted(moved.photos, 'photo')} kept."
        yield Notice(key=f"moved {moved.before} {moved.root}", text=text)
    for slow in index.unwatched:
        yield Notice(key=f"unwatched {slow.root}", text=_unwatched(slow))


def _encoder(index: IndexView) -> Iterator[Notice]:
    if index.encoder_problem is not None:
        yield _of_problem("encoder", "Only words are searched: ", index.encoder_problem, "warning")
    elif index.encoder_id is not None and index.encoder_id.startswith(POCKET):
        yield Notice(
            key="pocket",
            text="Built-in search: it knows many things, scenes and colours, but no faces, no texts"
            " in pictures, no numbers and nothing rare. m shows models that know more.",
            brief="Built-in search knows many things, not all · m: models",
        )


def _captioner(index: IndexView) -> Iterator[Notice]:
    if index.captioner_problem is not None:
        yield _of_problem("captioner", "Captions wait: ", index.captioner_problem, "info")


def _colours(tmux_client: str) -> Iterator[Notice]:
    if tmux_client:
        line = tmux_line(tmux_client)
        yield Notice(
            key="tmux colours",
            text=f"tmux shows 256 colours here. For all of them, put in tmux.conf: {line}",
            brief=f"256 colours · tmux.conf: {line}",
        )


def _of_problem(key: str, before: str, problem: Problem, tone: Tone) -> Notice:
    hint = f" · {printable(problem.hint)}" if problem.hint else ""
    return Notice(key=key, text=f"{before}{printable(problem.reason)}{hint}", tone=tone)


def _offline(entry: OfflineRoot) -> str:
    kept = f"its {counted(entry.photos, 'photo')} stay" if entry.photos else "nothing is lost"
    return (
        f"{printable(entry.root)} is not there ({printable(entry.reason)});"
        f" {kept} and {'are' if entry.photos else 'is'} still found."
    )


def _unwatched(slow: UnwatchedRoot) -> str:
    every = wording.duration(slow.seconds_between_scans)
    return (
        f"{printable(slow.root)} is looked through every {every} instead of watched:"
        f" {printable(slow.reason)}"
    )
