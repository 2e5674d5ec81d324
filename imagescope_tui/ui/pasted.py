"""What is pasted, or dropped on the terminal: the path of a picture, or words."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from indexer.formats import PHOTO_EXTENSIONS, VIDEO_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH_SIGNS = ("/", "~", "'", '"', "file:")
_LONGEST = 4_096
_LINE_ENDS = re.compile(r"[\r\n]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def on_one_line(text: str) -> str:
    """All its lines joined by spaces, without signs that control a terminal."""
    lines = (line.replace("\t", " ") for line in _LINE_ENDS.split(text) if line)
    return _CONTROLS.sub("", " ".join(lines))


def is_like_a_path(text: str) -> bool:
    """Whether it is worth a look at the disk."""
    return text.strip().startswith(_PATH_SIGNS) and len(text) <= _LONGEST


def pasted_picture(text: str) -> Path | None:
    """The picture that the text is the path of: bare, as shells quote it, or as an address.

    Terminals paste so what is dropped on them. Looks at the disk.
    """
    return next((path for path in _readings(text.strip()) if _is_picture(path)), None)


def _readings(text: str) -> Iterator[Path]:
    names = [text]
    if text.startswith("file:"):
        names = [unquote(urlsplit(text).path)]
    else:
        with suppress(ValueError):
            names += [" ".join(words) for words in [shlex.split(text)] if len(words) == 1]
    for name in names:
        with suppress(RuntimeError):
            yield Path(name).expanduser()


def _is_picture(path: Path) -> bool:
    is_one = path.suffix.lower() in PHOTO_EXTENSIONS | VIDEO_EXTENSIONS
    try:
        return is_one and path.is_absolute() and path.is_file()
    except (OSError, ValueError):
        return False
