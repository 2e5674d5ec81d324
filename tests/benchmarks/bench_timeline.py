"""How long the strip of years takes to count, and how soon the photos of a month are there."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from storage.library import Library
from storage.records import PhotoFilter
from tests.benchmarks.large_library import make_large_library, narrow_filters
from tests.benchmarks.table import Table, milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKAGES = ("numpy",)
_SIZES, _QUICK_SIZES = (10_000, 100_000), (2_000,)
_ROUNDS = 15
_PAGE = 64


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Counts of months, and pages at the beginning, the middle and the end."""
    rows = [row for size in (_QUICK_SIZES if quick else _SIZES) for row in _rows(folder, size)]
    return (
        Table(
            title="Counting months, and reading a page of the timeline, best / median",
            head=("photos", "", "time"),
            rows=tuple(rows),
            notes=(
                f"A page has {_PAGE} photos. Where months are gone to, the page is read by its"
                " place, which is the sum of the counts before it.",
            ),
        ),
    )


def _rows(folder: Path, size: int) -> list[tuple[str, ...]]:
    place = make_large_library(folder, size)
    narrow = narrow_filters(place, size)["a folder"]
    wide = PhotoFilter(without=(narrow,))
    with Library.open_reader(place) as library:
        photos, all_photos = library.photos, PhotoFilter()
        asked: dict[str, Callable[[], object]] = {
            "months of all": lambda: photos.months(all_photos),
            "months of a folder, 1 %": lambda: photos.months(narrow),
            "months of all but that folder": lambda: photos.months(wide),
            "how many these are": lambda: photos.count(wide),
            "a page at the beginning": lambda: photos.page(all_photos, offset=0, limit=_PAGE),
            "a page in the middle": lambda: photos.page(all_photos, offset=size // 2, limit=_PAGE),
            "a page at the end": lambda: photos.page(all_photos, offset=size - _PAGE, limit=_PAGE),
        }
        return [(f"{size:,}", what, _times(ask)) for what, ask in asked.items()]


def _times(ask: Callable[[], object]) -> str:
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return f"{milliseconds(min(times))} / {milliseconds(statistics.median(times))}"
