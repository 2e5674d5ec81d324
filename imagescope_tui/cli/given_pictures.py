"""The pictures that `--like` and `--unlike` name: files, or one that comes through stdin."""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from imagescope_tui.cli.common import absolute_path
from imagescope_tui.errors import UsageError
from storage.private import open_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STDIN = "-"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|data:", re.IGNORECASE)
_MEGABYTES_MAX = 500
_PART_BYTES = 1 << 20


@contextmanager
def given_pictures(*named: Sequence[str]) -> Iterator[tuple[tuple[Path, ...], ...]]:
    """Where the pictures of each of the lists are; what came through stdin is gone afterwards.

    Raises:
        UsageError: one is no picture that can be had.
    """
    if sum(names.count(_STDIN) for names in named) > 1:
        raise UsageError(
            "only one picture can come through stdin", "name the others by their files"
        )
    with ExitStack() as kept:
        yield tuple(tuple(_place(name, kept) for name in names) for names in named)


def _place(name: str, kept: ExitStack) -> Path:
    if name == _STDIN:
        return kept.enter_context(_from_stdin())
    if not _ADDRESS.match(name):
        return absolute_path(Path(name))
    parts = urlsplit(name)
    if parts.scheme.lower() == "file" and parts.hostname in (None, "localhost"):
        return Path(unquote(parts.path))
    raise UsageError(
        f"{name} is an address, and pictures are only taken from this machine",
        "download it first, or pipe it in: curl -s URL | imagescope search --like -",
    )


@contextmanager
def _from_stdin() -> Iterator[Path]:
    """A file that is its owner's alone, for as long as it is needed."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no picture comes through stdin", "imagescope search --like - < photo.jpg")
    with tempfile.TemporaryDirectory(prefix="imagescope-") as folder:
        path = Path(folder) / "stdin"
        try:
            with open_private(path, "wb") as file:
                _copy(sys.stdin.buffer, file)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(f"the picture from stdin cannot be taken: {reason}") from error
        if not path.stat().st_size:
            raise UsageError("stdin holds no picture", "imagescope search --like - < photo.jpg")
        try:
            yield path
        except UsageError as error:
            told = error.message.replace(str(path), "the picture on stdin")
            raise UsageError(told, error.hint) from error


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    size = 0
    while part := source.read(_PART_BYTES):
        size += len(part)
        if size > _MEGABYTES_MAX * 1_000_000:
            raise UsageError(f"the picture from stdin is larger than {_MEGABYTES_MAX} MB")
        target.write(part)
