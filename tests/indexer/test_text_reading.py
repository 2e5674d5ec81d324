"""Text is read in the order, and as far as, the library says; by a reader that is scripted."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from indexer.control import Control
from indexer.decoding.pool import DecodePool
from indexer.errors import ReaderStopped
from indexer.events import PhotosCommitted, TextProgress, TextReaderUnavailable
from indexer.folders.scanner import Scanner
from indexer.formats import PHOTO_EXTENSIONS
from indexer.photos.pipeline import Pipeline
from indexer.texts.desk import TextDesk
from indexer.texts.reading import TextReading
from storage.library import Library
from storage.records import PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.decoding_here import decoding_here
from tests.pictures import paint
from tests.world.gallery import BagEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.events import IndexEvent
    from indexer.models.text_signs import Signs
    from indexer.texts.wire import Task

_PATIENCE_SECONDS = 20.0
_READERS = ("scripted/auto", "scripted/all")


class ScriptedReader:
    """Says of every picture that it holds these words; may fall over first."""

    def __init__(self) -> None:
        self.text = "FreeWiFi"
        self.looks = 0
        self.pictures = 0
        self.falls = 0
        self.held_from = 99
        """Which picture it does not come back from before it is closed."""
        self._end = threading.Event()
        self.is_closed = False

    def ask(self, jpeg: bytes, task: Task) -> str:
        if task == "look":
            self.looks += 1
            return self.text
        self.pictures += 1
        assert jpeg.startswith(b"\xff\xd8")
        if self.pictures >= self.held_from:
            self._end.wait(_PATIENCE_SECONDS)
            raise ReaderStopped("it was ended")
        if self.falls:
            self.falls -= 1
            raise ReaderStopped("it fell over")
        return self.text

    def rest(self) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True
        self._end.set()


class Bench:
    """An indexed folder, and a reading that is stepped as the run does."""

    def __init__(self, base: Path) -> None:
        self.photos = base / "photos"
        self.photos.mkdir()
        self.library = Library.open_writer(base / "library")
        with self.library.atomic():
            self.library.roots.add(self.photos)
        self.reader = ScriptedReader()
        self.control = Control()
        self.events: list[IndexEvent] = []
        self.sieve: Callable[[bytes], Signs] | None = lambda _: "sure"
        self._encoder = BagEncoder()
        self._thumbnails = ThumbnailCache(base / "thumbnails", 10**9)
        self._pool = DecodePool(
            picture_input=self._encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=1
        )

    def add(self, name: str, colour: str, *, age: int = 0) -> Path:
        path = paint(self.photos / name, colour)
        os.utime(path, (1_600_000_000 - age, 1_600_000_000 - age))
        return path

    def index(self) -> None:
        Scanner(self.library, PHOTO_EXTENSIONS).scan_root(self.library.roots.all()[0])
        pipeline = Pipeline(
            self.library, self._pool, self._thumbnails, self._encoder, self.events.append, time.time
        )
        while pipeline.step():
            pass
        pipeline.close()

    def reading(self, readers: tuple[str, ...] = _READERS) -> TextReading:
        desk = TextDesk(self._pool, self._thumbnails, self.reader, self.sieve, self.control.wake)
        desk.start()
        return TextReading(self.library, desk, readers, self.events.append, time.monotonic)

    def step_until(self, reading: TextReading, is_enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_enough():
            assert time.monotonic() < deadline, self.events
            if not reading.step(paused=False):
                self.control.wait(0.2)

    def work_off(self, readers: tuple[str, ...] = _READERS) -> None:
        reading = self.reading(readers)
        try:
            self.step_until(reading, lambda: reading.is_settled)
        finally:
            reading.close()

    def found(self, word: str) -> list[str]:
        matches = self.library.words.search([word], PhotoFilter(), limit=99)
        photos = self.library.photos.by_ids([match.photo_id for match in matches])
        return sorted(photo.path for photo in photos.values())

    @property
    def waiting(self) -> int:
        return self.library.contents.count_without_text(_READERS)

    def told(self, kind: type[IndexEvent]) -> list[IndexEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def close(self) -> None:
        self._pool.close()
        self.library.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with decoding_here():
        made = Bench(tmp_path)
        yield made
        made.close()


def test_each_content_is_read_once_and_its_words_find_all_copies(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.add("copy of a.png", "red")
    bench.add("b.png", "blue")
    bench.index()
    bench.events.clear()
    bench.work_off()
    assert bench.reader.pictures == 2
    assert bench.found("wifi") == ["a.png", "b.png", "copy of a.png"]
    assert [e.photos for e in bench.events if isinstance(e, PhotosCommitted)] == [0]
    last = bench.told(TextProgress)[-1]
    assert isinstance(last, TextProgress)
    assert (last.done, last.total) == (2, 2)
    bench.work_off()
    assert bench.reader.pictures == 2
    assert bench.reader.is_closed


def test_a_photo_that_shows_no_sign_of_text_is_not_read_and_not_looked_at_again(
    bench: Bench,
) -> None:
    bench.sieve = lambda _: "none"
    bench.add("a.png", "red")
    bench.index()
    bench.work_off()
    assert (bench.reader.looks, bench.reader.pictures) == (0, 0)
    assert bench.waiting == 0


@pytest.mark.parametrize(("text", "pictures"), [("EXIT", 1), ("", 0)])
def test_where_the_sieve_is_not_sure_it_depends_on_a_second_look(
    bench: Bench, text: str, pictures: int
) -> None:
    bench.sieve = lambda _: "some"
    bench.reader.text = text
    bench.add("a.png", "red")
    bench.index()
    bench.work_off()
    assert (bench.reader.looks, bench.reader.pictures) == (1, pictures)
    assert bench.waiting == 0


def test_every_photo_is_read_once_more_where_all_are_to_be_read(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.index()
    bench.work_off()
    bench.sieve = None
    bench.work_off(_READERS[1:])
    bench.work_off()
    assert bench.reader.pictures == 2


def test_a_picture_that_no_reader_survives_is_left_and_the_others_are_read(bench: Bench) -> None:
    bench.add("new.png", "red")
    bench.add("old.png", "blue", age=9)
    bench.index()
    bench.reader.falls = 2
    bench.work_off()
    assert bench.found("wifi") == ["old.png"]
    assert bench.waiting == 0
    assert not bench.told(TextReaderUnavailable)


def test_a_reader_that_falls_over_everything_is_told_once_and_ends_the_reading(
    bench: Bench,
) -> None:
    for number, colour in enumerate(("red", "blue", "green", "yellow", "purple")):
        bench.add(f"{number}.png", colour, age=number)
    bench.index()
    bench.reader.falls = 99
    bench.work_off()
    [told] = bench.told(TextReaderUnavailable)
    assert isinstance(told, TextReaderUnavailable)
    assert "again and again" in told.reason
    assert bench.waiting == 3


def test_a_photo_that_is_gone_is_passed_over_and_read_when_it_is_back(bench: Bench) -> None:
    path = bench.add("a.png", "red")
    bench.index()
    kept = path.read_bytes()
    path.unlink()
    bench.work_off()
    assert (bench.reader.pictures, bench.waiting) == (0, 1)
    path.write_bytes(kept)
    bench.work_off()
    assert (bench.reader.pictures, bench.waiting) == (1, 0)


def test_nothing_is_begun_while_it_is_paused(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.index()
    reading = bench.reading()
    assert not reading.step(paused=True)
    assert not reading.is_settled
    assert bench.reader.pictures == 0
    bench.step_until(reading, lambda: reading.is_settled)
    reading.close()
    assert bench.found("wifi") == ["a.png"]


def test_what_was_read_before_the_end_is_kept_and_the_rest_is_read_by_the_next_run(
    bench: Bench,
) -> None:
    bench.add("new.png", "red")
    bench.add("old.png", "blue", age=9)
    bench.index()
    bench.reader.held_from = 2
    reading = bench.reading()
    bench.step_until(reading, lambda: bench.reader.pictures == 2)
    reading.close()
    assert bench.found("wifi") == ["new.png"]
    bench.reader.held_from = 99
    bench.work_off()
    assert bench.found("wifi") == ["new.png", "old.png"]
