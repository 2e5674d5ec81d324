"""`imagescope purge`: forget photos that their owner deleted long ago, or a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    Invocation,
    LibraryOption,
    QuietOption,
    absolute_path,
    begin,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import say
from imagescope_tui.counting import counted
from imagescope_tui.errors import UsageError

if TYPE_CHECKING:
    from storage.library import Library
    from storage.records import Root

_DAY_SECONDS = 86_400.0


def purge(
    context: typer.Context,
    days: Annotated[
        int, typer.Option("--older-than", metavar="DAYS", min=0, help="Deleted so long ago.")
    ] = 30,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", metavar="FOLDER", help="Forget this folder of the library and its photos."
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Really do it; without this it only counts.")
    ] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> int:
    """Forget photos that were deleted from their folders. Files are never touched."""
    from storage.library import Library

    run = begin(context, library=library, config=config, quiet=quiet)
    if folder is not None:
        return _forget(run, folder, apply=apply)
    before = time.time() - days * _DAY_SECONDS
    with Library.open_reader(run.settings.library) as reader:
        waiting = reader.files.count_purgeable(before)
    if not apply:
        age = f"deleted {days} days ago or earlier" if days else "deleted"
        hint = "" if waiting or not days else " (--older-than 0 counts all that were deleted)"
        say(f"{counted(waiting, 'photo')} {age} would be forgotten; --apply does it{hint}")
        return ExitCode.DONE
    with Library.open_writer(run.settings.library) as writer, writer.atomic():
        purged = writer.files.purge(before)
    if not run.quiet:
        say(f"{purged:,} deleted photos are forgotten")
    return ExitCode.DONE


def _forget(run: Invocation, folder: Path, *, apply: bool) -> int:
    from storage.library import Library
    from storage.records import PhotoFilter

    path = absolute_path(folder)
    with Library.open_reader(run.settings.library) as reader:
        root = _root_at(reader, path)
        photos = reader.photos.count(PhotoFilter(folders=(root.path,)))
    if not apply:
        say(f"{path} and its {photos:,} photos would be forgotten; --apply does it")
        return ExitCode.DONE
    with Library.open_writer(run.settings.library) as writer, writer.atomic():
        writer.roots.remove(_root_at(writer, path).id)
        writer.files.drop_unused()
    if not run.quiet:
        say(f"{path} and its {photos:,} photos are forgotten; the files are untouched")
    return ExitCode.DONE


def _root_at(library: Library, path: Path) -> Root:
    """The folder of the library at a path.

    Raises:
        UsageError: it is none.
    """
    for root in library.roots.all():
        if root.path == path:
            return root
    raise UsageError(f"{path} is no folder of the library", "imagescope status lists them")
