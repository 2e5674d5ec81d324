"""Reads the sidecars that wait, a bounded piece at a time, and tells the photos beside them.

They are read in the indexer's own process: all that is done with a sidecar is to stream the first
megabytes of it through expat, which is told to stop at a DOCTYPE (so there are no entities) and at
nesting that no real packet has, or through Python's own reader of JSON. No photo is decoded or
embedded again for what its sidecar says.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from indexer.metadata import xmp
from indexer.metadata.exif import METADATA_ERRORS
from indexer.metadata.facts import facts_told
from indexer.metadata.said import Said
from indexer.metadata.takeout import takeout_facts
from storage.records import Facts
from storage.sidecar_names import is_takeout

if TYPE_CHECKING:
    from pathlib import Path

    from storage.library import Library
    from storage.records import PhotoId, RootId

_AT_ONCE = 500


def read_sidecars(library: Library) -> int:
    """Read some of those that wait; how many were read, 0 when none waits.

    Raises:
        StorageError: the library cannot be written.
    """
    waiting = library.sidecars.unread(limit=_AT_ONCE)
    if not waiting:
        return 0
    told = [(sidecar, facts_in(sidecar.path)) for sidecar in waiting]
    names: dict[tuple[RootId, str], list[str]] = {}
    for sidecar in waiting:
        names.setdefault((sidecar.root_id, sidecar.folder), []).append(sidecar.path.name)
    with library.atomic():
        for sidecar, facts in told:
            library.sidecars.keep(sidecar, facts)
        changed: list[PhotoId] = []
        for (root_id, folder), read in names.items():
            changed.extend(library.sidecars.spread(root_id, folder, read))
        library.words.refresh(changed)
    return len(waiting)


def facts_in(path: Path) -> Facts:
    """What a sidecar says; nothing where it cannot be read, or is no sidecar."""
    content = _bytes_of(path)
    if is_takeout(os.fsencode(path.name)):
        return takeout_facts(content)
    try:
        return facts_told(Said(xmp=xmp.read_xmp(content), notes=xmp.notes_on(content)))
    except METADATA_ERRORS:
        return Facts()


def _bytes_of(path: Path) -> bytes:
    """The file, or more of it than is read; nothing where it is none or out of reach.

    Never waits for a pipe.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return b""
            return file.read(xmp.PACKET_BYTES_MAX + 1)
    except OSError:
        return b""
