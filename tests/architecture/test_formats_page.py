from __future__ import annotations

import re
from pathlib import Path

from indexer.formats import EXTRAS, PHOTO_EXTENSIONS, VIDEO_EXTENSIONS

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "formats.md").read_text(encoding="utf-8")


def told_endings() -> list[str]:
    """The endings in the second column of the first table."""
    table = PAGE.split("\n\n")[2]
    return [
        ending
        for row in table.splitlines()[2:]
        for ending in re.findall(r"`([^`]+)`", row.split("|")[2])
    ]


def test_page_names_each_ending_that_is_taken_up_once() -> None:
    endings = told_endings()
    assert len(endings) == len(set(endings))
    assert set(endings) == PHOTO_EXTENSIONS | VIDEO_EXTENSIONS


def test_page_names_each_extra() -> None:
    for extra in EXTRAS:
        assert f"extra `{extra.name}`" in PAGE
        assert f"'.[{extra.name}]'" in PAGE


def test_each_extra_can_be_installed() -> None:
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in EXTRAS:
        assert re.search(rf"^{extra.name} = \[", project, re.MULTILINE)
        assert extra.is_installed
