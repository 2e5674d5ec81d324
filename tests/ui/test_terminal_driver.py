"""Answers of the terminal are no keys, and keys are no answers."""

from __future__ import annotations

import pytest

from imagescope_tui.ui.terminal_driver import AnswerSieve

ANSWERS = (
    "\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]11;rgb:ff/ff/ff\x07",
    "\x1b]5522;type=write:status=DONE\x1b\\",
    "\x1bP>|kitty(0.40.1)\x1b\\",
    "\x1bP1+r524742=38\x1b\\",
    "\x1bP1$r48:2:1:2:3m\x1b\\",
    "\x1b_Gi=4711;OK\x1b\\",
    "\x1b[?62;4;22c",
    "\x1b[?5522;2$y",
)
KEYS = (
    "q",
    "\x1b",
    "\x1b[A",
    "\x1b[1;5C",
    "\x1bP",
    "\x1b]",
    "\x1b[<35;10;10M",
    "é",
    "\x1b[?2026;2$y",
)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_is_taken_out_from_among_keys(answer: str) -> None:
    assert AnswerSieve().feed(f"re{answer}d") == ("red", (answer,))


@pytest.mark.parametrize("key", KEYS)
def test_keys_pass_at_once(key: str) -> None:
    assert AnswerSieve().feed(key) == (key, ())


@pytest.mark.parametrize("answer", ANSWERS[:7])
def test_an_answer_in_two_parts_is_one(answer: str) -> None:
    for cut in range(7, len(answer)):
        sieve = AnswerSieve()
        assert sieve.feed(f"a{answer[:cut]}") == ("a", ())
        assert sieve.feed(f"{answer[cut:]}b") == ("b", (answer,))


def test_what_never_ends_was_no_answer() -> None:
    sieve = AnswerSieve()
    assert sieve.feed("\x1bP1 and more") == ("", ())
    assert sieve.release() == "\x1bP1 and more"
    assert sieve.release() == ""
