"""The note that says who has a library: true, private, and silent once it is stale."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from storage.errors import LibraryBusy
from storage.holder import HOLDER_NAME, Program, holder_words, read_holder
from storage.library import Library, is_being_written

if TYPE_CHECKING:
    from pathlib import Path

SCREEN = Program(process=os.getpid(), command="imagescope-tui", terminal="pts/3")


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / HOLDER_NAME


def written(note: Path, **changes: Any) -> None:  # noqa: ANN401
    """A note of this process, and what is different in it."""
    fields = {"process": os.getpid(), "since": time.time(), "host": "", "program": None}
    program = {"process": 7, "command": "imagescope-tui", "terminal": ""}
    note.write_text(json.dumps({**fields, "program": program, **changes}))


def test_who_comes_second_is_told_program_terminal_time_and_process(tmp_path: Path) -> None:
    with Library.open_writer(tmp_path, SCREEN):
        with pytest.raises(LibraryBusy) as refused:
            Library.open_writer(tmp_path)
        assert is_being_written(tmp_path)
    told = refused.value.message
    assert "indexes this library: imagescope-tui, terminal pts/3, since " in told
    assert told.endswith(f"(process {os.getpid()})")
    assert not is_being_written(tmp_path)


def test_the_note_is_its_owners_alone(tmp_path: Path, note: Path) -> None:
    with Library.open_writer(tmp_path):
        assert note.stat().st_mode & 0o077 == 0


def test_the_note_of_a_process_that_was_killed_says_nothing(tmp_path: Path, note: Path) -> None:
    written(note, process=2**22 + 1)
    assert read_holder(tmp_path) is None


def test_a_later_process_with_the_same_number_is_another_one(tmp_path: Path, note: Path) -> None:
    written(note, since=time.time() - 10**8)
    assert read_holder(tmp_path) is None
    written(note)
    assert read_holder(tmp_path) is not None


def test_a_process_of_another_machine_is_told_with_its_name(tmp_path: Path, note: Path) -> None:
    written(note, process=2**22 + 1, host="attic\x1b[2J", since=0.0)
    holder = read_holder(tmp_path)
    assert holder is not None
    told = holder_words(holder)
    assert told.startswith("imagescope-tui, on attic")
    assert told.endswith("(process 7)")
    assert "since 19" in told
    assert "\x1b" not in told


def test_the_note_of_an_older_version_is_a_number(tmp_path: Path, note: Path) -> None:
    note.write_text(str(os.getpid()))
    holder = read_holder(tmp_path)
    assert holder is not None
    assert holder_words(holder) == f"process {os.getpid()}"


@pytest.mark.parametrize("text", ["", "{}", "[]", '"x"', "null", "[" * 9999])
def test_what_is_no_note_is_none(tmp_path: Path, note: Path, text: str) -> None:
    note.write_text(text)
    assert read_holder(tmp_path) is None


def test_numbers_that_are_none_are_no_note(tmp_path: Path, note: Path) -> None:
    written(note, process=float("inf"))
    assert read_holder(tmp_path) is None
