"""Where matches end: named on a terminal, told once beside a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import index_once
from tests.cli.terminal_run import run_on_terminal
from tests.pictures import paint

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope, Shelf


@pytest.fixture(scope="module")
def one_of_many(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One yellow photo among many red ones, from which it stands out."""
    base = tmp_path_factory.mktemp("many")
    for number in range(11):
        paint(base / f"photos/{number}.png", "red", (90 + number, 60))
    paint(base / "photos/sun.png", "yellow", (60, 60))
    return index_once(base, base / "photos")


def drawn(imagescope: Imagescope, *words: str) -> list[str]:
    command = [*imagescope.command, "--library", str(imagescope.library), *words]
    raw = run_on_terminal(command, imagescope.base, imagescope.environment).raw
    return raw.decode().replace("\r", "").splitlines()


def test_a_terminal_is_shown_where_matches_end_and_a_pipe_only_lines_of_photos(
    imagescope: Imagescope, one_of_many: Shelf
) -> None:
    one_of_many.lend(imagescope)
    asked = ("search", "yellow", "--rank", "picture", "--quiet")
    lines = drawn(imagescope, *asked)
    assert [line for line in lines if not line.endswith(".png")] == ["matches", "the rest"]
    assert lines[1].startswith("   1  /")
    assert lines[1].endswith("sun.png")
    assert lines[2] == "the rest"
    done = imagescope(*asked[:-1])
    assert done.out.splitlines() == [line for line in lines if line.endswith(".png")]
    assert "note: matches: 1 · the rest: 11" in done.err
    assert "note: matches" not in "".join(drawn(imagescope, *asked[:-1]))


def test_words_beside_a_picture_that_no_model_read_find_no_match(
    imagescope: Imagescope, one_of_many: Shelf
) -> None:
    one_of_many.lend(imagescope)
    paint(imagescope.base / "other.png", "yellow", (70, 60))
    like = ("search", "--like", imagescope.base / "other.png", "--rank", "picture")
    groups = [
        [hit["group"] for hit in imagescope(*like, *words, "--format", "json").json["results"]]
        for words in ((), ("yellow",))
    ]
    assert "match" in groups[0]
    assert "match" not in groups[1]
    assert groups[1][0] == "maybe"
    assert "matches" not in imagescope(*like, "yellow").err


def test_photos_that_only_passed_a_filter_stand_in_no_section(indexed: Imagescope) -> None:
    lines = drawn(indexed, "search", "type:png")
    assert "matches" not in lines
    assert sum(line.endswith(".png") for line in lines) == 4
    assert "note: " not in indexed("search", "type:png").err


def test_the_score_is_a_chance_or_nothing(indexed: Imagescope) -> None:
    """The encoder of these photos tells no chance; the number of stage 1 is in JSON."""
    [line, *_] = indexed("search", "yellow", "--rank", "picture").out.splitlines()
    assert line.split()[1].startswith("/")
    [hit, *_] = indexed("search", "yellow", "--rank", "picture", "--format", "json").json["results"]
    assert hit["score"] > 0
