"""How much of Linux's inotify is left to us; where there is no inotify, nothing is limited."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

# The first holds for the machine, the second for a user namespace; the lower one counts.
_WATCHES_MAX = (
    Path("/proc/sys/fs/inotify/max_user_watches"),
    Path("/proc/sys/user/max_inotify_watches"),
)
_IN_CLOSE_WRITE = 0x8


def watches_max() -> int | None:
    """How many folders a user may watch at most; None where the system does not say."""
    limits = [limit for limit in map(_number_in, _WATCHES_MAX) if limit is not None]
    return min(limits, default=None)


def _number_in(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def is_limit_reached(folder: Path) -> bool:
    """Whether the system refuses one more watched folder; found out by trying.

    The watching library keeps such a refusal to itself where it meets it below the root.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    instance = libc.inotify_init1(os.O_CLOEXEC)
    if instance < 0:
        return False  # there is no instance left to try with, which says nothing about watches
    try:
        watch = libc.inotify_add_watch(instance, os.fsencode(folder), _IN_CLOSE_WRITE)
        return bool(watch < 0 and ctypes.get_errno() == errno.ENOSPC)
    finally:
        os.close(instance)


def count_folders(root: Path, *, limit: int) -> int:
    """Folders in and below the root, itself included, as far as `limit` + 1; links not followed."""
    count = 0
    for _ in os.walk(root):
        count += 1
        if count > limit:
            break
    return count
