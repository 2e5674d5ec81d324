"""The README names every command and every setting."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from imagescope_tui.cli.app import app
from imagescope_tui.setting_table import SETTINGS

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def commands() -> list[str]:
    group = typer.main.get_command(app)
    return [f"imagescope {name}" for name in getattr(group, "commands", {})]


@pytest.mark.parametrize("command", [*commands(), "imagescope-tui"])
def test_each_command_is_explained(command: str) -> None:
    assert f"`{command}" in README


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_each_setting_is_explained(setting: object) -> None:
    assert f"`{getattr(setting, 'key', '')}`" in README
    assert f"`{getattr(setting, 'variable', '')}`" in README
