"""The words of a query that can be seen in a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.picture_words import WORDS_MAX, picture_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dog on the beach", ("dog", "beach")),
        ("a red car near two old men", ("red car", "old men")),
        ("black and white dog jumping over a log", ("black and white dog", "jumping", "log")),
        ("red and dog", ("red", "dog")),
        ("a photo of something red", ("red",)),
        ("Dog, dog and a cat.", ("Dog", "cat")),
        ("a snow-covered mountain", ("snow-covered mountain",)),
        ("Hund am Strand", ("Hund", "Strand")),
        ("狗", ("狗",)),
        ("the", ("the",)),
        ("...", ("...",)),
        ("", ()),
    ],
)
def test_content_words_come_one_by_one_with_their_adjectives(
    text: str, words: tuple[str, ...]
) -> None:
    assert picture_words(text) == words


@given(st.text())
def test_every_text_has_words_unless_it_is_blank(text: str) -> None:
    words = picture_words(text)
    assert bool(words) is bool(text.strip())
    assert len(words) <= WORDS_MAX
    assert all(word.strip() for word in words)
