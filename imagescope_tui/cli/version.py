"""`--version`, which both programs take."""

from __future__ import annotations

from typing import Annotated

import typer

from imagescope_tui.cli.terminal import put_line


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version  # half of the start-up time, for one option

        put_line(f"imagescope {version('imagescope-tui')}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
]
