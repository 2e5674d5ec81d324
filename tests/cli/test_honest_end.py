"""Where nothing fits, a search says so, and is no failure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.tampered_program import TamperedProgram, program_of_colours

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope

_NOTE = "note: nothing fits well; the likeliest with a chance of under 1 %"


@pytest.fixture
def sceptic(indexed: Imagescope, tmp_path: Path) -> Imagescope:
    """The program of colours, to whom hardly any photo fits anything."""
    program = TamperedProgram(tmp_path / "program")
    for path in program_of_colours().weights.iterdir():
        program.replace(path.name, path.read_bytes())
    parts = ("standing", "standing_words", "words", "photos", "photos_words", "mean")
    manifest = json.loads((program.weights / "manifest.json").read_text())
    manifest["calibration"] = {
        **dict.fromkeys(parts, 0.0),
        "intercept": -9.0,
        "cosine": 1.0,
        "deviation": 1.0,
    }
    program.replace("manifest.json", json.dumps(manifest).encode())
    indexed.environment.update(program.environment)
    return indexed


def test_a_search_that_nothing_fits_says_so_and_shows_what_is_nearest(sceptic: Imagescope) -> None:
    done = sceptic("search", "red", "--rank", "picture")
    assert (done.status, _NOTE in done.err) == (0, True), done.err
    assert done.out
    hits = sceptic("search", "red", "--rank", "picture", "--format", "json").json["results"]
    assert {hit["group"] for hit in hits} == {"rest"}
    assert all(0 < hit["chance"] < 0.01 for hit in hits)
    assert "nothing fits" not in sceptic("search", "red", "--rank", "picture", "--quiet").err


def test_an_encoder_that_cannot_tell_says_no_chance(indexed: Imagescope) -> None:
    done = indexed("search", "red", "--rank", "picture", "--format", "json")
    assert {hit["chance"] for hit in done.json["results"]} == {None}
    assert "nothing fits" not in done.err
