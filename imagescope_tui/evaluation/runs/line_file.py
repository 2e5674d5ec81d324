"""A file of JSON lines that grows, and survives that its writer is killed in the middle of one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from imagescope_tui.errors import RunUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


class LineFile:
    """Appends objects, each whole or not at all as far as readers are concerned."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None

    @property
    def path(self) -> Path:
        """Where the file is, or will be."""
        return self._path

    def append(self, value: dict[str, Any]) -> None:
        """Write one line and hand it to the system, which keeps it if this process is killed.

        Raises:
            RunUnusable: it cannot be written.
        """
        line = json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            stream = self._stream or self._opened()
            # Unbuffered: a killed process leaves whole lines, and at most the start of another.
            rest = memoryview(line)
            while rest:
                rest = rest[stream.write(rest) :]
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _opened(self) -> BinaryIO:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        stream = self._path.open("ab", buffering=0)
        self._stream = stream
        cut_broken_line(self._path)
        return stream

    def close(self) -> None:
        """Let go of the file."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


def cut_broken_line(path: Path) -> None:
    """Drop what stands after the last line break: a line whose writer was killed."""
    with path.open("rb+") as stream:
        size = stream.seek(0, os.SEEK_END)
        end = size
        while end > 0:
            start = max(0, end - (1 << 16))
            stream.seek(start)
            place = stream.read(end - start).rfind(b"\n")
            if place >= 0:
                end = start + place + 1
                break
            end = start
        if end != size:
            stream.truncate(end)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file that may be being written; nothing where there is none.

    Raises:
        RunUnusable: the file cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.endswith(b"\n"):
                    return
                yield _parsed(path, number, line)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunUnusable(f"{path} cannot be read: {error.strerror}") from error


def _parsed(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (RecursionError, ValueError) as error:
        raise RunUnusable(
            f"{path}, line {number}, is no JSON", "delete the file and run again with --resume"
        ) from error
    if not isinstance(value, dict):
        raise RunUnusable(f"{path}, line {number}, is no JSON object")
    return value


def _unwritable(path: Path, error: OSError) -> RunUnusable:
    return RunUnusable(
        f"{path} cannot be written: {error.strerror}",
        "make room, or choose another folder with --out; what is done is kept for --resume",
    )
