"""How far the index is, in one short phrase; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui import wording
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.ui.index_state import IndexView
    from indexer.events import CaptionProgress, IndexProgress, TextProgress


def share_done(progress: IndexProgress) -> float:
    """From 0 to 1."""
    if progress.total <= 0:
        return 0.0
    return min(1.0, max(0.0, progress.done / progress.total))


def progress_sentence(index: IndexView) -> str:
    """`indexing 61 % · 27/s · 11 min left`, or what else goes on; empty when nothing does."""
    if index.halted is not None:
        return "indexing stopped"
    if not index.is_started:
        return "starting …"
    if index.progress is not None and index.progress.total > index.progress.done:
        return _running(index.progress, paused=_paused(index))
    if index.scanning is not None:
        return f"looking through {printable(index.scanning.rstrip('/').rpartition('/')[2])} …"
    if index.captioning is not None:
        return _captioning(index.captioning, paused=_paused(index))
    if index.reading is not None:
        return _reading(index.reading, paused=_paused(index))
    return f"{paused} · i goes on" if (paused := _paused(index)) else ""


def _paused(index: IndexView) -> str:
    """`paused`, and why where nobody asked for it; empty where it is not."""
    if not index.is_paused:
        return ""
    return "paused: on battery" if index.pause_reason == "battery" else "paused"


def _captioning(progress: CaptionProgress, *, paused: str) -> str:
    percent = f"{100 * progress.done // progress.total if progress.total > 0 else 0} %"
    if progress.paused or paused:
        return f"captions {paused or 'paused'} at {percent} · i goes on"
    parts = [f"captioning {percent}"]
    if progress.captions_per_second > 0:
        parts.append(wording.rate(progress.captions_per_second))
    if progress.seconds_left is not None:
        parts.append(f"{wording.duration(progress.seconds_left)} left")
    return " · ".join(parts)


def _reading(progress: TextProgress, *, paused: str) -> str:
    """`reading text 120 of 400`."""
    told = f"reading text {progress.done:,} of {progress.total:,}"
    if paused:
        return f"{told} · {paused} · i goes on"
    left = progress.seconds_left
    return told if left is None else f"{told} · {wording.duration(left)} left"


def _running(progress: IndexProgress, *, paused: str) -> str:
    percent = f"{int(share_done(progress) * 100)} %"
    if paused:
        return f"{paused} at {percent} · i goes on"
    parts = [f"indexing {percent}"]
    if progress.photos_per_second > 0:
        parts.append(wording.rate(progress.photos_per_second))
    if progress.seconds_left is not None:
        parts.append(f"{wording.duration(progress.seconds_left)} left")
    return " · ".join(parts)
