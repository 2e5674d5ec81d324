"""Where a data set's files lie: as the papers' instructions say, or as its authors publish it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.errors import DatasetIncomplete

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
"""In the order in which they are taken where there are several of one name."""


@dataclass(frozen=True, slots=True)
class Located:
    """A data set's own folder and the annotation files that were found in it."""

    root: Path
    files: tuple[Path, ...]
    """One for each that was asked for."""

    def prefix(self, choices: Sequence[str], probe: str = "") -> str:
        """Which of some folders below the root has the pictures, the first where none is there.

        `probe`: a folder that must be in it. With a slash at its end, or empty for the root.
        """
        for choice in choices:
            if (self.root / choice / probe).is_dir():
                return choice
        return choices[0]


def locate(folder: Path, names: Sequence[str], *needed: Sequence[str]) -> Located:
    """A data set in a folder, or in the one of its names inside it.

    `needed`: for each annotation file the paths it may have. The folder that has most of them
    is taken.

    Raises:
        DatasetIncomplete: some are not there; the message names them.
    """
    if not folder.is_dir():
        raise DatasetIncomplete(f"{folder} is no folder")
    roots = [folder, *(folder / name for name in names)]
    found = [[_first_of(root, choices) for choices in needed] for root in roots]
    counts = [sum(path is not None for path in files) for files in found]
    best = counts.index(max(counts))
    if not counts[best]:
        # Nothing is there; the folder of the data set's name is the one that should have it.
        best = next((place for place, root in enumerate(roots) if place and root.is_dir()), 0)
    files = tuple(path for path in found[best] if path is not None)
    if len(files) < len(needed):
        missing = [
            " or ".join(choices[:2])
            for choices, path in zip(needed, found[best], strict=True)
            if path is None
        ]
        raise DatasetIncomplete(f"{roots[best]} lacks {', '.join(missing)}")
    return Located(roots[best], files)


def _first_of(root: Path, choices: Iterable[str]) -> Path | None:
    return next((root / choice for choice in choices if (root / choice).is_file()), None)


def clean_path(text: str) -> str | None:
    """A relative path of an annotation file without `./` and doubled slashes.

    None for one that names no file or leads out of the data set's folder.
    """
    parts = [part for part in text.split("/") if part.strip() not in ("", ".")]
    path = "/".join(parts).strip()
    return None if not path or ".." in path.split("/") or "\0" in text else path


def file_names(folder: Path) -> frozenset[str]:
    """Names of the files in a folder, none where it is not there."""
    try:
        with os.scandir(folder) as found:
            return frozenset(item.name for item in found if item.is_file())
    except OSError:
        return frozenset()


def picture_names(folder: Path) -> dict[str, str]:
    """File names of the pictures in a folder, by the names without their suffixes."""
    found: dict[str, str] = {}
    names = sorted(file_names(folder))
    for suffix in PICTURE_SUFFIXES:
        for name in names:
            if name.lower().endswith(suffix):
                found.setdefault(name[: -len(suffix)], name)
    return found


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the contents of files in their order, wherever they lie.

    Raises:
        DatasetIncomplete: one cannot be read.
    """
    whole = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as stream:
                whole.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise DatasetIncomplete(f"{path} cannot be read: {error.strerror or error}") from error
    return whole.hexdigest()
