"""`imagescope doctor`: what works on this machine and what does not, each with a remedy."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    begin,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import put_json, put_told
from imagescope_tui.cli.terminal_found import terminal_found
from storage.safe_text import printable

_MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}
_INDENT = 6
"""Cells of a mark, and two more."""


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    all_settings: Annotated[
        bool, typer.Option("--settings", help="Also the settings that nobody set.")
    ] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Check what works on this machine and what does not."""
    from imagescope_tui.health import examine

    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    findings = (*examine(run.settings), *terminal_found(run.settings))
    settings = {key: dataclasses.asdict(origin) for key, origin in run.settings.origins.items()}
    if as_json:
        checks = [dataclasses.asdict(finding) for finding in findings]
        put_json({"checks": checks, "settings": settings})
    else:
        for finding in findings:
            remedy = f" — {finding.remedy}" if finding.remedy else ""
            told = printable(f"{finding.subject}: {finding.told}{remedy}")
            put_told(f"{_MARKS[finding.verdict]}  {told}", _INDENT)
        for key, origin in settings.items():
            if all_settings or run.settings.is_set(key):
                told = printable(f"{key} = {origin['value']} ({origin['source']})")
                put_told(f"set   {told}", _INDENT)
    is_bad = any(finding.verdict == "bad" for finding in findings)
    return ExitCode.SOME_FAILED if is_bad else ExitCode.DONE
