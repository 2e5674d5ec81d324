"""`imagescope-tui`: the screen."""

from __future__ import annotations

import sys
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
from imagescope_tui.errors import UsageError

if TYPE_CHECKING:
    from imagescope_tui.config import Settings
    from imagescope_tui.ui.settings import ImageMode, UiSettings

ImagesOption = Annotated[
    Literal["auto", "kitty", "sixel", "blocks", "off"] | None,
    typer.Option("--images", help="How pictures are drawn."),
]


def tui(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders of photos to add.")
    ] = None,
    images: ImagesOption = None,
    encoder: EncoderOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
) -> int:
    """Search your photos in the terminal; folders named are added and indexed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal", "imagescope search works in a pipe")
    run = begin(context, library=library, config=config, encoder=encoder)
    added = existing_folders(folders or [], run.settings)
    from imagescope_tui.ui.app import run_app

    return run_app(_ui_settings(run.settings, added, images))


def _ui_settings(settings: Settings, folders: tuple[Path, ...], images: str | None) -> UiSettings:
    from imagescope_tui.ui.settings import UiSettings
    from imagescope_tui.wiring import engine_beside_indexer

    return UiSettings(
        library=settings.library,
        indexer_options=indexer_options(settings, folders=folders, watch=True, serve=True),
        make_engine=lambda client: engine_beside_indexer(client, settings.library),
        folders=folders,
        models_folder=settings.models_folder,
        images=cast("ImageMode", images or settings.images),
        over_ssh=settings.over_ssh,
        in_tmux=settings.in_tmux,
        opener=settings.opener,
        encoder=settings.encoder,
    )
