"""One table of actions: what is shown is bound, and README says what the screen says."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from imagescope_tui.ui.actions import ACTIONS, Situation, Where, actions_in, readme_table

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
PACKAGE = PROJECT / "imagescope_tui"


def test_readme_has_the_table_of_the_screen() -> None:
    assert readme_table() in README.read_text(encoding="utf-8")


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(a.name for a in ACTIONS).items() if count > 1] == []


@pytest.mark.parametrize("where", get_args(Where))
def test_a_key_has_one_meaning_in_one_place(where: Where) -> None:
    keys = Counter(key for a in ACTIONS if a.where == where for key in a.keys.split(",") if key)
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("situation", get_args(Situation))
def test_what_the_key_line_shows_has_a_key(situation: Situation) -> None:
    assert all(action.shown for action in actions_in(situation))


def test_no_key_is_bound_beside_the_table() -> None:
    made = {
        path.name
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bBinding\(|\.bind\(", path.read_text(encoding="utf-8"))
    }
    assert made == {"actions.py"}
