"""Rounds of decoding alone, encoding alone and `imagescope index`, encoders taking turns."""

from __future__ import annotations

import shutil
import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from indexer.decoding.photo import Decoded
from indexer.decoding.pool import DecodePool
from indexer.models.protocols import PictureInput
from storage.thumbnails import THUMBNAIL_SIDE
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

_PHOTOS, _QUICK_PHOTOS = 300, 40
_ROUNDS, _QUICK_ROUNDS = 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EndToEnd:
    """One run of the real command on an empty library."""

    span: Span
    """From the moment when folder and encoder are ready to the last commit."""
    start_up: float
    """Seconds before that."""
    peak: int
    """Of the indexer's process, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The three measurements, one after the other."""

    decode: Span
    encode: Span
    whole: EndToEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What one encoder took for so many photos, round by round."""

    encoder_id: str
    photos: int
    bytes_each: float
    rounds: tuple[Round, ...]

    @property
    def decode(self) -> Span:
        """The cheapest."""
        return min((each.decode for each in self.rounds), key=lambda part: part.cpu)

    @property
    def encode(self) -> Span:
        """The cheapest."""
        return min((each.encode for each in self.rounds), key=lambda part: part.cpu)

    @property
    def whole(self) -> EndToEnd:
        """The quickest."""
        return min((each.whole for each in self.rounds), key=lambda part: part.span.wall)

    @property
    def peak(self) -> int:
        """The most the indexer's process held in any round, in bytes."""
        return max(each.whole.peak for each in self.rounds)

    @property
    def bound(self) -> float:
        """Photos per second if all cores did nothing but decode and encode."""
        return usable_cores() * self.photos / (self.decode.cpu + self.encode.cpu)

    @property
    def share(self) -> float:
        """What was reached of the bound."""
        return self.photos / self.whole.span.wall / self.bound

    @property
    def share_of_cores_left(self) -> float:
        """The same, against the cores that others left in the same round; the median."""
        return statistics.median(
            (each.decode.cpu + each.encode.cpu)
            / (each.whole.span.wall * each.whole.span.cores_left)
            for each in self.rounds
        )


def measure_indexing(folder: Path, settings: Sequence[str], *, quick: bool) -> list[Indexed]:
    """Index the same 12-megapixel photos with each encoder, in turns."""
    count, rounds = (_QUICK_PHOTOS, _QUICK_ROUNDS) if quick else (_PHOTOS, _ROUNDS)
    large = folder / f"large-{count}"
    photos = make_large_photos(large, count)
    with ExitStack() as stack:
        alone = [
            stack.enter_context(EncodeAlone(setting, photos, threads=0, folder=folder))
            for setting in settings
        ]
        done = [
            [
                _round(folder / "indexed", photos, encoding, setting)
                for encoding, setting in zip(alone, settings, strict=True)
            ]
            for _ in range(rounds)
        ]
    size = sum(path.stat().st_size for path in photos) / count
    return [
        Indexed(encoder_id=each.facts.encoder_id, photos=count, bytes_each=size, rounds=its_rounds)
        for each, its_rounds in zip(alone, zip(*done, strict=True), strict=True)
    ]


def indexing_table(done: Indexed, name: str, target_share: float) -> Table:
    """The parts beside the whole, and what the whole reaches of the bound."""
    count, whole, share = done.photos, done.whole, done.share
    return Table(
        title=f"{count} JPEGs of 12 megapixels, {done.bytes_each / 1e6:.1f} MB each; {name}",
        head=("", "photos/s", "CPU per photo", "cores at work"),
        rows=(
            _row("decoding alone, one worker per core", done.decode, count),
            _row("encoding alone, one thread per core", done.encode, count),
            _row("end to end, `imagescope index`", whole.span, count),
            ("bound: all cores decode or encode", f"{done.bound:.2f}", "", f"{usable_cores()}"),
        ),
        notes=(
            f"Best of {len(done.rounds)} rounds. Target: end to end at least {target_share} of the"
            f" bound: {share:.2f}, {verdict(share, target_share, at_least=True)}; against the cores"
            " that other programs left in the same round:"
            f" {done.share_of_cores_left:.2f} (median).",
            f"Before the first photo {whole.start_up:.1f} s go by, in which the model is loaded;"
            f" the indexer's process holds {mebibytes(done.peak)} at most.",
        ),
    )


def _row(name: str, part: Span, count: int) -> tuple[str, ...]:
    return (
        name,
        f"{count / part.wall:.2f}",
        milliseconds(part.cpu / count),
        f"{part.cpu / part.wall:.2f}",
    )


def _round(library: Path, photos: Sequence[Path], encoding: EncodeAlone, setting: str) -> Round:
    wanted = PictureInput(**cast("dict[str, Any]", encoding.facts.picture_input))
    return Round(
        decode=_decode_alone(photos, wanted),
        encode=encoding.measure(),
        whole=_end_to_end(library, photos[0].parent, setting),
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


def _end_to_end(library: Path, photos: Path, setting: str) -> EndToEnd:
    shutil.rmtree(library, ignore_errors=True)
    command = IndexCommand(library, str(photos), encoder=setting)
    with command, PeakWatch(command.process.pid) as watch:
        ready = _when_ready(command)
        ended = command.hear_until("index_up_to_date")
    assert ended.fields["failed"] == 0, ended.fields
    return EndToEnd(
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
