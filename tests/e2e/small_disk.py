"""`python -m tests.e2e.small_disk first|held FOLDER`: indexes onto a small disk of its own.

Run where it may mount. Prints what was seen, one JSON object a line; the tests judge it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from indexer.options import IndexerOptions
from storage.errors import StorageError
from storage.library import Library
from tests.indexer.children import child_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PHOTOS = 24
_COMMAND = (sys.executable, "-P", "-m", "imagescope_tui.cli", "--quiet")
_ENOUGH = "64m"


def main() -> None:
    """Mount the disk, and do what was asked."""
    scenario, folder = sys.argv[1], Path(sys.argv[2])
    photos, disk = folder / "photos", folder / "disk"
    for made in (photos, disk):
        made.mkdir()
    _paint(photos)
    _mount(disk, "16k", "rw")
    {"first": _index_with_growing_room, "held": _serve_until_there_is_room}[scenario](photos, disk)


def _paint(photos: Path) -> None:
    chance = np.random.default_rng(1)
    for number in range(PHOTOS):
        pixels = chance.integers(0, 255, (40, 60, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((240, 160)).save(photos / f"{number}.jpg")


def _mount(disk: Path, size: str, how: str = "remount") -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"{how},size={size}", "tmpfs", disk], check=True)


def _tell(**fields: Any) -> None:  # noqa: ANN401
    sys.stdout.write(json.dumps(fields) + "\n")


def imagescope(library: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command over a library, to its end."""
    return subprocess.run(
        [*_COMMAND, *words, "--library", str(library), "--encoder", "pocket"],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


# -- the command -------------------------------------------------------------------------------


def _index_with_growing_room(photos: Path, disk: Path) -> None:
    """No room for a database, then for thumbnails; then the disk is filled by others."""
    for size in ("16k", "640k", _ENOUGH):
        _mount(disk, size)
        done = imagescope(disk / "library", "index", str(photos))
        _tell(status=done.returncode, told=done.stderr.splitlines(), kept=_embedded(disk))
    with (disk / "ballast").open("wb") as ballast:
        _fill(ballast.fileno())
    done = imagescope(disk / "library", "index", str(photos))
    _tell(status=done.returncode, told=done.stderr.splitlines(), kept=_embedded(disk))
    found = imagescope(disk / "library", "search", "red", "--format", "paths")
    _tell(status=found.returncode, told=found.stderr.splitlines(), found=found.stdout.splitlines())


def _fill(file: int) -> None:
    try:
        while os.write(file, bytes(4096)):
            pass
    except OSError:
        return


def _embedded(disk: Path) -> int | None:
    """Photos that are done, where there is a sound library; None where there is none yet."""
    try:
        with Library.open_reader(disk / "library") as library:
            assert library.check() == ()
            return library.counts().embedded
    except StorageError:
        return None


# -- the process that goes on ------------------------------------------------------------------


def _serve_until_there_is_room(photos: Path, disk: Path) -> None:
    options = IndexerOptions(
        library=disk / "library", folders=(photos,), encoder="pocket", workers=1, serve=True
    )
    sizes = iter(("640k", _ENOUGH))
    with child_of(options) as child:
        assert child.stdout is not None
        for event in _events(child.stdout):
            _tell(**event)
            if event["event"] == "index_halted":
                _mount(disk, next(sizes))
            if event["event"] == "index_up_to_date":
                break
        assert child.stdin is not None
        child.stdin.close()
        child.wait()
    _tell(event="ended", kept=_embedded(disk))


def _events(stream: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    for line in stream:
        message = json.loads(line)
        if message.get("event") in ("index_halted", "index_up_to_date"):
            yield message


if __name__ == "__main__":
    main()
