from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.parsing import (
    PROPOSITIONS_MAX,
    ParseFailure,
    read_intent,
    read_propositions,
    read_verdict,
    yes_or_no,
)
from imagescope_tui.search.types import AtomicEdit, Proposition, SearchIntent, Verdict
from storage.records import PhotoId
from storage.safe_text import printable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = "core detailed full kind text statement question expected needs_reference reason accepted"
KEYS = st.sampled_from(["edits", "propositions", *FIELDS.split()])
ANSWERS = st.dictionaries(
    KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=5), max_size=6), max_size=6
)


@given(ANSWERS)
def test_any_answer_is_a_value_or_a_failure(answer: dict[str, Any]) -> None:
    intent = read_intent(answer)
    assert isinstance(intent, ParseFailure) or intent.descriptions
    propositions = read_propositions(answer, has_reference=False)
    if not isinstance(propositions, ParseFailure):
        assert 1 <= len(propositions) <= PROPOSITIONS_MAX
    assert read_verdict(answer, PhotoId(1)).photo_id == 1


@given(ANSWERS)
def test_no_answer_brings_control_signs_along(answer: dict[str, Any]) -> None:
    intent = read_intent(answer)
    if isinstance(intent, SearchIntent):
        texts = (*intent.descriptions, *(edit.text for edit in intent.edits))
        assert all(text == printable(text) for text in texts)
    reason = read_verdict(answer, PhotoId(1)).reason
    assert reason == printable(reason)


def test_an_edit_of_an_unknown_kind_is_a_modification() -> None:
    answer = {"edits": [{"kind": "Keep", "text": "the dog"}], "core": "a dog"}
    expected = SearchIntent(
        edits=(AtomicEdit(kind="modification", text="the dog"),), descriptions=("a dog",)
    )
    assert read_intent(answer) == expected


@pytest.mark.parametrize("expected", [True, "True", "true", "yes", "Yes."])
def test_every_way_to_write_yes_is_one(expected: object) -> None:
    answer = {"propositions": [{"question": "Is it red?", "expected": expected}]}
    found = read_propositions(answer, has_reference=False)
    assert found == (
        Proposition(statement="Is it red? Yes.", question="Is it red?", expected=True),
    )


@pytest.mark.parametrize("word", ["eyes", "yesterday", "", None, 7, "maybe"])
def test_what_only_looks_like_yes_is_unreadable(word: object) -> None:
    assert yes_or_no(word) is None


def test_a_comparison_without_a_reference_is_not_asked() -> None:
    question = {"question": "Is it darker?", "expected": "yes", "needs_reference": True}
    assert isinstance(
        read_propositions({"propositions": [question]}, has_reference=False), ParseFailure
    )
    assert read_propositions({"propositions": [question]}, has_reference=True)


def test_a_question_is_asked_once() -> None:
    rows = [
        {"question": "Is it RED?", "expected": "yes"},
        {"question": "is it red?", "expected": "no"},
    ]
    found = read_propositions({"propositions": rows}, has_reference=False)
    assert not isinstance(found, ParseFailure)
    assert [item.expected for item in found] == [True]


def test_a_verdict_says_yes_no_or_nothing() -> None:
    assert read_verdict({"accepted": "No", "reason": " it is\nday "}, PhotoId(3)) == Verdict(
        photo_id=PhotoId(3), accepted=False, reason="it is day"
    )
    assert read_verdict({}, PhotoId(3)).accepted is None
