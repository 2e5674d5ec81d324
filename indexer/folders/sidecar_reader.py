"""Reads the sidecars that wait, a bounded piece at a time, and tells the photos beside them.

They are read in the indexer's own process: all that is done with a sidecar is to stream at most
a megabyte of it through expat, which is told to stop at a DOCTYPE (so there are no entities) and at
nesting that no real packet has, or through Python's own reader of JSON. No photo is decoded or
embedded again for what its sidecar says.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from indexer.metadata import xmp
from indexer.metadata.dates import date_facts
from indexer.metadata.facts import camera_name
from indexer.metadata.takeout import takeout_facts
from indexer.metadata.xmp_facts import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    dates_told,
    first_text,
    keywords_told,
    label_told,
    people_told,
    place_told,
    rating_told,
    unique_words,
)
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
    said = xmp.read_xmp(content)
    place = place_told(said)
    maker = first_text(said.get(xmp.MAKER, ()), length_max=NAME_LENGTH_MAX)
    model = first_text(said.get(xmp.MODEL, ()), length_max=NAME_LENGTH_MAX)
    lenses = (*said.get(xmp.LENS_MODEL, ()), *said.get(xmp.LENS, ()))
    return Facts(
        **date_facts(dates_told(said)),
        camera=camera_name(maker, model),
        lens=first_text(lenses, length_max=NAME_LENGTH_MAX),
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        altitude_m=place.altitude_m if place else None,
        title=first_text(said.get(xmp.TITLE, ()), length_max=TITLE_LENGTH_MAX),
        description=first_text(said.get(xmp.DESCRIPTION, ()), length_max=DESCRIPTION_LENGTH_MAX),
        keywords=unique_words(keywords_told(said)),
        people=people_told(said),
        rating=rating_told(said),
        label=label_told(said),
    )


def _bytes_of(path: Path) -> bytes:
    """The file, unless it is none, too large or out of reach; never waits for a pipe."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > xmp.PACKET_BYTES_MAX:
                return b""
            return file.read(xmp.PACKET_BYTES_MAX)
    except OSError:
        return b""
