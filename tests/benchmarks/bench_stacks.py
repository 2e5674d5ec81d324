"""How many near-copies and shots of a burst are folded, how many other photos, and what it costs.

Copies and bursts are made from real photos. That two photos show one scene nobody has marked: the
pairs of different photos that the encoder finds most alike stand for it, among them real bursts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from PIL import Image

from indexer.decoding.photo import Decoded, decode_photo
from indexer.photos.signatures import signature_of
from indexer.ranking.stacks import CONTENTS_MAX, stacks
from storage.records import ContentId, Facts
from storage.thumbnails import THUMBNAIL_SIDE
from tests.benchmarks.photo_changes import NEAR_COPIES, jpeg, panned, shot
from tests.benchmarks.stack_library import StackLibrary
from tests.benchmarks.table import Table, milliseconds, verdict
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from storage.records import FloatMatrix

PACKAGES = ("numpy", "pillow")
TARGET_COPIES, TARGET_WRONG = 0.95, 0.01
TARGET_SECONDS, TARGET_INDEXING = 0.015, 0.03
_PHOTOS, _PAIRS, _SHOTS = 200, 2_000, 4
_QUICK_STEP: Final = 10
_QUERIES: Final = ("dog", "beach", "snow", "children", "red car", "flower", "water", "street")
_RUNS: Final = 9
_NOON: Final = "2020-07-18T12:00:00"

Pair: TypeAlias = "tuple[ContentId, ContentId]"


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Many different photos."""

    made: StackLibrary
    file_of: dict[ContentId, Path]

    def nearest(self, query: str) -> list[ContentId]:
        """The first of a ranking by the encoder."""
        (wanted,) = self.made.encoder.encode_texts([query])
        ids, matrix = self.vectors()
        order = np.argsort(-(matrix @ wanted))[:CONTENTS_MAX]
        return [ids[place] for place in order.tolist()]

    def most_alike(self, count: int) -> list[Pair]:
        """The pairs of highest cosine."""
        ids, matrix = self.vectors()
        cosines = np.triu(matrix @ matrix.T, k=1)
        places = np.argpartition(cosines, -count, axis=None)[-count:]
        return [
            (ids[first], ids[second])
            for first, second in zip(*np.unravel_index(places, cosines.shape), strict=True)
        ]

    def vectors(self) -> tuple[list[ContentId], FloatMatrix]:
        """Of all, by id."""
        rows = self.made.library.vectors.since(0, self.made.encoder.encoder_id)
        return [ContentId(key) for key in rows.ids.tolist()], rows.matrix

    def names(self, pair: Pair) -> str:
        """Their files, as far as they are told apart by."""
        return " and ".join(self.file_of[key].stem.partition("_")[0] for key in pair)


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Measure with `pocket`; nothing where there are no such photos."""
    if not (SHARED_DATA / "captioned").is_dir():
        return ()
    step = _QUICK_STEP if quick else 1
    photos = [_opened(path) for path in _photo_files()[:_PHOTOS:step]]
    files, made = _crowd_files()[::step], StackLibrary(folder)
    crowd = _Crowd(made, dict(zip(made.add((path, Facts()) for path in files), files, strict=True)))
    return (
        _copies_table(StackLibrary(folder), photos),
        _bursts_table(StackLibrary(folder), photos[: CONTENTS_MAX // _SHOTS]),
        _others_table(crowd, StackLibrary(folder), photos, _PAIRS // step),
        _costs_table(crowd),
    )


def _photo_files() -> list[Path]:
    """In full size."""
    originals = sorted((SHARED_DATA / "captioned" / "originals").iterdir())
    return originals + sorted((SHARED_DATA / "photos" / "images").iterdir())


def _crowd_files() -> list[Path]:
    folders = (("captioned", "images224"), ("flickr8k_train", "images224"), ("photos", "images"))
    return [path for parts in folders for path in sorted(SHARED_DATA.joinpath(*parts).iterdir())]


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _copies_table(made: StackLibrary, photos: Sequence[Image.Image]) -> Table:
    originals = made.add((jpeg(photo, 90), Facts()) for photo in photos)
    rows, folded = [], 0
    for name, change in NEAR_COPIES.items():
        copies = made.add((jpeg(change(photo), 40), Facts()) for photo in photos)
        pairs = set(zip(copies, originals, strict=True))
        found = stacks(made.library, [*copies, *originals])
        right = sum(stack in pairs for stack in found)
        folded += right
        rows.append((name, f"{right} of {len(pairs)}", str(len(found) - right)))
    share = folded / (len(photos) * len(NEAR_COPIES))
    return Table(
        title=f"{len(photos)} photos and a near-copy of each in one ranking, without times",
        head=("the copy is", "folded with its original alone", "other stacks"),
        rows=tuple(rows),
        notes=(
            f"In all {share:.1%} are folded. Target: {TARGET_COPIES:.0%},"
            f" {verdict(share, TARGET_COPIES, at_least=True)}.",
        ),
    )


def _bursts_table(made: StackLibrary, photos: Sequence[Image.Image]) -> Table:
    whole = _series(
        made, photos, lambda number, place: f"T{number // 60:02}:{number % 60:02}:{place:02}"
    )
    apart = _series(
        made, photos, lambda number, place: f"T{number % 24:02}:{10 * place + number // 24:02}:00"
    )
    rows = [
        ("a second between shots", *_counted(made, whole)),
        ("ten minutes between shots", *_counted(made, apart)),
    ]
    with made.library.atomic():
        made.library.signatures.put({key: b"" for shots in whole for key in shots})
    rows.append(("a second, by vectors alone", *_counted(made, whole)))
    return Table(
        title=f"{len(photos)} series of {_SHOTS} shots: moved by up to 4 %, turned by up to 2°,"
        " with noise",
        head=("", "shots folded with the first", "stacks of several series"),
        rows=tuple(rows),
    )


def _series(
    made: StackLibrary, photos: Sequence[Image.Image], time_of: Callable[[int, int], str]
) -> list[list[ContentId]]:
    """Each photo as shots of one camera, each series at times of its own."""
    return [
        made.add(
            (
                jpeg(shot(photo, number * _SHOTS + place), 85),
                Facts(taken_at=f"2020-07-18{time_of(number, place)}", camera="Camera 1"),
            )
            for place in range(_SHOTS)
        )
        for number, photo in enumerate(photos)
    ]


def _counted(made: StackLibrary, series: Sequence[Sequence[ContentId]]) -> tuple[str, str]:
    """With all series in one ranking."""
    found = stacks(made.library, [key for shots in series for key in shots])
    folded = sum(
        max((len(set(shots) & set(stack)) for stack in found if set(shots) & set(stack)), default=1)
        - 1
        for shots in series
    )
    mixed = sum(not any(set(stack) <= set(shots) for shots in series) for stack in found)
    return f"{folded} of {len(series) * (_SHOTS - 1)}", str(mixed)


def _others_table(
    crowd: _Crowd, made: StackLibrary, photos: Sequence[Image.Image], count: int
) -> Table:
    library, pairs = crowd.made.library, crowd.most_alike(count)
    folded = [pair for pair in pairs if stacks(library, pair)]
    views = [made.add((jpeg(view, 90), Facts()) for view in panned(photo)) for photo in photos]
    at_once = _taken_at_once(crowd, made, pairs)
    found = {stack for query in _QUERIES for stack in stacks(library, crowd.nearest(query))}
    wrong = len(folded) / len(pairs)
    rows = (
        (
            f"the {len(pairs):,} most alike pairs of {len(crowd.file_of):,} photos",
            f"{len(folded)}, {wrong:.2%}",
        ),
        (
            "the same, as if one camera had taken all of them in one second",
            f"{at_once}, {at_once / len(pairs):.1%}",
        ),
        (
            "two views of one photo, a fifth of its width apart",
            f"{sum(bool(stacks(made.library, pair)) for pair in views)} of {len(views)}",
        ),
        (f"stacks in the first {CONTENTS_MAX} for {len(_QUERIES)} queries", str(len(found))),
    )
    told = "; ".join(crowd.names(pair) for pair in folded)
    return Table(
        title="Different photos of one scene, without times unless said",
        head=("", "folded"),
        rows=rows,
        notes=(
            f"Target: at most {TARGET_WRONG:.0%} of the pairs, {verdict(wrong, TARGET_WRONG)}."
            f" Folded: {told or 'none'}.",
        ),
    )


def _taken_at_once(crowd: _Crowd, made: StackLibrary, pairs: Sequence[Pair]) -> int:
    facts = Facts(taken_at=_NOON, camera="Camera 1")
    members = sorted({key for pair in pairs for key in pair})
    timed = made.add((crowd.file_of[key], facts) for key in members)
    again = dict(zip(members, timed, strict=True))
    return sum(bool(stacks(made.library, [again[key] for key in pair])) for pair in pairs)


def _costs_table(crowd: _Crowd) -> Table:
    rankings = [crowd.nearest(query) for query in _QUERIES]
    seconds = [_seconds(partial(stacks, crowd.made.library, ranking)) for ranking in rankings]
    files = _photo_files()[:_PHOTOS:_RUNS]
    made, signed = _signature_seconds(files, crowd.made)
    share = signed / made
    return Table(
        title="What it costs",
        head=("", "median", "worst", "target"),
        rows=(
            (
                f"stacks of a ranking of {CONTENTS_MAX}, reading included",
                milliseconds(median(seconds)),
                milliseconds(max(seconds)),
                f"{milliseconds(TARGET_SECONDS)}, {verdict(median(seconds), TARGET_SECONDS)}",
            ),
            (
                "a signature, of a photo's decoding and encoding by `pocket`",
                f"{share:.1%}",
                "",
                f"{TARGET_INDEXING:.0%}, {verdict(share, TARGET_INDEXING)}",
            ),
        ),
        notes=(f"One signature takes {milliseconds(signed / len(files))} of one core.",),
    )


def _signature_seconds(files: Sequence[Path], made: StackLibrary) -> tuple[float, float]:
    """CPU of decoding and encoding the files, and of their signatures."""
    wanted = made.encoder.picture_input
    began = time.process_time()
    decoded = [
        decode_photo(path, picture_input=wanted, thumbnail_side=THUMBNAIL_SIDE) for path in files
    ]
    photos = [photo for photo in decoded if isinstance(photo, Decoded)]
    made.encoder.encode_pictures([photo.picture for photo in photos])
    read = time.process_time()
    for photo in photos:
        signature_of(photo.thumbnail)
    return read - began, time.process_time() - read


def _seconds(work: Callable[[], object]) -> float:
    """The best of some runs."""
    taken = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)
