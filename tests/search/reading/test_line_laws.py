"""What holds for every line."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given

from imagescope_tui.search.query_language import without_chip
from imagescope_tui.search.reading.written import written
from storage.records import PhotoFilter
from tests.search.reading.lines import CONTEXT, LINES, read


@given(LINES)
def test_chips_stand_in_the_line_one_after_the_other(line: str) -> None:
    end = 0
    for chip in read(line, CONTEXT).chips:
        assert chip.start >= end
        end = chip.start + len(chip.source)
        assert line[chip.start : end] == chip.source == chip.source.strip()


@given(LINES)
def test_there_are_chips_exactly_where_there_is_a_filter(line: str) -> None:
    parsed = read(line, CONTEXT)
    assert bool(parsed.chips) == (parsed.filter != PhotoFilter())


@given(LINES)
def test_a_chip_that_is_removed_is_gone(line: str) -> None:
    before = read(line, CONTEXT).chips
    labels = Counter((chip.kind, chip.label) for chip in before)
    for chip in before:
        after = read(without_chip(line, chip), CONTEXT).chips
        left = Counter((chip.kind, chip.label) for chip in after)
        assert left[chip.kind, chip.label] < labels[chip.kind, chip.label]


@given(LINES)
def test_every_word_is_looked_for_or_told_of(line: str) -> None:
    parsed = read(line, CONTEXT)
    told = " ".join((parsed.text, *parsed.dropped, *parsed.problems))
    told += " ".join(chip.source for chip in parsed.chips)
    for word in re.findall(r"[^\W_]+", line):
        if word not in ("OR", "AND"):
            assert word in told


@given(LINES)
def test_a_filter_written_as_a_line_is_read_as_that_filter(line: str) -> None:
    wanted = read(line, CONTEXT).filter
    if not any(_has_several_conditions(inner) for inner in wanted.without):
        assert read(" ".join(written(wanted)), CONTEXT).filter == wanted


def _has_several_conditions(wanted: PhotoFilter) -> bool:
    return len(written(wanted)) != 1
