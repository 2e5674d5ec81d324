"""The command line as a whole."""

from __future__ import annotations

from importlib.metadata import version

import pytest
import typer.main
from typer.testing import CliRunner

from imagescope_tui.cli.app import app, needed_for
from imagescope_tui.cli.tui_app import tui_app


def test_a_command_that_is_named_first_is_the_only_one_that_is_built() -> None:
    assert [each.name for each in needed_for(["search", "red"]).registered_commands] == ["search"]
    assert [each.name for each in needed_for(["eval", "circo"]).registered_groups] == ["eval"]


def test_all_commands_are_there_where_none_is_named_first() -> None:
    for arguments in ([], ["--help"], ["--quiet", "search"], ["serach"]):
        assert needed_for(arguments) is app


def test_options_before_commands_are_known_to_each() -> None:
    whole, alone = (typer.main.get_command(each) for each in (app, needed_for(["status"])))
    assert [each.name for each in alone.params] == [each.name for each in whole.params]


@pytest.mark.parametrize("program", [app, tui_app], ids=["imagescope", "imagescope-tui"])
def test_both_programs_tell_their_version_also_in_a_pipe(program: typer.Typer) -> None:
    told = CliRunner().invoke(program, ["--version"])
    assert (told.exit_code, told.stdout) == (0, f"imagescope {version('imagescope-tui')}\n")
