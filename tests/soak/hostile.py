"""All hostile and all format files, and damaged ones of every kind, through the real indexer.

First every file alone, timed; then all of them in one library among sound photos.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from indexer.decoding.photo import DecodeFailure
from indexer.decoding.pool import DecodePool
from indexer.models.protocols import PictureInput
from tests.conftest import SHARED_DATA
from tests.soak.hostile_files import damaged_copies, huge_files, sound_files
from tests.soak.hostile_run import copy_into, run_index, same_vectors

_SECONDS_PER_FILE = 30.0
_GIBIBYTE = 2**30


def main() -> int:
    """Runs it and prints what was seen; 0 where every promise holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak hostile", description=__doc__)
    parser.add_argument("--copies", type=int, default=40, help="damaged copies of each kind")
    asked, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="imagescope-hostile-") as name:
        base = Path(name)
        files = _files(base, asked.copies)
        print(f"{len(files)} files")
        broken = _alone(files) + _together(base, files)
    for complaint in broken:
        print("BROKEN:", complaint)
    print("all promises hold" if not broken else f"{len(broken)} promises are broken")
    return 1 if broken else 0


def _files(base: Path, copies: int) -> list[Path]:
    shared = [
        path
        for folder in ("hostile", "formats")
        for path in sorted((SHARED_DATA / folder).rglob("*"))
        if path.is_file() and path.suffix != ".csv"
    ]
    sound = sound_files(base / "sound")
    huge = huge_files(base / "huge")
    damaged = [
        path
        for number, whole in enumerate(sound)
        for path in damaged_copies(whole, base / "damaged" / str(number), copies)
    ]
    return [*shared, *sound, *huge, *damaged]


def _alone(files: list[Path]) -> list[str]:
    """Every file for itself: how long it takes, and whether a decoder crashes."""
    crop = PictureInput(width=224, height=224, fit="crop")
    pool = DecodePool(picture_input=crop, thumbnail_side=384, workers=1)
    took: list[tuple[float, Path]] = []
    outcomes: Counter[str] = Counter()
    try:
        for path in files:
            began = time.monotonic()
            outcome = pool.submit(path).result()
            took.append((time.monotonic() - began, path))
            outcomes[outcome.reason if isinstance(outcome, DecodeFailure) else "decoded"] += 1
    finally:
        pool.close()
    for reason, count in outcomes.most_common():
        print(f"{count:6}  {reason}")
    for seconds, path in sorted(took, reverse=True)[:8]:
        print(f"{seconds:6.2f} s  {path.parent.name}/{path.name}")
    slowest = max(seconds for seconds, _ in took)
    return [f"a file took {slowest:.1f} s"] if slowest > _SECONDS_PER_FILE + 5 else []


def _together(base: Path, files: list[Path]) -> list[str]:
    """All in one library: everything is explained, and the neighbours do not notice."""
    neighbours = sorted((SHARED_DATA / "photos" / "images").iterdir())
    quiet, album = base / "quiet", base / "album"
    copy_into(quiet / "neighbours", neighbours)
    copy_into(album / "neighbours", neighbours)
    for number, path in enumerate(files):
        copy_into(album / f"{number % 20:02}", [path])
    alone = run_index(quiet, base / "library-quiet")
    run = run_index(album, base / "library")
    left, watch = run.left, run.watch
    print(
        f"{len(left.decoded)} found, {len(left.reasons)} failed in {run.seconds:.0f} s; workers:"
        f" {len(watch.peaks)}, at most {watch.resident_max / _GIBIBYTE:.2f} GiB resident,"
        f" {watch.address_space_max / _GIBIBYTE:.2f} GiB of address space"
    )
    promises = {
        f"exit status {run.returncode}": run.returncode == 5,
        f"unexplained: {sorted(left.unexplained(album))[:5]}": not left.unexplained(album),
        f"unclean reasons: {left.unclean_reasons()[:3]}": not left.unclean_reasons(),
        f"the library: {left.complaints}": not left.complaints,
        f"{len(alone.left.vectors)} neighbours": len(alone.left.vectors) == len(neighbours),
        "neighbours have other vectors": same_vectors(alone.left.vectors, left.vectors),
        "escape bytes in the status": b"\x1b" not in run.status_text,
        "a worker outgrew its limit": watch.address_space_max < 2.2 * _GIBIBYTE,
    }
    return [complaint for complaint, holds in promises.items() if not holds]


if __name__ == "__main__":
    raise SystemExit(main())
