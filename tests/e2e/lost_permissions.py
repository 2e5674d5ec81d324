"""`python -m tests.e2e.lost_permissions FOLDER`: takes permissions away, and gives them back.

Run as nobody special, for whom they count. Prints what was seen, one JSON object a line.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storage.library import Library
from tests.e2e.small_disk import imagescope
from tests.pictures import paint

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Take them away one after the other."""
    folder = Path(sys.argv[1])
    photos, library = folder / "photos", folder / "library"
    paint(photos / "red.png", "red")
    paint(photos / "garden" / "rose.png", "pink")
    paint(photos / "garden" / "sky.png", "blue")
    _index("indexed", library, photos)
    fresh = paint(photos / "fresh.png", "green")
    with _mode(fresh, 0o000), _mode(photos / "garden", 0o600):
        _index("a photo may not be read, and a folder not be entered", library, photos)
    _index("all may be read again", library, photos, "--retry-failed")
    with _mode(library, 0o500), _mode(library / "library.db", 0o400):
        _index("library may not be written", library, photos)
        found = imagescope(library, "search", "red", "--format", "paths")
        _tell("search of it", found.returncode, found.stderr)


@contextmanager
def _mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def _index(what: str, library: Path, photos: Path, *words: str) -> None:
    done = imagescope(library, "index", str(photos), *words)
    with Library.open_reader(library) as reader:
        counts = reader.counts()
    _tell(what, done.returncode, done.stderr, photos=counts.photos, failed=counts.failed)


def _tell(what: str, status: int, told: str, **counts: int) -> None:
    fields = {"what": what, "status": status, "told": told.splitlines(), **counts}
    sys.stdout.write(json.dumps(fields) + "\n")


if __name__ == "__main__":
    main()
