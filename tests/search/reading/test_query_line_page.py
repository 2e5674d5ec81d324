"""What docs/query-line.md says is understood."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imagescope_tui.search.reading.filters import READERS
from tests.search.reading.lines import read

_PAGE = (Path(__file__).parents[3] / "docs" / "query-line.md").read_text("utf-8")
_ROWS = re.findall(r"^\| (`.*?) \| ", _PAGE, re.MULTILINE)
_EXAMPLES = [
    example.replace(r"\|", "|") for row in _ROWS for example in re.findall(r"`([^`]+)`", row)
]


@pytest.mark.parametrize("line", _EXAMPLES)
def test_every_example_is_understood(line: str) -> None:
    parsed = read(line)
    assert not parsed.problems
    assert parsed.chips or parsed.alternatives
    assert not set(parsed.text.split()) - {"cat", "dog", "or", "cake", "birthday"}


@pytest.mark.parametrize("key", READERS)
def test_every_filter_is_named(key: str) -> None:
    assert f"{key}:" in _PAGE
