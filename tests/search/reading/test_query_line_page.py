"""What docs/query-line.md says is understood."""

from __future__ import annotations

import pytest

from imagescope_tui.search.reading.filters import READERS
from tests.search.reading.lines import read
from tests.search.reading.page_examples import EXAMPLES, PAGE


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_understood(line: str) -> None:
    parsed = read(line)
    assert not parsed.problems
    assert parsed.chips or parsed.alternatives
    assert not set(parsed.text.split()) - {"cat", "dog", "or", "cake", "birthday"}


@pytest.mark.parametrize("key", READERS)
def test_every_filter_is_named(key: str) -> None:
    assert f"{key}:" in PAGE
