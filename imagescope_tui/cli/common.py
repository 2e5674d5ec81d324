"""Options that every command takes, and what they lead to."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.config import load_settings
from imagescope_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.config import Settings
    from imagescope_tui.search.types import SearchOptions
    from imagescope_tui.setting_table import Value
    from indexer.options import IndexerOptions
    from storage.library import Library

LibraryOption = Annotated[
    Path | None, typer.Option("--library", metavar="DIR", help="Folder of the library.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings file.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on stderr.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")]
EncoderOption = Annotated[
    str | None,
    typer.Option("--encoder", metavar="NAME", help="Encoder: auto, pocket or open_clip:…"),
]


@dataclass(slots=True)
class Shared:
    """Common options that stood before the command."""

    library: Path | None = None
    config: Path | None = None
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One command's settings and manners."""

    settings: Settings
    quiet: bool
    verbose: bool


def begin(
    context: typer.Context,
    *,
    library: Path | None,
    config: Path | None,
    quiet: bool = False,
    verbose: bool = False,
    encoder: str | None = None,
    caption_encoder: str | None = None,
    more: Mapping[str, Value | None] = MappingProxyType({}),
) -> Invocation:
    """Resolve the settings for one command; `more` are flags for further settings.

    Raises:
        ConfigError: a setting makes no sense.
    """
    shared = context.find_object(Shared) or Shared()
    is_verbose = verbose or shared.verbose
    logging.basicConfig(level=logging.INFO if is_verbose else logging.ERROR)
    # A line per request to a model server tells a reader nothing.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    folder = library or shared.library
    settings = load_settings(
        {
            "library": str(folder) if folder else None,
            "encoder": encoder,
            "caption_encoder": caption_encoder,
            **more,
        },
        config_file=config or shared.config,
    )
    return Invocation(settings=settings, quiet=quiet or shared.quiet, verbose=is_verbose)


def open_library(settings: Settings) -> Library:
    """The library for reading.

    Raises:
        StorageError: there is none, or it cannot be read.
    """
    from storage.library import Library

    return Library.open_reader(settings.library)


def indexer_options(
    settings: Settings,
    *,
    folders: tuple[Path, ...] = (),
    watch: bool = False,
    serve: bool = False,
    retry_failed: bool = False,
    captions: bool = True,
) -> IndexerOptions:
    """What the child process is told.

    A library of chosen files, as a benchmark's gallery is, stays one of exactly these, its captions
    are left to the benchmark, and text in its photos is not read.
    """
    from indexer.folders.chosen import find_chosen
    from indexer.options import IndexerOptions

    chosen = find_chosen(settings.library)
    return IndexerOptions(
        library=settings.library,
        encoder=settings.encoder,
        caption_encoder=settings.caption_encoder,
        models_folder=settings.models_folder,
        folders=folders,
        chosen=chosen,
        watch=watch,
        serve=serve,
        workers=settings.workers,
        threads=settings.threads,
        nice=settings.nice,
        spare_battery=settings.on_battery == "pause" and (watch or serve),
        thumbnail_cache_bytes=settings.thumbnail_cache_mb * 1_000_000,
        retry_failed=retry_failed,
        captioner=settings.chat.get("captioner") if captions and chosen is None else None,
        text_in_photos=settings.text_in_photos if chosen is None else "off",
        caption_weight=settings.caption_weight,
    )


def expect_stage(options: SearchOptions, last: int | None) -> None:
    """That the options' strategy has the stage that was asked for.

    Raises:
        UsageError: it has not.
    """
    if last is not None and options.stages < last:
        raise UsageError(
            f"{options.strategy} has no stage {last}", f"its last is stage {options.stages}"
        )


def absolute_path(typed: Path) -> Path:
    """A path as it was typed, from the root on; links stay links, as roots are kept with them."""
    return Path(os.path.abspath(typed.expanduser()))  # noqa: PTH100


def existing_folders(named: list[Path], settings: Settings) -> tuple[Path, ...]:
    """The folders as absolute paths.

    Raises:
        UsageError: one is missing, and no root of the library that is only offline; or the library
            takes no other folders.
        StorageError: there is a library, and it cannot be read.
    """
    if not named:
        # Without opening the library, which takes as long as a tenth of the first frame.
        return ()
    from storage.library import library_around

    roots = _known_roots(settings)
    folders = tuple(map(absolute_path, named))
    for folder in folders:
        if folder in roots:
            continue
        if not folder.exists():
            raise UsageError(f"there is no folder {folder}")
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder", "name the folder that holds the photos")
        if (library := library_around(folder)) is not None:
            raise UsageError(f"{library} is a library of imagescope", "name a folder of photos")
    _expect_growing(settings.library, folders, roots)
    return folders


def _expect_growing(library: Path, folders: tuple[Path, ...], roots: frozenset[Path]) -> None:
    from indexer.folders.chosen import find_chosen

    strangers = [folder for folder in folders if not any(map(folder.is_relative_to, roots))]
    if strangers and find_chosen(library) is not None:
        raise UsageError(
            f"{library} is the gallery of a benchmark and takes no other photos",
            "name another library with --library",
        )


def _known_roots(settings: Settings) -> frozenset[Path]:
    from storage.errors import LibraryMissing, LibraryOutdated

    try:
        with open_library(settings) as library:
            return frozenset(root.path for root in library.roots.all())
    except (LibraryMissing, LibraryOutdated):
        return frozenset()
