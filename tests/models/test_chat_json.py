"""Laws of reading JSON and yes or no out of what models write."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.models.chat_json import read_object, without_thoughts
from indexer.models.chat_yes_no import SURFACES, TokenChance, chance_of_yes, read_yes_no

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(st.text(), _VALUES, min_size=1, max_size=4)


@given(_OBJECTS)
def test_an_object_is_read_whole_however_it_is_wrapped(value: dict[str, object]) -> None:
    said = json.dumps(value)
    for text in (said, f"Sure!\n```json\n{said}\n```\nDone.", f"It is {said}, I think."):
        assert read_object(text, is_cut=False) == value


@given(_OBJECTS, st.data())
def test_an_object_that_was_cut_off_is_none(value: dict[str, object], data: st.DataObject) -> None:
    said = json.dumps(value)
    end = data.draw(st.integers(0, len(said) - 1))
    assert read_object(said[:end], is_cut=True) is None


@given(st.text())
def test_any_text_is_read_as_an_object_or_none(text: str) -> None:
    for is_cut in (False, True):
        assert isinstance(read_object(text, is_cut=is_cut), dict | None)


def test_control_characters_inside_strings_do_no_harm() -> None:
    assert read_object('{"a": "x\x11\ty"}', is_cut=False) == {"a": "x\x11\ty"}


@pytest.mark.parametrize(
    "text",
    ["{'a': 'b'}", '{"a": "b",}', '```json\n{"a": "b", // so\n}\n```', '{a: "b"}'],
)
def test_small_slips_are_mended_but_not_in_what_was_cut(text: str) -> None:
    assert read_object(text, is_cut=False) == {"a": "b"}
    assert read_object(text, is_cut=True) is None


def test_thoughts_are_no_part_of_an_answer() -> None:
    assert without_thoughts("<think>a {b} c</think>\n\nYes") == "Yes"
    assert without_thoughts("a template opened it: no</think>\n\nYes") == "Yes"
    assert without_thoughts("<think>never ended") == ""
    assert read_object('<think>{"a": 1}</think>{"a": 2}', is_cut=False) == {"a": 2}


@pytest.mark.parametrize("end", ["", ".", ", it is.", "\n", " – it shows no square", "!**"])
@pytest.mark.parametrize("start", ["", " ", '"', "**", "Answer: ", "\n\n", "<think>no</think>"])
@pytest.mark.parametrize(("word", "is_yes"), [("Yes", True), ("no", False), ("NO", False)])
def test_the_first_word_says_yes_or_no(start: str, word: str, end: str, *, is_yes: bool) -> None:
    assert read_yes_no(start + word + end) is is_yes


@pytest.mark.parametrize(
    "text",
    ["", "eyes", "Yesterday", "None", "nothing", "not sure", "yes or no", "Yes/No", "maybe yes",
     "I see no square", "<think>yes", "…"],
)  # fmt: skip
def test_what_says_neither_first_is_unreadable(text: str) -> None:
    assert read_yes_no(text) is None


def test_no_with_a_yes_behind_it_is_no() -> None:
    assert read_yes_no("No, although yes, there is a square") is False


_LOGPROBS = st.floats(-30, 0)


@given(yes=_LOGPROBS, no=_LOGPROBS, other=_LOGPROBS)
def test_the_probability_weighs_yes_against_no_alone(yes: float, no: float, other: float) -> None:
    chances = (TokenChance("Yes", yes), TokenChance("No", no), TokenChance("The", other))
    expected = 1 / (1 + math.exp(no - yes))
    assert chance_of_yes([chances]) == pytest.approx(expected)


@given(st.data())
def test_ways_to_write_yes_add_up_and_the_sampled_token_counts_once(data: st.DataObject) -> None:
    surfaces = [*SURFACES[True], *SURFACES[False]]
    logprobs = {surface: data.draw(_LOGPROBS) for surface in surfaces}
    chances = [TokenChance(surface, logprob) for surface, logprob in logprobs.items()]
    mass = {
        is_yes: sum(math.exp(logprobs[surface]) for surface in SURFACES[is_yes])
        for is_yes in (True, False)
    }
    told = chance_of_yes([(*chances, data.draw(st.sampled_from(chances)))])
    assert told == pytest.approx(mass[True] / (mass[True] + mass[False]))


def test_two_tokens_that_look_the_same_both_count() -> None:
    chances = (TokenChance("Yes", math.log(0.4)), TokenChance("Yes", math.log(0.2)))
    told = chance_of_yes([(*chances, TokenChance("No", math.log(0.2)), chances[0])])
    assert told == pytest.approx(0.75)


def test_a_quotation_mark_before_the_answer_is_passed_over_but_no_word() -> None:
    answer = (TokenChance("yes", -0.1), TokenChance("no", -2.0))
    mark = (TokenChance('"', -0.01), TokenChance("The", -5.0))
    word = (TokenChance("The", -0.01), TokenChance('"', -5.0))
    assert chance_of_yes([mark, answer]) == chance_of_yes([answer])
    assert chance_of_yes([word, answer]) is None
    assert chance_of_yes([]) is None


def test_tokens_that_were_ruled_out_have_no_probability() -> None:
    ruled_out = (TokenChance("Yes", -9999.0), TokenChance("No", -9999.0))
    assert chance_of_yes([ruled_out]) is None
