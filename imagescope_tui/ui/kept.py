"""What the screen keeps from one session to the next, in a small file beside the library."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from storage.private import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import PhotoId

KEPT_NAME = "screen.json"
HISTORY_KEPT = 200
_NOTES_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScreen:
    """How the reader left the screen."""

    theme: str = ""
    """Chosen by name; empty where none was."""
    picture_size: int | None = None
    """The step of `grid_geometry.CARD_WIDTHS`; None for the default."""
    shows_facts: bool = True
    """Whether the large photo has its facts beside it."""
    shows_time: bool | None = None
    """Whether years stand beside the photos; None where the width decides."""
    dismissed: tuple[str, ...] = ()
    """Keys of the notes that are not to come back."""
    history: tuple[str, ...] = ()
    """Lines that were asked, the latest last."""
    marks: tuple[PhotoId, ...] = ()
    """Ids of the marked photos, in the order they were marked."""


def read_kept(folder: Path) -> KeptScreen:
    """What was kept in the library's folder; what makes no sense there is as good as not kept."""
    try:
        told = json.loads((folder / KEPT_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return KeptScreen()
    return _understood(told) if isinstance(told, dict) else KeptScreen()


def write_kept(folder: Path, kept: KeptScreen, before: KeptScreen) -> None:
    """Keep what has changed since `before`; what another screen has kept meanwhile stays.

    Raises:
        OSError: the file cannot be written; what was kept before is still there.
    """
    merged = _merged(kept, before, read_kept(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / f"{KEPT_NAME}.{os.getpid()}"
    try:
        write_private(new, json.dumps(asdict(merged), ensure_ascii=False, indent=1))
        new.replace(folder / KEPT_NAME)
    finally:
        new.unlink(missing_ok=True)


def _merged(kept: KeptScreen, before: KeptScreen, theirs: KeptScreen) -> KeptScreen:
    changed = {
        field.name: getattr(kept, field.name)
        for field in fields(KeptScreen)
        if getattr(kept, field.name) != getattr(before, field.name)
    }
    if "history" in changed:
        new = kept.history[_common(kept.history, before.history) :]
        changed["history"] = (*theirs.history, *new)[-HISTORY_KEPT:]
    return replace(theirs, **changed)


def _common(lines: tuple[str, ...], before: tuple[str, ...]) -> int:
    """Where the new lines begin; the oldest may have been dropped for them."""
    for start in range(len(before) + 1):
        tail = before[start:]
        if lines[: len(tail)] == tail:
            return len(tail)
    return 0


def _understood(told: dict[str, Any]) -> KeptScreen:
    size, time = told.get("picture_size"), told.get("shows_time")
    return KeptScreen(
        theme=_text(told.get("theme")),
        picture_size=size if type(size) is int else None,
        shows_facts=told.get("shows_facts") is not False,
        shows_time=time if isinstance(time, bool) else None,
        dismissed=_all(told.get("dismissed"), str)[-_NOTES_KEPT:],
        history=_all(told.get("history"), str)[-HISTORY_KEPT:],
        marks=_all(told.get("marks"), int),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _all(values: object, kind: type) -> tuple[Any, ...]:
    """The values of the kind, where there is a list of them."""
    return tuple(v for v in values if type(v) is kind) if isinstance(values, list) else ()
