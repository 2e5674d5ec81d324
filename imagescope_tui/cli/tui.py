"""`imagescope-tui`: the screen."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    EncoderOption,
    LibraryOption,
    begin,
    existing_folders,
    indexer_options,
)
from imagescope_tui.cli.version import VersionOption
from imagescope_tui.errors import UsageError
from imagescope_tui.garbage import spare_what_is_loaded
from storage.holder import this_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.config import Settings
    from imagescope_tui.indexer_client import IndexerClient
    from imagescope_tui.model_desk import ModelDesk
    from imagescope_tui.search.engine import SearchEngine
    from imagescope_tui.search.trace import SavedSearch
    from imagescope_tui.search.types import StrategyName
    from imagescope_tui.ui.settings import ImageMode, UiSettings
    from storage.holder import Program

_LINE_WITH_EVERYTHING = "in:trips camera:x100 red dog last summer near paris without people"

ImagesOption = Annotated[
    Literal["auto", "kitty", "sixel", "iterm", "octants", "sextants", "quadrants", "blocks", "off"]
    | None,
    typer.Option("--images", help="How pictures are drawn."),
]
TraceOption = Annotated[
    Path | None,
    typer.Option(
        "--trace", metavar="FILE", help="Open a search saved by `imagescope search --format jsonl`."
    ),
]


def tui(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders of photos to add.")
    ] = None,
    images: ImagesOption = None,
    encoder: EncoderOption = None,
    trace: TraceOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    _version: VersionOption = False,
) -> int:
    """Search your photos in the terminal; folders named are added and indexed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal", "imagescope search works in a pipe")
    run = begin(context, library=library, config=config, encoder=encoder)
    added = existing_folders(folders or [], run.settings)
    saved = _open_trace(trace, run.settings.library) if trace is not None else None
    from imagescope_tui.ui.start import run_app

    settings = _ui_settings(run.settings, added, images, this_program(context.command_path))
    if saved is not None:
        settings = replace(settings, trace=saved.events, is_trace_foreign=saved.is_foreign)
    return run_app(settings)


def _open_trace(file: Path, library: Path) -> SavedSearch:
    """The saved search with the photos of the library.

    Raises:
        TraceUnreadable: the file is none, whatever the library is.
        StorageError: the library is missing, or cannot be read.
    """
    from imagescope_tui.search.trace import open_trace
    from storage.errors import LibraryMissing, StorageError
    from storage.library import Library

    try:
        with Library.open_reader(library) as reader:
            return open_trace(file, reader)
    except StorageError as error:
        open_trace(file, None)
        if isinstance(error, LibraryMissing):
            raise LibraryMissing(
                f"{error.message}: a trace is opened with the library it was made with",
                "name it with --library",
            ) from error
        raise


def _ui_settings(
    settings: Settings, folders: tuple[Path, ...], images: str | None, program: Program
) -> UiSettings:
    from imagescope_tui.config import is_day_first, terminal_hints
    from imagescope_tui.model_desk import ModelDesk
    from imagescope_tui.ui.settings import ModelServerView, UiSettings

    desk = ModelDesk(settings)
    day_first = functools.cache(is_day_first)
    options = indexer_options(settings, folders=folders, watch=True, serve=True)

    return UiSettings(
        library=settings.library,
        indexer_options=replace(options, program=program),
        make_engine=lambda client: _engine(client, settings, desk),
        load_engine=functools.cache(functools.partial(_load_engine, day_first)),
        is_day_first=day_first,
        has_models=desk.has_models,
        captioner=desk.captioner,
        follow_server=lambda tell: desk.follow(
            lambda state, detail: tell(ModelServerView(state=state, detail=detail))
        ),
        strategy=cast("StrategyName", _strategy(settings)),
        top_k=settings.top_k if settings.is_set("search.top_k") else None,
        max_judged=settings.max_judged if settings.is_set("search.max_judged") else None,
        folders=folders,
        models_folder=settings.models_folder,
        images=cast("ImageMode", images or settings.images),
        over_ssh=settings.over_ssh,
        in_tmux=settings.in_tmux,
        terminal_hints=terminal_hints(),
        theme=settings.theme,
        opener=settings.opener,
        encoder=settings.encoder,
    )


def _strategy(settings: Settings) -> str:
    return settings.strategy if settings.is_set("search.strategy") else "ours"


def _load_engine(day_first: Callable[[], bool]) -> None:
    """What is needed for the first line, which is typed when the first frame is out."""
    import imagescope_tui.indexer_client
    import imagescope_tui.wiring  # noqa: F401
    from imagescope_tui.search.query_language import parse_query

    day_first()
    # Tables of words in many languages are made when the first line is read.
    parse_query(_LINE_WITH_EVERYTHING)
    spare_what_is_loaded()


def _engine(client: IndexerClient, settings: Settings, desk: ModelDesk) -> SearchEngine:
    """Loaded when the first frame is out: nobody can search before."""
    from imagescope_tui.wiring import engine_beside_indexer

    return engine_beside_indexer(client, settings.library, desk.source)
