"""Marked photos as a list of paths or as copies.

Never over an existing file, and never among the photos.
"""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ExportRefused(Exception):
    """The place does not do; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What came of an export."""

    target: Path
    done: int
    left_out: tuple[tuple[Path, str], ...] = ()
    """Photos that could not be exported, each with the reason."""


def write_list(photos: Sequence[Path], target: Path, roots: Sequence[Path]) -> Exported:
    """One path per line; names that hold a line break cannot be in such a list.

    Raises:
        ExportRefused: the place does not do.
    """
    target = _allowed(target, roots)
    fit = [path for path in photos if "\n" not in str(path)]
    broken = [path for path in photos if "\n" in str(path)]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        file, target = _open_new(target)
        with file:
            file.writelines(os.fsencode(path) + b"\n" for path in fit)
    except OSError as error:
        raise ExportRefused(f"{target} cannot be written: {error.strerror}") from error
    left_out = tuple((path, "its name holds a line break") for path in broken)
    return Exported(target=target, done=len(fit), left_out=left_out)


def copy_photos(
    photos: Sequence[Sequence[Path]],
    folder: Path,
    roots: Sequence[Path],
    on_progress: Callable[[int], bool],
) -> Exported:
    """Copies with their times; names that are taken get a number.

    Args:
        photos: each with its companions, which keep its name.
        folder: where the copies go.
        roots: where they must not go.
        on_progress: is told how many are done and answers whether to go on.

    Raises:
        ExportRefused: the place does not do.
    """
    folder = _allowed(folder, roots)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportRefused(f"{folder} cannot be made: {error.strerror}") from error
    done = 0
    left_out: list[tuple[Path, str]] = []
    for number, files in enumerate(photos, start=1):
        troubles = _copy_together(files, folder)
        done += files[0] not in [path for path, _ in troubles]
        left_out.extend(troubles)
        if not on_progress(number):
            break
    return Exported(target=folder, done=done, left_out=tuple(left_out))


def new_folder(target: str, *, is_folder: bool) -> Path | None:
    """The folder that an export to this place would make; None where it is there already.

    `is_folder`: the target is the folder itself, not a file in it.
    """
    if not target:
        return None
    path = Path(target).expanduser()
    folder = path if is_folder else path.parent
    try:
        return None if folder.exists() else folder
    except OSError:
        return None


def _allowed(target: Path, roots: Sequence[Path]) -> Path:
    absolute = Path(os.path.abspath(target.expanduser()))  # noqa: PTH100 - links are looked at below
    places = {absolute, Path(os.path.realpath(absolute))}
    for root in roots:
        real_root = Path(os.path.realpath(root))
        if any(place.is_relative_to(folder) for place in places for folder in (root, real_root)):
            raise ExportRefused(
                f"{root} holds your photos, and nothing is ever written there; choose another place"
            )
    return absolute


def _copy_together(files: Sequence[Path], folder: Path) -> list[tuple[Path, str]]:
    """Copy files under their names, or all with the first number that is free; what went wrong."""
    for number in itertools.count(1):
        targets = [_numbered(folder / file.name, number) for file in files]
        if not any(map(os.path.lexists, targets)):
            break
    troubles = []
    for file, target in zip(files, targets, strict=True):
        try:
            _copy(file, target)
        except OSError as error:
            troubles.append((file, error.strerror or str(error)))
    return troubles


def _copy(photo: Path, target: Path) -> None:
    with photo.open("rb") as source:
        file = target.open("xb")
        try:
            with file:
                shutil.copyfileobj(source, file, 1 << 20)
            shutil.copystat(photo, target)
        except OSError:
            target.unlink(missing_ok=True)
            raise


def _open_new(wished: Path) -> tuple[IO[bytes], Path]:
    """A new file of that name, or of the first numbered one that is free."""
    for number in itertools.count(1):
        target = _numbered(wished, number)
        try:
            return target.open("xb"), target
        except FileExistsError:
            continue
    raise AssertionError


def _numbered(wished: Path, number: int) -> Path:
    name = wished.name if number == 1 else f"{wished.stem} ({number}){wished.suffix}"
    return wished.with_name(name)
