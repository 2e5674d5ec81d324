"""The list of first queries is sound, and the folder holds what it names."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.first_queries import first_queries, right_paths
from tests.benchmarks.query_folder import is_possible, kept_files, make_query_folder

if TYPE_CHECKING:
    from pathlib import Path

_DAYS = [date(2026, 12, 1), date(2026, 3, 1), date(2027, 6, 7), date(2028, 2, 29)]


def test_there_are_sixty_and_all_differ() -> None:
    lines = [query.line for query in first_queries(_DAYS[0])]

    assert len(lines) == 60
    assert not [line for line, count in Counter(lines).items() if count > 1]


@pytest.mark.parametrize("today", _DAYS, ids=str)
def test_each_has_an_answer_that_is_not_all_photos_or_says_that_it_has_none(today: date) -> None:
    kept = kept_files(today)

    for query in first_queries(today):
        right = right_paths(query, kept)
        assert bool(right) == (query.rule is not None), query.line
        assert len(right) < len(kept) / 2, query.line


@pytest.mark.parametrize("today", _DAYS, ids=str)
def test_what_moves_with_the_calendar_was_taken_within_a_year_and_before_the_day(
    today: date,
) -> None:
    moving = {"photos from last summer", "last week", "yesterday"}
    asked = [query for query in first_queries(today) if query.line in moving]
    paths = frozenset().union(*(right_paths(query, kept_files(today)) for query in asked))
    ages = [(today - one.taken.date()).days for one in kept_files(today) if one.path in paths]

    assert len(paths) == 11
    assert min(ages) >= 1
    assert max(ages) < 366


def test_the_folder_holds_what_is_written_down(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="the folder holds films, made with the extra video (PyAV)")
    if not is_possible():
        pytest.skip("no real test data: photos and captioned are not beside the project")

    root = make_query_folder(tmp_path, _DAYS[0])

    files = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".xmp")
    found = {unicodedata.normalize("NFC", str(path.relative_to(root))) for path in files}
    assert found == {one.path for one in kept_files(_DAYS[0])}
