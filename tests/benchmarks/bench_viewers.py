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
    from collections.abc import Iterator, Sequence

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
    unread = [failed for name in _FOLDERS for failed in _unread(_DATA / name)]
    opened = [
        (path, failure)
        for path, failure in unread
        if viewers and all(_opens(line, path, folder) for line in viewers.values())
    ]
    names = ", ".join(viewers) or "none, for none is installed"
    return (
        Table(
            title=f"Files that are not read here, and that all of these open: {names}",
            head=("file", "reason given"),
            rows=tuple(
                (f"`{path.relative_to(_DATA)}`", failure.reason) for path, failure in opened
            ),
            notes=(f"{len(unread)} files are not read, {len(opened)} of them are opened by all.",),
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


def _opens(line: Sequence[str], path: Path, folder: Path) -> bool:
    """Whether a viewer makes a picture of the file; what it warns of does not count."""
    made = folder / "made.png"
    made.unlink(missing_ok=True)
    command = [part.format(file=path, made=made) for part in line]
    try:
        subprocess.run(command, capture_output=True, timeout=_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return False
    return made.is_file() and made.stat().st_size > 0
