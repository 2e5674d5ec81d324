"""`imagescope-tui`, apart from the other commands: they would load before its first frame."""

from __future__ import annotations

import sys

import typer

from imagescope_tui.cli import tui
from imagescope_tui.cli.running import run
from imagescope_tui.garbage import spare_the_start

tui_app = typer.Typer(
    name="imagescope-tui",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tui_app.command()(tui.tui)


# For so long a thread that paints or reads may keep the event loop from going on.
_SECONDS_BETWEEN_THREADS = 0.001


def main() -> None:
    """The command `imagescope-tui`."""
    spare_the_start()
    sys.setswitchinterval(_SECONDS_BETWEEN_THREADS)
    sys.exit(run(tui_app))
