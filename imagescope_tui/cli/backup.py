"""`imagescope backup` and `imagescope restore`: the library in one file, and back."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    absolute_path,
    begin,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import console, is_terminal, put_json, say
from imagescope_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.restore import RestoreReport

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def backup(
    context: typer.Context,
    file: FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Also over a file that is there.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> int:
    """Write all that the library knows to one file, also while it is indexed."""
    from storage.backup import back_up

    run = begin(context, library=library, config=config, quiet=quiet)
    target = absolute_path(file)
    with _progress(is_shown=not run.quiet and not as_json) as tell:
        done = back_up(run.settings.library, target, replace=force, on_progress=tell)
    if as_json:
        put_json(
            {
                "file": str(target),
                "photos": done.photos,
                "revision": done.revision,
                "bytes": done.size_bytes,
            }
        )
    elif not run.quiet:
        say(f"{target}: {done.photos:,} photos, {done.size_bytes / 1e6:,.1f} MB")
    return ExitCode.DONE


def restore(
    context: typer.Context,
    file: FileArgument,
    folders: Annotated[
        list[str] | None,
        typer.Option("--folder", metavar="OLD=NEW", help="Where a folder of photos is now."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also over a library, which is kept aside.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> int:
    """Make the library what a backup holds."""
    from storage.restore import restore as put_in_place

    run = begin(context, library=library, config=config, quiet=quiet)
    moved = dict(map(_moved_folder, folders or ()))
    with _progress(is_shown=not run.quiet and not as_json) as tell:
        done = put_in_place(
            absolute_path(file), run.settings.library, moved=moved, replace=force, on_progress=tell
        )
    if as_json:
        put_json(_report_to_json(done, run.settings.library))
    elif not run.quiet:
        _say_report(done, run.settings.library)
    return ExitCode.DONE


def _moved_folder(told: str) -> tuple[Path, Path]:
    old, sign, new = told.partition("=")
    if not sign or not old or not new:
        raise UsageError(f"--folder {told!r} is not OLD=NEW", "name both folders")
    now = absolute_path(Path(new))
    if not now.is_dir():
        raise UsageError(f"there is no folder {now}", "--folder OLD=NEW names where it is now")
    return absolute_path(Path(old)), now


def _report_to_json(done: RestoreReport, library: Path) -> dict[str, object]:
    return {
        "library": str(library),
        "photos": done.counts.photos,
        "offline": done.counts.offline,
        "revision": done.revision,
        "roots": [
            {"path": str(root.path), "offline": root.offline_since is not None}
            for root in done.roots
        ],
        "replaced": str(done.replaced) if done.replaced else None,
    }


def _say_report(done: RestoreReport, library: Path) -> None:
    say(f"{library}: {done.counts.photos:,} photos")
    for root in done.roots:
        if root.offline_since is not None:
            say(
                f"{root.path} is not here: its photos are offline, and still found;"
                " imagescope index FOLDER, where it is now, finds it again"
            )
    if done.replaced is not None:
        say(f"the library that was there is in {done.replaced}")


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, silence else."""
    if not is_shown or not is_terminal():
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
