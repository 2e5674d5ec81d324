"""`imagescope-tui`, apart from the other commands: they would load before its first frame."""

from __future__ import annotations

import gc
import sys

import typer

from imagescope_tui.cli import tui
from imagescope_tui.cli.running import run

tui_app = typer.Typer(
    name="imagescope-tui",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
tui_app.command()(tui.tui)


# What the libraries make while they load stays: looking through it for garbage again and again
# takes a tenth of the time to the first frame.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    """The command `imagescope-tui`."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    sys.exit(run(tui_app))
