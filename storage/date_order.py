"""Which of the dates that are told of a photo counts: that of the better field, wherever it stands.

A date is local wall-clock time as an ISO prefix, for some photos tell no more than a year: `1985`,
`1985-07`, `1985-07-18`, `1985-07-18T16:02:00`, the last also with its time zone, `+02:00`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

DateSource: TypeAlias = Literal[
    "original",
    "created",
    "digitized",
    "container",
    "Takeout",
    "changed",
    "GPS",
    "file name",
    "folder",
]
"""The field that a date stands in, whatever file or format that is in; see docs/formats.md."""

_RANKS: dict[str, int] = {
    "original": 0,
    "created": 1,
    "digitized": 2,
    "container": 3,
    "Takeout": 4,
    "changed": 5,
    "GPS": 6,
    "file name": 7,
    "folder": 8,
}
_LAST = len(_RANKS)

WHOLE = len("1985-07-18T16:02:00")
"""The length of a date that tells the second."""
_ZONE_STEP, _ZONE_MAX = timedelta(minutes=15), timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class DateTold:
    """When a photo was taken, and who says so."""

    taken_at: str
    """As in Photo.taken_at."""
    taken_by: str
    """One of DateSource."""
    taken_fraction: str | None = None
    """The digits of its second behind the point."""

    @property
    def moment(self) -> str:
        """The local time to sort by, with the second's fraction."""
        local = self.taken_at[:WHOLE]
        whole = len(local) == WHOLE
        return f"{local}.{self.taken_fraction}" if whole and self.taken_fraction else local


def best_date(candidates: Iterable[DateTold | None]) -> DateTold | None:
    """The one of the best source; of those of one source, the first."""
    told = (candidate for candidate in candidates if candidate is not None)
    return min(told, key=lambda date: _RANKS.get(date.taken_by, _LAST), default=None)


def date_of_both(sidecar: DateTold | None, file: DateTold | None) -> DateTold | None:
    """The better of a sidecar's date and the file's; of one source, the sidecar's.

    The same instant in another time zone is no news: the photo's own clock is the local one.
    """
    best = best_date((sidecar, file))
    if best is sidecar and sidecar and file and _is_same_instant(sidecar.taken_at, file.taken_at):
        return file
    return best


def _is_same_instant(told: str, local: str) -> bool:
    """Whether both can be the same time by two clocks; one without a zone may be in any."""
    if len(told) < WHOLE or len(local) < WHOLE:
        return False
    first, second = datetime.fromisoformat(told), datetime.fromisoformat(local)
    if first.tzinfo and second.tzinfo:
        return first == second
    if first.utcoffset() != timedelta(0):
        return False
    apart = first.replace(tzinfo=UTC) - second.replace(tzinfo=UTC)
    return abs(apart) <= _ZONE_MAX and not apart % _ZONE_STEP
