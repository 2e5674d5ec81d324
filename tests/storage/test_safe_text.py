from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.safe_text import printable

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Surrogates, controls and unassigned code points included."""

BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


@given(ANY_TEXT)
def test_no_control_surrogate_or_line_separator_is_left(text: str) -> None:
    categories = {unicodedata.category(character) for character in printable(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(ANY_TEXT)
def test_white_space_is_single_spaces_and_never_at_the_ends(text: str) -> None:
    shown = printable(text)
    assert shown == " ".join(shown.split())


@given(ANY_TEXT)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(ANY_TEXT)
def test_result_can_be_written_as_utf8(text: str) -> None:
    printable(text).encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40))
def test_letters_digits_and_signs_are_kept_unless_they_cannot_be_seen(text: str) -> None:
    unseen = "\u115f\u1160\u3164\uffa0"
    assert printable(text) == "".join(c for c in text if c not in unseen)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b31m", "31m"),
        ("a\r\nb\tc\x85d\u2028e", "a b c d e"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("ze\u200bro", "zero"),
        ("\udcff.jpg", "\ufffd.jpg"),
        ("\ufdd0\U0010ffff", "\ufffd\ufffd"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("a\u00a0\u3000b", "a b"),
        ("", ""),
    ],
)
def test_hostile_text_is_shown_harmlessly(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "text",
    ["Zürich 2019", "花见 日本語", "مرحبا", "שלום", "हिन्दी", "🌷❤️👍🏽", "e\u0301", "5×7 – “ok” €"],
)
def test_ordinary_text_is_kept(text: str) -> None:
    assert printable(text) == text


def test_emoji_newer_than_the_unicode_tables_is_kept() -> None:
    unassigned = "\U0001fafb"
    assert printable(unassigned) == unassigned


def test_bidirectional_controls_are_left_out() -> None:
    assert printable("".join(BIDI_CONTROLS)) == ""
