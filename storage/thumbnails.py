"""Small JPEGs of the photos, in the library's folder, by content hash and size.

Only the indexer writes here; what it writes was decoded in a guarded process, so that everybody
else may open it without fear.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

THUMBNAIL_SIDE = 320
"""Longest side in pixels of the thumbnail that every photo gets."""
PREVIEW_SIDE = 1600
"""Longest side in pixels of the picture that is made when a photo is looked at."""

_TRIM_TO = 0.9
_UNFINISHED_NAME = "unfinished"
_JPEG_BEGINS, _JPEG_ENDS = b"\xff\xd8", b"\xff\xd9"


class ThumbnailCache:
    """Files of `folder`, at most `limit_bytes` in all after a trim; the least used go first."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    def path_of(self, content_hash: str, longest_side: int, second: float | None = None) -> Path:
        """Where the JPEG is, if it is there.

        Of a moving picture `second` says which moment, to the millisecond; None is what stands for
        it.
        """
        moment = "" if second is None else f"-{round(second * 1000)}ms"
        return self._folder / content_hash[:2] / f"{content_hash}-{longest_side}{moment}.jpg"

    def has(self, content_hash: str, longest_side: int, second: float | None = None) -> bool:
        """Whether the JPEG is there, from its beginning to its end."""
        try:
            with self.path_of(content_hash, longest_side, second).open("rb") as stream:
                begins = stream.read(len(_JPEG_BEGINS))
                stream.seek(-len(_JPEG_ENDS), os.SEEK_END)
                return (begins, stream.read()) == (_JPEG_BEGINS, _JPEG_ENDS)
        except OSError:
            return False

    def read(
        self, content_hash: str, longest_side: int, second: float | None = None
    ) -> bytes | None:
        """The JPEG, or None where it was never made, has been dropped, or was cut off on disk."""
        try:
            jpeg = self.path_of(content_hash, longest_side, second).read_bytes()
        except OSError:
            return None
        is_whole = jpeg.startswith(_JPEG_BEGINS) and jpeg.endswith(_JPEG_ENDS)
        return jpeg if is_whole else None

    def write(
        self, content_hash: str, longest_side: int, jpeg: bytes, second: float | None = None
    ) -> None:
        """Store a JPEG; readers see it whole or not at all.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        path = self.path_of(content_hash, longest_side, second)
        fresh = self._folder / _UNFINISHED_NAME / f"{os.getpid()}-{uuid.uuid4().hex}"
        for folder in (path.parent, fresh.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            fresh.write_bytes(jpeg)
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise

    def clear_unfinished(self) -> None:
        """Remove what processes were writing that have been killed."""
        for path in (self._folder / _UNFINISHED_NAME).glob("*-*"):
            if not _lives(path.name.partition("-")[0]):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def trim(self) -> int:
        """Drop the least recently read files until the cache is within its limit; bytes freed."""
        files = sorted(self._files())
        total = sum(size for _, size, _ in files)
        freed = 0
        if total <= self._limit_bytes:
            return 0
        for _, size, path in files:
            if total - freed <= self._limit_bytes * _TRIM_TO:
                break
            Path(path).unlink(missing_ok=True)
            freed += size
        return freed

    def _files(self) -> list[tuple[float, int, str]]:
        found: list[tuple[float, int, str]] = []
        for folder, _, names in os.walk(self._folder):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118 - a hundred thousand of them
                try:
                    status = os.stat(path)  # noqa: PTH116
                except OSError:
                    continue
                found.append((max(status.st_atime, status.st_mtime), status.st_size, path))
        return found


def _lives(process_id: str) -> bool:
    """Whether there is such a process; what is no number is none."""
    try:
        os.kill(int(process_id), 0)
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    except OSError:
        return True
    return True
