"""What becomes of single findings of text: which count, and in which order they are read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.text_pieces import PIECE_SIDE, Area, is_cut, pieces_of
from indexer.models.text_rows import Finding, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAGE = (
    ("Free", 100.0, 100.0),
    ("WiFi", 200.0, 103.0),
    ("in", 300.0, 98.0),
    ("the", 90.0, 150.0),
    ("whole", 180.0, 152.0),
    ("building", 310.0, 149.0),
)
_READ = "Free WiFi in\nthe whole building"


def finding(text: str, x: float, y: float, score: float = 0.95, degrees: float = 0.0) -> Finding:
    """Text twenty pixels high whose middle is there once the picture is turned."""
    angle = math.radians(degrees)
    right = (math.cos(angle), math.sin(angle))
    at_x, at_y = x * right[0] - y * right[1], x * right[1] + y * right[0]
    area = Area(at_x - 10, at_y - 10, at_x + 10, at_y + 10)
    return Finding(text=text, score=score, area=area, direction=right, height=20)


@given(st.permutations(_PAGE), st.sampled_from([0, 5, -5, 15, -15, 45, 90, 180, 270]))
def test_rows_are_read_in_order_however_the_picture_is_turned(
    page: Sequence[tuple[str, float, float]], degrees: float
) -> None:
    found = [finding(text, x, y, degrees=degrees) for text, x, y in page]
    assert text_of(found) == _READ


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("心", 0.96),
        ("9", 1.0),
        ("A4", 0.8),
        ("ABC", 0.8),
        ("Hotel", 0.6),
        ("-...", 1.0),
        ("ooo", 1.0),
    ],
)
def test_what_is_found_on_photos_without_text_does_not_count(text: str, score: float) -> None:
    assert text_of([finding(text, 10, 10, score)]) == ""


def test_a_single_sign_counts_beside_words() -> None:
    row = [finding("9", 200, 10), finding("Platform", 100, 10), finding("7", 100, 300)]
    assert text_of(row) == "Platform 9"


@given(st.integers(1, 5000), st.integers(1, 5000), st.data())
def test_pieces_cover_the_picture_and_hold_what_is_small_whole(
    width: int, height: int, data: st.DataObject
) -> None:
    pieces = list(pieces_of(width, height))
    assert all(p.right - p.left <= PIECE_SIDE and p.bottom - p.top <= PIECE_SIDE for p in pieces)
    left = data.draw(st.integers(0, width - 1))
    top = data.draw(st.integers(0, height - 1))
    word = Area(left, top, min(left + 200, width), min(top + 40, height))
    holding = [
        piece
        for piece in pieces
        if piece.left <= word.left
        and piece.top <= word.top
        and piece.right >= word.right
        and piece.bottom >= word.bottom
    ]
    assert any(not is_cut(word, piece, width, height) for piece in holding)
