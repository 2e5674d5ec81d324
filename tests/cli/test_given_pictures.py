"""Pictures to be like: several, unwanted ones, one from stdin, and none from the network."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.cli import given_pictures
from imagescope_tui.errors import UsageError
from tests.cli.conftest import Outcome
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Shelf


def piped(imagescope: Imagescope, data: bytes, *words: object, tmpdir: Path) -> Outcome:
    done = subprocess.run(
        [*imagescope.command, "--library", str(imagescope.library), *map(str, words)],
        check=False,
        capture_output=True,
        input=data,
        env={**imagescope.environment, "TMPDIR": str(tmpdir)},
        cwd=imagescope.base,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def names(done: Outcome) -> list[str]:
    return [path.rsplit("/", 1)[-1] for path in done.out.splitlines()]


def test_a_picture_from_stdin_is_searched_for_and_not_kept(
    indexed: Imagescope, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    blue = paint(tmp_path / "blue.png", "deepskyblue").read_bytes()
    asked = ("search", "--like", "-", "--format", "paths")
    done = piped(indexed, blue, *asked, tmpdir=kept)
    assert (done.status, names(done)[0]) == (0, "sky.png"), done.err
    assert not list(kept.glob("imagescope*"))


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_stdin_without_a_picture_is_2_and_one_line(
    indexed: Imagescope, tmp_path: Path, data: bytes
) -> None:
    done = piped(indexed, data, "search", "--like", "-", tmpdir=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "stdin" in done.err
    assert str(tmp_path) not in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--like", "https://example.org/cat.jpg"),
        ("--unlike", "http://example.org/cat.jpg"),
        ("--like", "s3://photos/cat.jpg"),
        ("--like", "file://elsewhere/cat.jpg"),
    ],
)
def test_an_address_is_refused_by_name(imagescope: Imagescope, words: tuple[str, str]) -> None:
    done = imagescope("search", *words)
    assert (done.status, done.out) == (2, "")
    [line] = done.err.strip().splitlines()
    assert words[1] in line
    assert "curl" in line


def test_an_address_of_a_file_is_its_path(indexed: Imagescope) -> None:
    outside = paint(indexed.base / "out side.png", "deepskyblue")
    done = indexed("search", "--like", outside.as_uri(), "--format", "paths")
    assert names(done)[0] == "sky.png"


def test_stdin_holds_one_picture(imagescope: Imagescope) -> None:
    for words in (("--like", "-", "--like", "-"), ("--like", "-", "--unlike", "-")):
        done = imagescope("search", *words)
        assert done.status == 2
        assert "only one picture can come through stdin" in done.err


def test_a_picture_beyond_the_limit_is_refused_with_the_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(given_pictures, "_MEGABYTES_MAX", 1)
    large = tmp_path / "large"
    large.write_bytes(bytes(1_000_001))
    with (
        large.open() as stream,
        monkeypatch.context() as patch,
        pytest.raises(UsageError, match="larger than 1 MB"),
    ):
        patch.setattr("sys.stdin", stream)
        with given_pictures.given_pictures(["-"], []):
            pass


def test_several_pictures_count_and_unwanted_ones_against(
    indexed: Imagescope, shelf: Shelf
) -> None:
    red, blue = shelf.photos / "garden/rose.png", shelf.photos / "garden/sky.png"
    both = indexed("search", "--like", red, "--like", blue, "--format", "json").json
    assert (both["reference"], both["also_like"]) == (str(red), [str(blue)])
    found = [hit["path"] for hit in both["results"]]
    assert str(red) not in found
    assert str(blue) not in found
    unlike = indexed("search", "--unlike", red, "--format", "paths")
    assert names(unlike)[-1] == "IMG_0002.png"
    missing = indexed("search", "--like", red, "--unlike", "/no/such/photo.jpg")
    assert missing.status == 2
    assert "/no/such/photo.jpg" in missing.err
