"""Folders of photos that come, go and change, and an indexer that has to keep up with them."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest import mock

from indexer.control import Control
from indexer.decoding.pool import DecodePool
from indexer.folders import root_keeper
from indexer.folders.root_keeper import RootKeeper
from indexer.folders.scanner import Scanner
from indexer.photos.pipeline import Pipeline
from storage.library import Library
from storage.records import PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.decoding_here import decoding_here
from tests.indexer.mean_colour import MeanColour
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.control import Orders
    from indexer.events import IndexEvent
    from indexer.photos.pipeline import Totals
    from storage.records import Photo

_EXTENSIONS = frozenset({".png"})
COLOURS = ("red", "green", "blue", "yellow", "white")


@dataclass
class FolderWorld:
    """A library, and what a run of the indexer does with it, step by step in this process."""

    base: Path
    events: list[IndexEvent] = field(default_factory=list)
    totals: Totals | None = None
    """Of the last run."""

    def __post_init__(self) -> None:
        self.library = Library.open_writer(self.base / "library")
        self.control = Control()
        self.encoder = MeanColour()
        with self.library.atomic():
            self.library.settings.put("encoder_id", self.encoder.encoder_id)
        self.thumbnails = ThumbnailCache(self.base / "thumbnails", 10**9)
        self.decoding = ExitStack()
        self.decoding.enter_context(decoding_here())
        self.pool = DecodePool(
            picture_input=MeanColour.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=1
        )
        self.scanner = Scanner(self.library, _EXTENSIONS)
        self.keeper = RootKeeper(
            self.library, self.scanner, self.control, self.events.append, seconds_between_scans=60
        )

    def close(self) -> None:
        self.keeper.close()
        self.pool.close()
        self.decoding.close()
        self.library.close()

    def index(self, *folders: Path) -> Totals:
        """What `imagescope index FOLDER…` does; what was hashed, decoded and embedded."""
        for folder in folders:
            self.keeper.add(folder)
        self.keeper.scan_all()
        return self.work()

    def look_around(self) -> bool:
        """What is done every few seconds; whether anything was different."""
        with mock.patch.object(root_keeper, "_LIVENESS_SECONDS", 0.0):
            return self.keeper.look_around()

    def obey(self, orders: Orders) -> Totals:
        """What is done with what the watcher, or a person, says meanwhile."""
        self.keeper.obey(orders)
        return self.work()

    def work(self) -> Totals:
        pipeline = Pipeline(
            self.library, self.pool, self.thumbnails, self.encoder, self.events.append, lambda: 1e9
        )
        try:
            while pipeline.step():
                self._look_for_vanished(pipeline)
        finally:
            pipeline.close()
        self.totals = pipeline.totals
        return pipeline.totals

    def _look_for_vanished(self, pipeline: Pipeline) -> None:
        roots = {root.id: root for root in self.library.roots.all()}
        vanished = pipeline.take_vanished()
        self.keeper.look_at((roots[key], frozenset(places)) for key, places in vanished.items())

    @property
    def photos(self) -> tuple[Photo, ...]:
        return self.library.photos.page(PhotoFilter(), offset=0, limit=100_000)

    @property
    def paths(self) -> list[Path]:
        return sorted(photo.full_path for photo in self.photos)

    @property
    def offline(self) -> list[Path]:
        return sorted(photo.full_path for photo in self.photos if photo.offline_since is not None)

    @property
    def complete(self) -> int:
        """How many photos are found by their vectors and shown by their thumbnails."""
        return sum(
            photo.content_id is not None
            and photo.content_hash is not None
            and self.library.vectors.of(photo.content_id, self.encoder.encoder_id) is not None
            and self.thumbnails.has(photo.content_hash, THUMBNAIL_SIDE)
            for photo in self.photos
        )


def mount(point: Path, size: str = "64m") -> None:
    """A new drive; only as root of a namespace."""
    point.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(point)], check=True)


def mount_again(drive: Path, point: Path) -> None:
    """The drive that is mounted in one place also in another."""
    point.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", str(drive), str(point)], check=True)


def unmount(point: Path, *, pulled: bool = False) -> None:
    """The drive is there no more; `pulled`: also if somebody still looks into it."""
    subprocess.run(["umount", *(["-l"] if pulled else []), str(point)], check=True)


def put_away(drive: Path, drawer: Path) -> None:
    """The drive is mounted nowhere, as far as anybody sees."""
    mount_again(drive, drawer)
    unmount(drive)
    mount(drawer)


def take_out(drawer: Path, point: Path) -> None:
    """Mount the drive that was put away."""
    unmount(drawer)
    mount_again(drawer, point)
    unmount(drawer)


def fill(drive: Path, *, sizes: int = 8) -> None:
    """Photos of all colours in two folders of a drive, no two alike."""
    for number, colour in enumerate(COLOURS):
        paint(drive / "2019" / f"{colour}.png", colour, (sizes, sizes + number))
    paint(drive / "a.png", "black", (sizes, sizes))


def untouched(totals: Totals) -> bool:
    return (totals.hashed, totals.decoded, totals.embedded) == (0, 0, 0)
