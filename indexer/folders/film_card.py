"""What tells whether a film is the seconds around a photo, without decoding anything of it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from indexer.metadata.film_boxes import LIVE_ID, read_film_boxes
from storage.pairs import FilmCard
from storage.safe_text import printable

if TYPE_CHECKING:
    from pathlib import Path

_LIVE_ID_LENGTH_MAX = 120


def film_card(path: Path) -> FilmCard:
    """What the film at `path` says of itself; an empty card where it is none that has boxes.

    Bounded, whatever the file holds. Raises OSError where the file cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return FilmCard()
        said = read_film_boxes(file)
    live_id = printable(said.first(LIVE_ID) or "")[:_LIVE_ID_LENGTH_MAX].strip()
    return FilmCard(said.duration_seconds, said.created, live_id or None)
