from __future__ import annotations

import shutil
import signal
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from indexer.decoding.pool import DecodePool
from indexer.events import PhotoFailed
from indexer.folders.scanner import Scanner
from indexer.formats import PHOTO_EXTENSIONS
from indexer.options import IndexerOptions
from indexer.photos.pipeline import BATCH_PHOTOS, PART_PHOTOS, Pipeline
from storage.errors import LibraryFull
from storage.library import Library
from storage.records import PhotoFilter
from storage.signatures import SIGNATURE_SIDE
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.indexer.children import child_of
from tests.indexer.mean_colour import MeanColour
from tests.indexer.photo_files import exif_with
from tests.pictures import paint
from tests.pocket_here import pocket_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from indexer.decoding.failures import DecodeFailure
    from indexer.decoding.photo import Decoded
    from indexer.events import IndexEvent


class Line:
    """A pipeline over a folder of real files."""

    def __init__(self, base: Path) -> None:
        self.photos = base / "photos"
        self.photos.mkdir()
        self.base = base
        self.now = 1_000.0
        self.events: list[IndexEvent] = []
        self.library = Library.open_writer(base / "library")
        self.thumbnails = ThumbnailCache(base / "thumbnails", 10**9)
        with self.library.atomic():
            self.library.roots.add(self.photos)
        self.pool = DecodePool(
            picture_input=MeanColour.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=1
        )

    def scan(self) -> None:
        Scanner(self.library, PHOTO_EXTENSIONS).scan_root(self.library.roots.all()[0])

    def run(self, encoder: MeanColour | None) -> Pipeline:
        """Scan and work everything off."""
        self.scan()
        if encoder is not None:
            with self.library.atomic():
                self.library.settings.put("encoder_id", encoder.encoder_id)
        pipeline = Pipeline(
            self.library, self.pool, self.thumbnails, encoder, self.events.append, lambda: self.now
        )
        try:
            while pipeline.step():
                pass
        finally:
            pipeline.close()
        return pipeline

    def close(self) -> None:
        self.pool.close()
        self.library.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.close()


def test_each_photo_gets_facts_a_vector_and_a_thumbnail(line: Line) -> None:
    path = paint(line.photos / "red.png", "red", (640, 400))
    line.run(MeanColour())
    photo = line.library.photos.at(path)
    assert photo is not None
    assert photo.content_id is not None
    assert photo.content_hash is not None
    assert (photo.width, photo.height) == (640, 400)
    vector = line.library.vectors.of(photo.content_id, "mean-colour/1")
    assert vector is not None
    assert vector.argmax() == 0
    assert line.thumbnails.has(photo.content_hash, THUMBNAIL_SIDE)
    signature = line.library.signatures.shots([photo.content_id])[photo.content_id].signature
    assert signature is not None
    assert len(signature) == SIGNATURE_SIDE**2


def test_equal_bytes_are_computed_once(line: Line) -> None:
    original = paint(line.photos / "a.png", "red")
    for name in ("b.png", "sub/c.png"):
        (line.photos / name).parent.mkdir(exist_ok=True)
        shutil.copy(original, line.photos / name)
    encoder = MeanColour()
    totals = line.run(encoder).totals
    assert (totals.done, totals.decoded, encoder.calls) == (3, 1, 1)
    original.rename(line.photos / "renamed.png")
    shutil.copy(line.photos / "b.png", line.photos / "d.png")
    assert line.run(encoder).totals.decoded == 0
    assert line.library.counts().embedded == 4


def test_copies_in_different_batches_are_computed_once_too(line: Line) -> None:
    paint(line.photos / "0.png", "red")
    for number in range(1, BATCH_PHOTOS * 2 + 5):
        shutil.copy(line.photos / "0.png", line.photos / f"{number}.png")
    encoder = MeanColour()
    line.run(encoder)
    assert encoder.calls == 1
    assert line.library.counts().embedded == BATCH_PHOTOS * 2 + 5


