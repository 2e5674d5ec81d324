"""The data sets by name: how each is read, where it is had, which of its photos are missing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from imagescope_tui.errors import DatasetIncomplete, UsageError
from imagescope_tui.evaluation.datasets.layouts import file_names
from imagescope_tui.evaluation.datasets.sources import WHERE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imagescope_tui.evaluation.task import Benchmark, DatasetName

_MODULES: Final = "imagescope_tui.evaluation.datasets"


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A data set, before its files are touched."""

    name: DatasetName
    title: str
    splits: tuple[str, ...]
    default_split: str
    where: str
    """Where it is had, and how large it is."""
    load: Callable[[Path, str], Benchmark]
    """Reads the annotations of a split in a folder; the module is imported at the first call."""


def _info(
    name: DatasetName, title: str, splits: tuple[str, ...], default_split: str, loader: str
) -> DatasetInfo:
    """`loader`: a module of this package and a function in it."""
    module, function = loader.split(":")
    where = WHERE[name]

    def load(folder: Path, split: str) -> Benchmark:
        read = cast(
            "Callable[[Path, str], Benchmark]",
            getattr(import_module(f"{_MODULES}.{module}"), function),
        )
        try:
            return read(folder, split)
        except DatasetIncomplete as error:
            raise DatasetIncomplete(error.message, error.hint or where) from error

    return DatasetInfo(name, title, splits, default_split, where, load)


DATASETS: Final[dict[DatasetName, DatasetInfo]] = {
    info.name: info
    for info in (
        _info("circo", "CIRCO", ("val", "test"), "val", "circo:load"),
        _info("cirr", "CIRR", ("val", "test1"), "val", "cirr:load"),
        _info("cirr-subset", "CIRR subset", ("val", "test1"), "val", "cirr:load_subset"),
        _info("fashioniq-dress", "FashionIQ dress", ("val",), "val", "fashioniq:load_dress"),
        _info("fashioniq-shirt", "FashionIQ shirt", ("val",), "val", "fashioniq:load_shirt"),
        _info("fashioniq-toptee", "FashionIQ toptee", ("val",), "val", "fashioniq:load_toptee"),
        _info("flickr30k", "Flickr30K", ("test",), "test", "flickr_coco:load_flickr30k"),
        _info("mscoco", "MSCOCO", ("test",), "test", "flickr_coco:load_mscoco"),
        _info("visdial", "VisDial", ("val",), "val", "visdial:load"),
        _info("inquire-rerank", "INQUIRE rerank", ("val", "test"), "test", "inquire_rerank:load"),
        _info(
            "inquire-fullrank", "INQUIRE fullrank", ("val", "test"), "test", "inquire_fullrank:load"
        ),
        _info("captions", "captioned pictures", ("all",), "all", "captions:load"),
    )
}


def load_benchmark(name: DatasetName, folder: Path, split: str) -> Benchmark:
    """A split of a data set in its own folder or the one above it; pictures are not opened.

    Raises:
        UsageError: there is no such split.
        DatasetIncomplete: files are missing or malformed; the hint says where they are had.
    """
    expect_split(name, split)
    return DATASETS[name].load(folder, split)


def expect_split(name: DatasetName, split: str) -> None:
    """Refuse what is no part of a data set.

    Raises:
        UsageError: there is no such split.
    """
    info = DATASETS[name]
    if split not in info.splits:
        raise UsageError(f"{info.title} has no split `{split}`", f"name {' or '.join(info.splits)}")


def missing_photos(benchmark: Benchmark) -> tuple[str, ...]:
    """Names of the photos whose files are not there, in the gallery's order."""
    names_in: dict[Path, frozenset[str]] = {}
    missing = []
    for name, relative in benchmark.photos.items():
        path = benchmark.root / relative
        if path.parent not in names_in:
            names_in[path.parent] = file_names(path.parent)
        if path.name not in names_in[path.parent]:
            missing.append(name)
    return tuple(missing)


def unpacked(benchmark: Benchmark, into: Path) -> Benchmark:
    """The benchmark with the photos inside its tables as files below `into`.

    Itself where there are none in its tables. The data set's own folder is only read.

    Raises:
        DatasetIncomplete: the tables are missing or malformed.
        EvaluationError: a photo cannot be written.
    """
    if benchmark.name != "inquire-rerank":
        return benchmark
    from imagescope_tui.evaluation.datasets import inquire_rerank

    return inquire_rerank.unpacked(benchmark, into)
