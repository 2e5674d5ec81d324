"""Which files other viewers open, as far as they are installed, and this program does not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.decoding.failures import DecodeFailure
from indexer.decoding.pool import DecodePool
from indexer.models.protocols import PictureInput
from tests.benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("pillow", "pillow-heif", "rawpy", "av")
_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_FOLDERS = ("formats", "hostile")
_VIEWERS = {
    "ImageMagick": ("convert", "{file}[0]", "-resize", "64x64!", "{made}"),
    "libvips": ("vips", "thumbnail", "{file}", "{made}", "64"),
    "ffmpeg": ("ffmpeg", "-v", "error", "-y", "-i", "{file}", "-frames:v", "1", "{made}"),
}
_SECONDS_MAX = 30
_NO_PICTURES = frozenset((".csv", ".md", ".xmp", ".txt", ""))


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Decode all files of the collections; have the others open what this program does not."""
    viewers = {name: line for name, line in _VIEWERS.items() if shutil.which(line[0])}
    rows = []
    for collection in _FOLDERS:
        for path, failure in _unread(_DATA / collection):
            opening = [
                name
                for name, line in viewers.items()
                if _opens([part.format(file=path, made=folder / "made.png") for part in line])
            ]
            if not quick or len(opening) == len(viewers):
                name = str(path.relative_to(_DATA))
                rows.append((f"`{name}`", failure.reason, ", ".join(opening) or "none"))
    count = sum(row[2] == ", ".join(viewers) for row in rows)
    return (
        Table(
            title="Files that are not read",
            head=("file", "reason given", "opened by"),
            rows=tuple(rows),
            notes=(f"{count} of them are opened by all of {', '.join(viewers) or 'none'}.",),
        ),
    )


def _unread(folder: Path) -> Iterator[tuple[Path, DecodeFailure]]:
    pool = DecodePool(
        picture_input=PictureInput(width=64, height=64, fit="crop"), thumbnail_side=64
    )
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() not in _NO_PICTURES)
    for path, future in [(path, pool.submit(path)) for path in paths]:
        outcome = future.result()
        if isinstance(outcome, DecodeFailure):
            yield path, outcome
    pool.close()


def _opens(command: list[str]) -> bool:
    """Whether a viewer makes a picture of the file; what it warns of does not count."""
    made = Path(next(part for part in command if part.endswith("made.png")))
    made.unlink(missing_ok=True)
    try:
        subprocess.run(command, capture_output=True, timeout=_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return False
    return made.is_file() and made.stat().st_size > 0