def test_a_kill_at_any_time_costs_one_batch_at_most(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(BATCH_PHOTOS * 3 + 5):
        paint(line.photos / f"{number}.png", "red", (20 + number, 20))
    begun: list[Path] = []
    submit = line.pool.submit
    most_at_once = 0

    def counted(path: Path) -> Future[Decoded | DecodeFailure]:
        nonlocal most_at_once
        begun.append(path)
        most_at_once = max(most_at_once, len(begun) - line.library.counts().embedded)
        return submit(path)

    monkeypatch.setattr(line.pool, "submit", counted)
    line.run(MeanColour())
    assert len(begun) == BATCH_PHOTOS * 3 + 5
    assert most_at_once == BATCH_PHOTOS


@pytest.mark.parametrize(("fills_cores", "at_once"), [(False, PART_PHOTOS), (True, BATCH_PHOTOS)])
def test_an_encoder_that_fills_the_cores_takes_turns_with_decoding(
    line: Line, fills_cores: bool, at_once: int
) -> None:
    for number in range(BATCH_PHOTOS):
        paint(line.photos / f"{number}.png", "red", (20 + number, 20))
    encoder = MeanColour(fills_cores=fills_cores)
    line.run(encoder)
    assert encoder.at_once == [at_once] * (BATCH_PHOTOS // at_once)


def test_a_broken_file_is_a_failure_with_a_reason_and_the_others_go_on(line: Line) -> None:
    paint(line.photos / "good.png", "red")
    (line.photos / "broken.jpg").write_bytes(b"\xff\xd8 not really a photo")
    (line.photos / "empty.png").write_bytes(b"")
    line.run(MeanColour())
    counts = line.library.counts()
    assert (counts.photos, counts.embedded, counts.failed, counts.pending) == (3, 1, 2, 0)
    failures = line.library.failures.page(offset=0, limit=9)
    assert all(failure.reason for failure in failures)
    assert {event.path for event in line.events if isinstance(event, PhotoFailed)} == {
        str(line.photos / "broken.jpg"),
        str(line.photos / "empty.png"),
    }


def test_a_failed_file_is_tried_again_when_it_changes(line: Line) -> None:
    path = line.photos / "a.png"
    path.write_bytes(b"rubbish")
    line.run(MeanColour())
    assert line.run(MeanColour()).totals.done == 0
    paint(path, "blue")
    line.run(MeanColour())
    counts = line.library.counts()
    assert (counts.failed, counts.embedded) == (0, 1)


def test_a_file_that_is_cut_off_is_tried_again_later(line: Line) -> None:
    whole = paint(line.base / "whole.webp", "red", (600, 600)).read_bytes()
    (line.photos / "a.webp").write_bytes(whole[: len(whole) // 2])
    line.run(MeanColour())
    [failure] = line.library.failures.page(offset=0, limit=9)
    assert failure.retry_after is not None
    line.now = failure.retry_after + 1
    assert len(line.run(MeanColour()).totals.failed) == 1
    [failure] = line.library.failures.page(offset=0, limit=9)
    assert failure.attempts == 2


def test_a_clock_that_was_wrong_when_a_photo_failed_keeps_it_from_nothing(line: Line) -> None:
    whole = paint(line.base / "whole.webp", "red", (600, 600)).read_bytes()
    (line.photos / "a.webp").write_bytes(whole[: len(whole) // 2])
    line.now = 4_000_000_000.0
    line.run(MeanColour())
    (line.photos / "b.webp").write_bytes(whole)
    line.now = 1_000.0
    pipeline = line.run(MeanColour())
    assert (len(pipeline.totals.failed), line.library.counts().embedded) == (1, 1)
    [failure] = line.library.failures.page(offset=0, limit=9)
    assert failure.attempts == 2
    assert failure.retry_after is not None
    assert failure.retry_after < 100_000


def broken_photo(path: Path) -> Path:
    """A JPEG with a date and a camera, and hardly any picture."""
    exif = exif_with({0x010F: "Leica", 0x0110: "Leica Q2"}, photo={0x9003: "2012:06:07 08:09:10"})
    Image.new("RGB", (96, 64), "red").save(path, exif=exif)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"\xff\xda") + 12])
    return path


@pytest.mark.parametrize("encoder", [MeanColour(), None])
def test_photo_that_fails_is_found_by_what_it_says_of_itself(
    line: Line, encoder: MeanColour | None
) -> None:
    original = broken_photo(line.photos / "a.jpg")
    shutil.copy(original, line.photos / "b.jpg")
    line.run(encoder)
    library = line.library
    in_2012 = PhotoFilter(taken_from="2012", taken_before="2013", cameras=("leica",))
    assert [photo.path for photo in library.photos.page(in_2012, offset=0, limit=9)]
    [failure, _] = library.failures.page(offset=0, limit=9)
    assert failure.reason == "the file ends too early"
    photo = library.photos.at(original)
    assert photo is not None
    assert (photo.taken_at, photo.content_hash) == ("2012-06-07T08:09:10", None)
    assert photo.moment == "2012-06-07T08:09:10"
    assert (library.counts().failed, library.counts().pending) == (2, 0)


@pytest.mark.parametrize("encoder", [MeanColour(), None])
def test_copy_of_a_photo_that_failed_fails_too(line: Line, encoder: MeanColour | None) -> None:
    original = broken_photo(line.photos / "a.jpg")
    line.run(encoder)
    shutil.copy(original, line.photos / "b.jpg")
    line.run(encoder)
    assert line.library.counts().failed == 2


def test_photo_that_failed_for_good_is_not_decoded_again(line: Line) -> None:
    header = b"\0\0\0\x0d" + b"IHDR" + b"\0\1\0\0" * 2 + b"\x08\2\0\0\0"
    path = line.photos / "vast.png"
    Image.new("RGB", (8, 8)).save(path, exif=exif_with({0x0110: "Leica Q2"}))
    whole = path.read_bytes()
    checksum = zlib.crc32(header[4:]).to_bytes(4, "big")
    path.write_bytes(whole[:8] + header + checksum + whole[33:])
    line.run(MeanColour())
    photo = line.library.photos.at(path)
    assert photo is not None
    facts = line.library.facts.of(photo.id)
    assert facts is not None
    assert facts.camera == "Leica Q2"
    line.now += 10**9
    assert line.run(MeanColour()).totals.decoded == 0
    assert line.library.contents.count_work("mean-colour/1", now=line.now) == 0


def test_photo_that_is_still_being_copied_is_read_again_when_more_has_come(line: Line) -> None:
    path = line.photos / "a.jpg"
    Image.effect_noise((600, 400), 90).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    line.run(MeanColour())
    photo = line.library.photos.at(path)
    assert photo is not None
    facts = line.library.facts.of(photo.id)
    assert facts is not None
    assert facts.damage == "a part is missing"
    path.write_bytes(whole)
    line.run(MeanColour())
    facts = line.library.facts.of(photo.id)
    assert facts is not None
    assert facts.damage is None
    assert line.library.photos.count(PhotoFilter(traits=("damaged",))) == 0


def test_photo_that_is_tried_again_is_counted_once(line: Line) -> None:
    paint(line.photos / "a.png", "red")
    whole = paint(line.base / "whole.webp", "red", (600, 600)).read_bytes()
    (line.photos / "b.webp").write_bytes(whole[: len(whole) // 2])
    line.scan()
    pipeline = Pipeline(
        line.library, line.pool, line.thumbnails, None, line.events.append, lambda: line.now
    )
    contents, totals = line.library.contents, pipeline.totals
    while pipeline.step():
        pass
    assert (totals.first, len(totals.failed)) == (2, 1)
    line.now += 100
    assert contents.count_work(None, now=line.now) == 1
    assert contents.count_work(None, now=line.now, leaving_out=totals.failed) == 0
    assert pipeline.step()
    assert (totals.first, len(totals.failed)) == (2, 1)
    pipeline.close()


def test_one_picture_the_model_cannot_take_does_not_stop_the_rest(line: Line) -> None:
    for number in range(4):
        paint(line.photos / f"{number}.png", "red", (50 + number, 20))
    line.run(MeanColour(refuses=52))
    counts = line.library.counts()
    assert (counts.embedded, counts.failed) == (3, 1)
    assert line.library.failures.page(offset=0, limit=9)[0].step == "embed"


def test_another_encoder_embeds_everything_anew_beside_the_old(line: Line) -> None:
    for number in range(3):
        paint(line.photos / f"{number}.png", ("red", "green", "blue")[number])
    line.run(MeanColour())
    second = MeanColour("mean-colour/2")
    line.run(second)
    assert second.calls == 3
    assert line.library.counts().embedded == 3
    assert line.library.vectors.count("mean-colour/1") == 3


def test_without_an_encoder_photos_still_get_facts_and_thumbnails(line: Line) -> None:
    path = paint(line.photos / "a.png", "red", (64, 48))
    line.run(None)
    photo = line.library.photos.at(path)
    assert photo is not None
    assert photo.width == 64
    later = MeanColour()
    line.run(later)
    assert later.calls == 1


def test_files_that_vanish_while_they_wait_are_left_to_the_scanner(line: Line) -> None:
    paths = [paint(line.photos / f"{n}.png", "red", (20 + n, 20)) for n in range(3)]
    line.scan()
    paths[0].unlink()
    pipeline = Pipeline(
        line.library, line.pool, line.thumbnails, MeanColour(), line.events.append, lambda: 0.0
    )
    pipeline.step()
    pipeline.close()
    assert [set(folders) for folders in pipeline.take_vanished().values()] == [{line.photos}]
    assert line.library.counts().failed == 0


def test_a_full_disk_stops_the_run_and_loses_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint(line.photos / "a.png", "red")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(ThumbnailCache, "write", full)
        with pytest.raises(LibraryFull, match="No space left"):
            line.run(MeanColour())
    line.run(MeanColour())
    assert line.library.counts().embedded == 1


def test_after_kill_9_nothing_is_lost_and_at_most_one_batch_is_done_again(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    count = BATCH_PHOTOS * 4
    rng = np.random.default_rng(3)
    photos.mkdir()
    for number in range(count):
        pixels = rng.integers(0, 255, (40, 60, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"{number}.png")
    options = IndexerOptions(
        library=tmp_path / "library", folders=(photos,), encoder="pocket", workers=1
    )
    with child_of(options) as child:
        assert child.stdout is not None
        committed = next(text for text in child.stdout if b'"photos_committed"' in text)
        child.send_signal(signal.SIGKILL)
    with Library.open_reader(tmp_path / "library") as library:
        assert library.check() == ()
        kept = library.counts().embedded
        revision = library.revision
    assert kept >= PART_PHOTOS, committed
    with child_of(options) as child:
        assert child.stdout is not None
        child.stdout.read()
    assert child.returncode == 0
    with Library.open_reader(tmp_path / "library") as library:
        counts = library.counts()
        fresh = library.vectors.since(revision, pocket_here().encoder_id)
        assert (counts.photos, counts.embedded, counts.failed) == (count, count, 0)
        assert len(fresh.ids) == count - kept
        assert len(library.photos.page(PhotoFilter(), offset=0, limit=count + 1)) == count
    assert len(list(photos.iterdir())) == count
