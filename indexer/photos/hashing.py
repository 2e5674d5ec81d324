"""A photo's identity: the hash of all its bytes."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    from pathlib import Path

    from storage.contents import PendingPhoto

_BLOCK_BYTES = 1 << 20


def hash_file(path: Path) -> str:
    """XXH3-128 of a regular file's bytes, as hex; copies and renamed files give the same.

    Raises:
        OSError: the file cannot be read, or is not a regular file.
    """
    digest = xxhash.xxh3_128()
    # Without O_NONBLOCK a pipe that took the file's place would block for ever.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(f"not a regular file: {path}")
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def hash_picture(thumbnail: bytes, width: int, height: int) -> str:
    """What is the same for files that show the same: of the thumbnail and the upright size.

    A thumbnail follows from the pixels alone, whatever else a file holds.
    """
    return f"{xxhash.xxh3_128_hexdigest(thumbnail)}-{width}x{height}"


def has_changed(photo: PendingPhoto) -> bool:
    """Whether the file is another one than the library knows, or is not there."""
    try:
        status = photo.path.stat()
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns) != (photo.size_bytes, photo.mtime_ns)
