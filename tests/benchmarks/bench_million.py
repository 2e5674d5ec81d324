"""A library of a million photos: how soon it is open, and how long searches take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.fused_vectors import CAPTION_WEIGHT
from storage.library import Library
from storage.rows_upkeep import refresh_rows
from storage.vector_cache import CACHE_NAME, CARD_NAME
from tests.benchmarks.large_library import ENCODER, make_large_library
from tests.benchmarks.large_searches import LIMIT, measure
from tests.benchmarks.page_cache import forget
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.large_searches import Searches

PACKAGES = ("numpy", "xxhash")
PHOTOS, _QUICK_PHOTOS = 1_000_000, 50_000
_OPEN_SECONDS, _FILTERED_SECONDS = 1.0, 0.040


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Open it from the database alone, from the stored rows, and cold; then search."""
    count = _QUICK_PHOTOS if quick else PHOTOS
    library = make_large_library(folder, count)
    with Library.open_writer(library) as writer:
        refresh_rows(writer, ENCODER, caption_weight=CAPTION_WEIGHT)
    warm = min((measure(library, count) for _ in range(3)), key=lambda each: each.opened)
    cold = _cold(library, count)
    unstored = _without_rows(library, count)
    return (
        _open_table(count, warm=warm, cold=cold, unstored=unstored),
        _search_table(count, warm),
    )


def _cold(library: Path, count: int) -> Searches:
    for path in library.iterdir():
        forget(path)
    return measure(library, count)


def _without_rows(library: Path, count: int) -> Searches:
    """As before the rows were stored: everything comes from the database."""
    card, aside = library / CARD_NAME, library / f"{CARD_NAME}.aside"
    card.rename(aside)
    try:
        return measure(library, count)
    finally:
        aside.rename(card)


def _open_table(count: int, *, warm: Searches, cold: Searches, unstored: Searches) -> Table:
    met = verdict(warm.opened, _OPEN_SECONDS)
    return Table(
        title=f"Opening a library of {count:,} photos, until the first search is answered",
        head=("", "time", "RSS", "not in a file"),
        rows=(
            _open_row(f"`{CACHE_NAME}`, in the page cache", warm),
            _open_row(f"`{CACHE_NAME}`, nothing in the page cache", cold),
            _open_row("from the database, in the page cache", unstored),
        ),
        notes=(
            f"Target: at most {_OPEN_SECONDS:g} s: {warm.opened:.2f} s, {met}. 512 dimensions,"
            " single precision. The encoder's loading is not in it. What is in a file is shared"
            " with other processes, and the system may drop it.",
        ),
    )


def _open_row(name: str, each: Searches) -> tuple[str, ...]:
    return (name, f"{each.opened:.2f} s", mebibytes(each.resident), mebibytes(each.dirty))


def _search_table(count: int, each: Searches) -> Table:
    slowest = max(each.filtered.values())
    met = verdict(slowest, _FILTERED_SECONDS)
    return Table(
        title=f"One search for the {LIMIT} nearest among {count:,}, exact, median",
        head=("", "time"),
        rows=(
            ("no filter", milliseconds(each.exact)),
            *(
                (f"1 % pass: {name}", milliseconds(seconds))
                for name, seconds in each.filtered.items()
            ),
        ),
        notes=(
            f"Target with a filter: at most {milliseconds(_FILTERED_SECONDS)}: the slowest takes"
            f" {milliseconds(slowest)}, {met}. With a filter it is the whole answer: what the"
            " filter passes is asked of the database, its vectors are compared, and the photos"
            " found are looked up.",
        ),
    )
