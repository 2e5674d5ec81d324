"""What of a data set is in a folder and what is missing: `imagescope eval DATASET --check`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.datasets.catalog import DATASETS, load_benchmark, missing_photos
from imagescope_tui.evaluation.datasets.inquire_fullrank import embedding_folders
from imagescope_tui.evaluation.datasets.inquire_rerank import has_packed_photos

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.task import Benchmark, DatasetName

_SHOWN: Final = 3
"""How many missing photos are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCheck:
    """One split of one data set in one folder."""

    title: str
    split: str
    where: str
    """Where it is had, and how large it is."""
    folder: Path
    """The data set's own folder, as far as it was found."""
    problem: str = ""
    """What is wrong with the annotations; nothing else is known then."""
    queries: int = 0
    answered: int = 0
    """How many of them have right answers here."""
    photos: int = 0
    """How many there should be; none where vectors stand for them."""
    missing: tuple[str, ...] = ()
    """Paths of the photos that are not there."""
    can_unpack: bool = False
    """Whether the missing photos are inside the data set's tables."""
    embeddings: tuple[Path, ...] | None = None
    """Folders of pre-computed vectors, where the data set needs them."""
    notes: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the benchmark can be run."""
        has_photos = not self.missing or self.can_unpack
        return not self.problem and has_photos and self.embeddings != ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it for people, a fact a line."""
        head = f"{self.title}, split {self.split}, in {self.folder}"
        if self.problem:
            return (head, f"annotations: {self.problem}", f"where: {self.where}")
        hidden = self.queries - self.answered
        lines = [head, f"queries: {self.queries:,}"]
        if hidden:
            lines[-1] += f", {hidden:,} without right answers here"
        lines += self._photo_lines()
        if self.embeddings is not None:
            names = ", ".join(str(folder) for folder in self.embeddings)
            lines.append(f"embeddings: {names or 'none'}")
        lines += [f"note: {note}" for note in self.notes]
        if not self.is_complete:
            lines.append(f"where: {self.where}")
        return tuple(lines)

    def _photo_lines(self) -> list[str]:
        if not self.photos:
            return []
        there = self.photos - len(self.missing)
        lines = [f"photos: {there:,} of {self.photos:,}"]
        if self.missing:
            more = len(self.missing) - _SHOWN
            named = ", ".join(self.missing[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
            lines.append(f"missing: {named}")
        if self.can_unpack:
            lines.append(
                "the missing photos are inside the parquet files;"
                " a run unpacks them beside its gallery"
            )
        return lines


def check_folder(name: DatasetName, folder: Path, split: str) -> FolderCheck:
    """Reads the annotations and lists the pictures' folders; no picture is opened.

    Raises:
        UsageError: there is no such split.
    """
    try:
        benchmark = load_benchmark(name, folder, split)
    except DatasetIncomplete as error:
        info = DATASETS[name]
        return FolderCheck(
            title=info.title, split=split, where=info.where, folder=folder, problem=error.message
        )
    return check_benchmark(benchmark)


def check_benchmark(benchmark: Benchmark) -> FolderCheck:
    """The same of annotations that were read already."""
    info = DATASETS[benchmark.name]
    missing = missing_photos(benchmark)
    is_packed = benchmark.name == "inquire-rerank" and has_packed_photos(
        benchmark.folder, benchmark.split
    )
    is_fullrank = benchmark.name == "inquire-fullrank"
    return FolderCheck(
        title=info.title,
        split=benchmark.split,
        where=info.where,
        folder=benchmark.folder,
        queries=len(benchmark.queries),
        answered=sum(bool(query.targets) for query in benchmark.queries),
        photos=len(benchmark.photos),
        missing=tuple(benchmark.photos[photo] for photo in missing),
        can_unpack=bool(missing) and is_packed,
        embeddings=embedding_folders(benchmark.folder) if is_fullrank else None,
        notes=benchmark.notes,
    )
