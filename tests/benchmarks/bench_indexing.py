"""Photos per second end to end, beside decoding alone and encoding alone of the same photos."""

from __future__ import annotations

import shutil
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from indexer.decoding.photo import Decoded
from indexer.decoding.pool import DecodePool
from indexer.models.protocols import PictureInput
from storage.thumbnails import THUMBNAIL_SIDE
from tests.benchmarks.checkpoint import ARCHITECTURE, make_checkpoint, setting_for
from tests.benchmarks.clocks import Reading, Span, Stopwatch, span
from tests.benchmarks.encode_alone import EncodeAlone
from tests.benchmarks.index_command import IndexCommand
from tests.benchmarks.machine import usable_cores
from tests.benchmarks.photo_files import make_large_photos
from tests.benchmarks.processes import PeakWatch
from tests.benchmarks.table import Table, mebibytes, milliseconds, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACKAGES = ("pillow", "torch", "open_clip_torch", "sqlite-utils")
TARGET_SHARE = 0.9
_PHOTOS, _QUICK_PHOTOS = 300, 40
_ROUNDS, _QUICK_ROUNDS = 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _EndToEnd:
    """One run of the real command on an empty library."""

    span: Span
    """From the moment when folder and encoder are ready to the last commit."""
    start_up: float
    """Seconds before that."""
    peak: int
    """Of the indexer's process, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    decode: Span
    encode: Span
    whole: _EndToEnd

    def bound(self, photos: int) -> float:
        """Photos per second if the cores others left did nothing but decode and encode."""
        cost = (self.decode.cpu + self.encode.cpu) / photos
        return self.whole.span.cores_left / cost

    def share(self, photos: int) -> float:
        """What was reached of that."""
        return photos / self.whole.span.wall / self.bound(photos)


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Rounds of the three measurements, one after the other, and the best of each."""
    count, rounds = (_QUICK_PHOTOS, _QUICK_ROUNDS) if quick else (_PHOTOS, _ROUNDS)
    large = folder / f"large-{count}"
    photos = make_large_photos(large, count)
    setting = setting_for(make_checkpoint(folder))
    with EncodeAlone(setting, photos, threads=0, folder=folder) as encoding:
        wanted = PictureInput(**cast("dict[str, Any]", encoding.facts.picture_input))
        done = [
            _Round(
                decode=_decode_alone(photos, wanted),
                encode=encoding.measure(),
                whole=_end_to_end(folder / "indexed", large, setting),
            )
            for _ in range(rounds)
        ]
        name = encoding.facts.encoder_id
    return (_table(done, photos, name),)


def _table(done: Sequence[_Round], photos: Sequence[Path], encoder_id: str) -> Table:
    count = len(photos)
    decode = min((each.decode for each in done), key=lambda part: part.cpu)
    encode = min((each.encode for each in done), key=lambda part: part.cpu)
    whole = min((each.whole for each in done), key=lambda part: part.span.wall)
    bound = usable_cores() * count / (decode.cpu + encode.cpu)
    share = count / whole.span.wall / bound
    beside = statistics.median(each.share(count) for each in done)
    precision = encoder_id.rpartition("/")[2]
    size = sum(path.stat().st_size for path in photos) / count / 1e6
    return Table(
        title=f"{count} JPEGs of 12 megapixels, {size:.1f} MB each; {ARCHITECTURE}, {precision}",
        head=("", "photos/s", "CPU per photo", "cores at work"),
        rows=(
            _row("decoding alone, one worker per core", decode, count),
            _row("encoding alone, one thread per core", encode, count),
            _row("end to end, `imagescope index`", whole.span, count),
            ("bound: all cores decode or encode", f"{bound:.2f}", "", f"{usable_cores()}"),
        ),
        notes=(
            f"Best of {len(done)} rounds. Target: end to end at least {TARGET_SHARE} of the bound:"
            f" {share:.2f}, {verdict(share, TARGET_SHARE, at_least=True)}; against the cores that"
            f" other programs left in the same round: {beside:.2f} (median).",
            f"Before the first photo {whole.start_up:.1f} s go by, in which the model is loaded;"
            f" the indexer's process holds {mebibytes(whole.peak)} at most.",
        ),
    )


def _row(name: str, part: Span, count: int) -> tuple[str, ...]:
    return (
        name,
        f"{count / part.wall:.2f}",
        milliseconds(part.cpu / count),
        f"{part.cpu / part.wall:.2f}",
    )


def _decode_alone(photos: Sequence[Path], wanted: PictureInput) -> Span:
    pool = DecodePool(picture_input=wanted, thumbnail_side=THUMBNAIL_SIDE)
    try:
        for warming in [pool.submit(path) for path in photos[: usable_cores()]]:
            warming.result()
        with Stopwatch() as watch:
            outcomes = [future.result() for future in [pool.submit(path) for path in photos]]
    finally:
        pool.close()
    assert all(isinstance(outcome, Decoded) for outcome in outcomes)
    return watch.span


def _end_to_end(library: Path, photos: Path, setting: str) -> _EndToEnd:
    shutil.rmtree(library, ignore_errors=True)
    command = IndexCommand(library, str(photos), encoder=setting)
    with command, PeakWatch(command.process.pid) as watch:
        ready = _when_ready(command)
        ended = command.hear_until("index_up_to_date")
    assert ended.fields["failed"] == 0, ended.fields
    return _EndToEnd(
        span=span(ready, ended.at),
        start_up=ready.wall - command.began.wall,
        peak=watch.largest("-m indexer"),
    )


def _when_ready(command: IndexCommand) -> Reading:
    """When both the encoder is loaded and the folder is known."""
    missing = {"encoder_ready", "scan_finished"}
    for heard in command.events():
        missing.discard(heard.name)
        if not missing:
            return heard.at
    raise RuntimeError("the indexer ended before it was ready")
