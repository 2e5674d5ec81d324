"""Names that no program expects, from the folder to every output: shown harmless, given exactly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import Imagescope
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    b"new\nline\r.png",
    b"not utf-8 \xff\xfe\xe9.png",
    b"x" * 251 + b".png",
    "right to left \u202egnp.exe \u200f\u2067.png".encode(),
    "e\u0301 in two parts.png".encode(),
    "\u00e9 in two parts.png".encode(),
    b"-k 1.png",
    b"--library.png",
    b" spaces around .png",
    b" .png",
    b"tab\tand \x1b[31mescape\x07.png",
    b"quote' \" back\\slash $HOME `id` %s {}.png",
    b"*?[a-z].png",
    "\U0001f3d6\ufe0f\u200d\U0001f3d6.png".encode(),
    b"UPPER.PNG",
    b"upper.png",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Imagescope, dict[bytes, Path]]:
    """A library of photos with these names, and where each is."""
    folder = tmp_path_factory.mktemp("names") / os.fsdecode(b"a\n\xff folder")
    made: dict[bytes, Path] = {}
    for number, name in enumerate(NAMES):
        # Each is a content of its own: copies would be shown as one.
        plain = paint(folder / "plain.png", "red", (40, 40 + number))
        made[name] = plain.rename(folder / os.fsdecode(name))
    imagescope = Imagescope(tmp_path_factory.mktemp("hostile"))
    done = imagescope("index", folder)
    assert done.status == 0, done.err
    return imagescope, made


def test_every_name_is_printed_byte_for_byte_between_nul_bytes(
    world: tuple[Imagescope, dict[bytes, Path]],
) -> None:
    imagescope, made = world
    printed = os.fsencode(imagescope("search", "red", "-k", "50", "-0").out)
    assert printed.endswith(b"\0")
    assert sorted(printed[:-1].split(b"\0")) == sorted(map(os.fsencode, made.values()))


def test_every_name_survives_in_json(world: tuple[Imagescope, dict[bytes, Path]]) -> None:
    imagescope, made = world
    done = imagescope("search", "red", "-k", "50", "--format", "json")
    assert done.out.isascii()
    results: list[dict[str, Any]] = done.json["results"]
    assert sorted(os.fsencode(item["path"]) for item in results) == sorted(
        map(os.fsencode, made.values())
    )


def test_a_list_for_people_has_one_harmless_line_for_each(
    world: tuple[Imagescope, dict[bytes, Path]],
) -> None:
    imagescope, made = world
    told = imagescope("search", "red", "-k", "50").out
    lines = told.strip("\n").split("\n")
    assert len([line for line in lines if ".png" in line.lower()]) == len(made)
    for sign in "\x1b\x07\r\t\u202e\u200f\u2067":
        assert sign not in told


def test_a_hostile_name_can_be_asked_about(world: tuple[Imagescope, dict[bytes, Path]]) -> None:
    imagescope, made = world
    asked = made[NAMES[1]]
    found = os.fsencode(imagescope("search", "--like", asked, "-k", "50", "-0").out).split(b"\0")
    assert os.fsencode(asked) not in found
    assert len(found) == len(made)
