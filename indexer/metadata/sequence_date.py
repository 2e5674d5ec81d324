"""When an image sequence was made (HEIC bursts, animated AVIF), by the film in its container."""

from __future__ import annotations

from dataclasses import replace
from typing import IO, TYPE_CHECKING

from indexer.metadata.dates import DateTold, date_facts, local_time
from indexer.metadata.film_boxes import read_film_boxes

if TYPE_CHECKING:
    from storage.records import Facts


def dated_by_container(facts: Facts, file: IO[bytes]) -> Facts:
    """The facts, with the container's date where they have no better one."""
    created = read_film_boxes(file).created
    if created is None:
        return facts
    local = local_time(created, facts.latitude, facts.longitude)
    own = None
    if facts.taken_at is not None and facts.taken_by is not None:
        own = DateTold(facts.taken_at, facts.taken_by, facts.taken_fraction)
    return replace(facts, **date_facts((own, DateTold(local, "container"))))
