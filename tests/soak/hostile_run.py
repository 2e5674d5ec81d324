"""The real command over hostile files, with sound photos among them, and what became of each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.formats import photo_extensions
from storage.library import Library
from tests.soak.worker_watch import WorkerWatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from storage.records import Failure, FloatVector

PROJECT = Path(__file__).parents[2]
REASON_LENGTH_MAX = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """What a library holds of an album after a run."""

    decoded: frozenset[str]
    """Paths below the album of the files that are found."""
    reasons: Mapping[str, str]
    """Why the others are not."""
    vectors: Mapping[str, FloatVector]
    complaints: tuple[str, ...]
    """Of SQLite about the library."""

    def unexplained(self, album: Path) -> set[str]:
        """Files with a photo's extension that are neither found nor among the failures."""
        wanted = {
            str(path.relative_to(album))
            for path in album.rglob("*")
            if path.is_file() and path.suffix.lower() in photo_extensions()
        }
        return wanted - self.decoded - self.reasons.keys()

    def unclean_reasons(self) -> list[str]:
        """Reasons that are no single line of bounded length."""
        return [
            reason
            for reason in self.reasons.values()
            if not reason.isprintable() or not 0 < len(reason) <= REASON_LENGTH_MAX
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileRun:
    """A run over an album of hostile files and their neighbours."""

    returncode: int
    stderr: str
    seconds: float
    left: LeftBehind
    status_text: bytes
    """What `status --failures` prints."""
    watch: WorkerWatch


def copy_into(album: Path, files: Iterable[Path]) -> None:
    """Copies of the files, side by side in a folder; equal names get a number."""
    album.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(files):
        target = album / path.name
        shutil.copyfile(path, target if not target.exists() else album / f"{number}-{path.name}")


def run_index(album: Path, library: Path) -> HostileRun:
    """Indexes an album by the command a person types, watching the workers."""
    began = time.monotonic()
    with subprocess.Popen(
        _command(library, "index", album),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_environment(),
        cwd=PROJECT,
    ) as process:
        with WorkerWatch(process.pid) as watch:
            _, stderr = process.communicate()
        returncode = process.returncode
    seconds = time.monotonic() - began
    status = subprocess.run(
        _command(library, "status", "--failures"),
        check=True,
        capture_output=True,
        env=_environment(),
        cwd=PROJECT,
    ).stdout
    return HostileRun(
        returncode=returncode,
        stderr=stderr.decode("utf-8", "replace"),
        seconds=seconds,
        status_text=status,
        left=_left_in(library, album),
        watch=watch,
    )


def same_vectors(one: Mapping[str, FloatVector], other: Mapping[str, FloatVector]) -> bool:
    """Whether all photos of `one` have the same vectors in `other`."""
    return all(name in other and np.allclose(one[name], other[name], atol=1e-5) for name in one)


def _left_in(library_folder: Path, album: Path) -> LeftBehind:
    with Library.open_reader(library_folder) as library:
        failures: list[Failure] = []
        while page := library.failures.page(offset=len(failures), limit=500):
            failures.extend(page)
        reasons = {str(item.path.relative_to(album)): item.reason for item in failures}
        found: dict[str, FloatVector] = {}
        (encoder_id,) = library.vectors.encoder_ids() or ("",)
        for path in album.rglob("*"):
            photo = library.photos.at(path)
            if photo is None or photo.content_id is None:
                continue
            vector = library.vectors.of(photo.content_id, encoder_id)
            if vector is not None:
                found[str(path.relative_to(album))] = vector
        return LeftBehind(
            decoded=frozenset(found),
            reasons=reasons,
            vectors=found,
            complaints=library.check(),
        )


def _command(library: Path, *words: object) -> list[str]:
    return [
        *(sys.executable, "-P", "-m", "imagescope_tui.cli", "--library", str(library)),
        *map(str, words),
    ]


def _environment() -> dict[str, str]:
    return {**os.environ, "IMAGESCOPE_ENCODER": "pocket"}
