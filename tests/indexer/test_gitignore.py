"""Ignore files leave out what git leaves out by them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.folders.gitignore import patterns_of
from indexer.folders.ignore import IGNORE_FILE, IgnoreRules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PLACES = (
    *("a.jpg", "b.jpg", "foo/a.jpg", "foo/b/a.jpg", "foo/b/c/a.jpg", "foobar/x.jpg", "trip/a.jpg"),
    *("trip-old/a.jpg", "2019/a.jpg", "2019x.jpg", "photo/x.jpg", "photoax.jpg", "IMG_12.jpg"),
    *("raw/a.jpg", "raw/deep/a.jpg", "x/y.jpg", "x/1/2/y.jpg", "[2024-06-01] Holiday/a.jpg"),
    *("2 Holiday/a.jpg", "é.jpg", "x y .jpg", "-a.jpg", "tab\t", "back\\slash.jpg", "a]b.jpg"),
)


def left_out(root: Path, places: tuple[str, ...]) -> set[str]:
    """By a walk as the product does it: what lies in a folder that is left out is not looked at."""
    found: set[str] = set()
    waiting = [("", IgnoreRules().entering("", root))]
    while waiting:
        folder, rules = waiting.pop()
        for entry in os.scandir(root / folder):
            place = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name == IGNORE_FILE or entry.name == ".git":
                continue
            if rules.ignores(place, is_folder=entry.is_dir()):
                found |= {item for item in places if item == place or item.startswith(f"{place}/")}
            elif entry.is_dir():
                waiting.append((place, rules.entering(place, root / place)))
    return found


def left_out_by_git(root: Path, places: tuple[str, ...]) -> set[str]:
    asked = subprocess.run(
        [
            "git",
            "-c",
            f"core.excludesFile={os.devnull}",
            "check-ignore",
            "--no-index",
            "-z",
            "--stdin",
        ],
        input="\0".join(places).encode(),
        cwd=root,
        capture_output=True,
        check=False,
    )
    assert asked.returncode in (0, 1), asked.stderr
    return {os.fsdecode(place) for place in asked.stdout.split(b"\0") if place}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    root = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for place in _PLACES:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(b"")
    yield root


def agree(root: Path, content: bytes) -> None:
    (root / IGNORE_FILE).write_bytes(content)
    (root / ".gitignore").write_bytes(content)
    assert left_out(root, _PLACES) == left_out_by_git(root, _PLACES)


@pytest.mark.parametrize(
    "line",
    [
        *("!", "foo\\", "[2024-06-01] Holiday/", "/trip[!0-9]*", "2019[!0-9]*.jpg"),
        *("photo[!s]x.jpg", "raw/**/", "IMG_[[:digit:]]*.jpg", "[a/b].jpg", "x/***/y.jpg"),
        *(
            "tab\t",
            "x y \\ ",
            "x\\ y .jpg  ",
            "foo**/x.jpg",
            "foo/**/a.jpg",
            "**/b/**",
            "[]]",
            "a[]]b*",
        ),
        *(
            "\ufeffa.jpg",
            "a.jpg\r",
            "#a.jpg",
            "\\#a",
            "\\!a",
            "/",
            "//",
            "[a",
            "[[:nix:]]*",
            "?.jpg",
        ),
        *(
            "\\[2024-06-01\\] Holiday",
            "x/**\\/y.jpg",
            "*/*/a.jpg",
            "foo/*b/a.jpg",
            "-[[:a]*",
            "a.jpg/",
        ),
        *(
            "back\\\\slash.jpg",
            "[\\]]*",
            "[--0]a.jpg",
            "[[:alpha:]-z].jpg",
            "back[\\\\]slash*",
            "x/**y.jpg",
        ),
    ],
)
def test_a_line_leaves_out_what_git_leaves_out_by_it(tree: Path, line: str) -> None:
    agree(tree, f"*.png\n{line}\nb.jpg\n".encode())


pieces = st.sampled_from(
    (
        *(
            "a",
            "b",
            "foo",
            "x",
            "y",
            "raw",
            ".jpg",
            "2019",
            "trip",
            "/",
            "/",
            "*",
            "*",
            "**",
            "***",
        ),
        *(
            "?",
            "[a-f]",
            "[!a]",
            "[^0-9]",
            "[[:digit:]]",
            "[[:alpha:]_]",
            "[z-a]",
            "[a",
            "]",
            "[]-a]",
        ),
        *("!", "\\", "\\*", " ", "\t", "#", "-", "[", "\xe9", "[[:x:]]", "[a-]", "[/-9]", "\r"),
    )
)
lines = st.lists(pieces, max_size=6).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(st.one_of(lines, lines.map("!{}".format)), max_size=5).map("\n".join))
def test_a_walk_leaves_out_what_git_leaves_out(tree: Path, content: str) -> None:
    agree(tree, content.encode())


@settings(max_examples=500)
@given(content=st.one_of(st.binary(max_size=60), lines.map(str.encode)))
def test_every_content_is_an_ignore_file(content: bytes) -> None:
    patterns_of(content).leave_out("foo/a.jpg", is_folder=False)


@pytest.mark.parametrize(
    "line", ["*a" * 60 + "b", "**/a*a/" * 40 + "b", "x/" + "**/*a*/" * 30 + "b"]
)
def test_many_stars_take_no_long_time(line: str) -> None:
    """Where each may be tried at every place this would not end."""
    patterns = patterns_of(line.encode())
    assert patterns.leave_out("x/" + "aaaaaaaaa/" * 300 + "a" * 250, is_folder=False) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!", "it names nothing"),
        ("foo\\", "it ends with a backslash"),
        ("[2024-06-01] Holiday/", "a range in brackets runs backward: \\[ is the sign itself"),
        ("foo[a", "a bracket has no end"),
        ("[[:nix:]]", "[:nix:] is no class of signs"),
    ],
)
def test_a_line_that_leaves_out_nothing_is_told(line: str, reason: str) -> None:
    patterns = patterns_of(f"*.png\n\n{line}\n".encode())
    [odd] = patterns.odd
    assert (odd.number, odd.text, odd.reason) == (3, line, reason)
    assert patterns.leave_out("a.png", is_folder=False)
