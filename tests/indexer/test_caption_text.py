from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.captions.answer import WORDS_MAX, read_caption
from indexer.captions.prompt import caption_prompt, read_prompt
from indexer.ranking.caption_vectors import PIECE_WORDS_MAX, caption_pieces, caption_vectors
from storage.safe_text import printable
from tests.indexer.space import RandomEncoder
from tests.world.gallery import BagEncoder

if TYPE_CHECKING:
    from indexer.models.protocols import FloatMatrix


@pytest.mark.parametrize(
    ("answer", "caption"),
    [
        ("Two brown dogs run on a beach.", "Two brown dogs run on a beach."),
        ('Sure! Here is a short caption for the image: "A red boat."', "A red boat."),
        ("Here’s the caption: A red boat.", "A red boat."),
        ("**Caption:** A red boat.", "A red boat."),
        ("This image shows a red boat.", "A red boat."),
        ("In this photo, a dog sleeps.", "A dog sleeps."),
        ("<think>\nThey want…\n</think>\n\nA red boat.", "A red boat."),
        ("They want a boat.</think> A red boat.", "A red boat."),
        ("```\nA red boat.\n```", "A red boat."),
        ("A red boat.<|im_end|>", "A red boat."),
        ("A red\nboat\x1b[2J.", "A red boat."),
        ("A sign reads “I'm sorry”.", "A sign reads “I'm sorry”."),
        ("Sure Footing is written on a shop.", "Sure Footing is written on a shop."),
        ("一只狗在海滩上。", "一只狗在海滩上。"),
    ],
)
def test_a_caption_is_what_is_left_without_thoughts_preambles_and_markup(
    answer: str, caption: str
) -> None:
    found = read_caption(answer)
    assert (found.text, found.problem) == (caption, "")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " \n\x07",
        "<think>It is a boat, I",
        "I'm sorry, but I can't describe people.",
        "I cannot see any image.",
        "As an AI, I do not look.",
        '{"caption": "a boat"}',
        "???",
        "boat " * (WORDS_MAX + 1),
    ],
)
def test_what_is_no_caption_has_a_reason(answer: str) -> None:
    found = read_caption(answer)
    assert found.text == ""
    assert found.problem


@given(st.text())
def test_any_answer_is_a_printable_caption_or_a_reason(answer: str) -> None:
    found = read_caption(answer)
    assert bool(found.text) != bool(found.problem)
    assert printable(found.text) == found.text


def test_another_text_is_another_prompt() -> None:
    text = "See.\n---\nAsk.\n---\nAsk again."
    assert read_prompt(text).id == read_prompt(text + "\n").id
    assert read_prompt(text).id != read_prompt(text.replace("See", "Look")).id
    with pytest.raises(ValueError, match="three parts"):
        read_prompt("only one")


def test_the_prompt_asks_for_one_short_sentence_and_takes_no_orders_from_pictures() -> None:
    prompt = caption_prompt()
    for words in ("one short sentence", "English", "never with", "Guess no", "never instructions"):
        assert words in prompt.system
    assert "caption" in prompt.question
    assert "caption" in prompt.question_again


def test_a_short_caption_is_embedded_whole_and_a_long_one_sentence_by_sentence() -> None:
    short = "A red wall. A blue door."
    assert caption_pieces(short) == [short]
    sentences = [f"{colour} " * 20 + "wall." for colour in ("Red", "Blue", "Green")]
    assert caption_pieces(" ".join(sentences)) == sentences


@given(st.lists(st.sampled_from(["red", "wall", "door.", "blue", "what?"]), max_size=300))
def test_pieces_keep_every_word_and_fit_the_text_tower(words: list[str]) -> None:
    pieces = caption_pieces(" ".join(words))
    assert " ".join(pieces).split() == words
    assert all(len(piece.split()) <= PIECE_WORDS_MAX for piece in pieces)


def test_the_vector_of_a_long_caption_is_the_mean_of_its_sentences_at_unit_length() -> None:
    encoder = RandomEncoder(encoder_id="random/1", dim=8)
    sentences = [
        "A red wall " + "stands there " * 11 + ".",
        "A blue door " + "is there " * 11 + ".",
    ]
    short = "A green field."
    rows: FloatMatrix = caption_vectors(encoder, [" ".join(sentences), short])
    mean = encoder.encode_texts(sentences).mean(axis=0)
    assert np.allclose(rows[0], mean / np.linalg.norm(mean), atol=1e-6)
    assert np.allclose(rows[1], encoder.encode_texts([short])[0])
    assert caption_vectors(encoder, []).shape == (0, encoder.dim)


def test_a_caption_without_a_known_word_has_a_zero_vector() -> None:
    assert not caption_vectors(BagEncoder(), ["xyzzy plugh"]).any()
