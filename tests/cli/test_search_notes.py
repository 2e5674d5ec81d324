"""What a search says beside its results, and how often."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.cli import search_notes
from imagescope_tui.cli.app import app
from imagescope_tui.cli.running import run
from imagescope_tui.config import told_folder
from tests.pictures import paint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Imagescope

_NO_SERVER = "found without a language model, which would check and compare (imagescope serve)"


def in_one_shell(imagescope: Imagescope, *lines: str) -> str:
    """What several commands say on stderr in a session of their own."""
    command = f"{' '.join(imagescope.command)} --library '{imagescope.library}' search "
    script = "\n".join(command + line for line in lines)
    done = subprocess.run(
        ["bash", "-c", f"{script}\ntrue"],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env=imagescope.environment,
        cwd=imagescope.base,
        start_new_session=True,
    )
    return done.stderr.decode()


def test_that_there_is_no_server_is_told_once_in_each_session(indexed: Imagescope) -> None:
    assert in_one_shell(indexed, "red", "red").count(_NO_SERVER) == 1
    assert in_one_shell(indexed, "yellow").count(_NO_SERVER) == 1, "another session"


@pytest.mark.parametrize(
    "words", ["--stages 1 red", "--rank words rose", "--sort newest red", "type:png", "--quiet red"]
)
def test_who_means_no_model_is_never_told_that_there_is_no_server(
    indexed: Imagescope, words: str
) -> None:
    assert _NO_SERVER not in in_one_shell(indexed, words)


def test_who_names_the_stages_is_told_each_time_that_they_cannot_run(indexed: Imagescope) -> None:
    assert in_one_shell(indexed, "--stages 3 red", "--stages 3 red").count(_NO_SERVER) == 2


def test_marks_of_sessions_that_are_over_are_removed_and_all_are_private(
    indexed: Imagescope,
) -> None:
    over = told_folder() / "no-server-999999999"
    over.parent.mkdir(parents=True)
    over.touch()
    strange = told_folder() / "strange"
    strange.touch()
    assert _NO_SERVER in in_one_shell(indexed, "red")
    [mark] = told_folder().iterdir()
    assert mark.stat().st_mode & 0o077 == 0


def test_where_nothing_can_be_remembered_it_is_told_again(indexed: Imagescope) -> None:
    told_folder().parent.mkdir(parents=True)
    told_folder().write_text("in the way")
    assert in_one_shell(indexed, "red", "red").count(_NO_SERVER) == 2


@pytest.fixture
def said_here(
    imagescope: Imagescope, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What a search by words says on stderr, run in this process, with time for a busy machine."""
    monkeypatch.setattr(search_notes, "_LOOK_SECONDS", 20.0)

    def said(*words: str) -> str:
        asked = ("search", "--rank", "words", "rose", *words)
        monkeypatch.setattr(
            "sys.argv", ["imagescope", "--library", str(imagescope.library), *asked]
        )
        assert run(app) == 0
        return capsys.readouterr().err

    return said


def test_new_files_are_counted_and_only_they(
    imagescope: Imagescope, photos: Path, said_here: Callable[..., str]
) -> None:
    assert imagescope("index", photos).status == 0
    assert "not indexed" not in said_here()
    paint(photos / "garden/new.png", "red")
    paint(photos / "a new folder/in it/new.PNG", "red")
    (photos / "garden/notes.txt").write_text("no photo")
    paint(photos / ".hidden/new.png", "red")
    paint(photos / "left out/new.png", "red")
    (photos / ".imagescopeignore").write_text("left out/\n")
    assert "note: 2 new files are not indexed yet (imagescope index)" in said_here()
    assert "not indexed" not in said_here("--quiet")
    assert imagescope("index").status == 0
    assert "not indexed" not in said_here()


def test_new_files_are_left_to_an_indexer_that_is_at_work(
    imagescope: Imagescope, photos: Path, said_here: Callable[..., str]
) -> None:
    assert imagescope("index", photos).status == 0
    paint(photos / "new.png", "red")
    holder = imagescope.library / "indexer.pid"
    holder.write_text(str(os.getpid()))
    assert "not indexed" not in said_here()
    holder.write_text("999999999")
    assert "1 new file is not indexed yet" in said_here()


def test_the_reading_is_told_where_the_line_is_more_than_words(indexed: Imagescope) -> None:
    assert "read as: “red” · png" in indexed("search", "red", "type:png").err
    assert "read as" not in indexed("search", "red").err
    for silent in (("--quiet",), ("--format", "json")):
        assert "read as" not in indexed("search", "red", "type:png", *silent).err
    reading = indexed("search", "red", "type:png", "--format", "json").json["reading"]
    assert reading["text"] == "red"
    assert [chip["label"] for chip in reading["chips"]] == ["png"]


def test_a_filter_that_makes_no_sense_is_2_and_says_what_to_write(indexed: Imagescope) -> None:
    done = indexed("search", "red", "date:2021-13")
    assert (done.status, done.out) == (2, "")
    assert "date:2021-13 is no date" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_folder_that_is_none_is_1(indexed: Imagescope) -> None:
    assert indexed("search", "red", "in:nowhere").status == 1


@pytest.mark.parametrize(
    "form",
    [
        (),
        ("--explain",),
        ("--format", "json"),
        ("--format", "jsonl"),
        ("--format", "paths"),
        ("-0",),
    ],
    ids=" ".join,
)
def test_a_pipe_that_is_closed_after_a_line_is_no_failure(
    indexed: Imagescope, form: tuple[str, ...]
) -> None:
    line = " ".join([*indexed.command, "--library", str(indexed.library), "search", "red", *form])
    done = subprocess.run(
        ["bash", "-c", f"{line} | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env=indexed.environment | {"IMAGESCOPE_STRATEGY": "retrieval"},
        cwd=indexed.base,
    )
    assert done.stdout.decode().strip() == "0"
    assert b"rror" not in done.stderr


def test_help_names_filters_and_exit_statuses_in_eighty_columns(imagescope: Imagescope) -> None:
    told = imagescope("search", "--help", COLUMNS="80").out
    for named in ("in:", "date:", "before:", "after:", "since:", "camera:", "type:", "rating:"):
        assert named in told
    for named in ("has:gps", "is:portrait", "OR", "-word", "Exit status:", "130 interrupted"):
        assert named in told
    assert max(map(len, told.splitlines())) <= 80


def test_json_names_each_stack(indexed: Imagescope) -> None:
    done = indexed("search", "red", "--format", "jsonl", "--no-group")
    started = json.loads(done.out.splitlines()[0])
    assert started["options"]["stacks"] is False
    found = indexed("search", "red", "--format", "json").json["results"]
    assert all(hit["stack"] == [] for hit in found)
