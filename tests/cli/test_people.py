"""People as sidecars name them, from the file to the printed line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope


def put(folder: Path, name: str, colour: str, *people: str) -> None:
    named = "".join(f"<r:li>{person}</r:li>" for person in people)
    paint(folder / f"{name}.jpg", colour).with_suffix(".xmp").write_text(
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description'
        ' xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"><i:PersonInImage>'
        f"<r:Bag>{named}</r:Bag></i:PersonInImage></r:Description></r:RDF>"
    )


@pytest.fixture
def of_people(imagescope: Imagescope, tmp_path: Path) -> Imagescope:
    put(tmp_path / "photos", "1", "red", "Anna Smith")
    put(tmp_path / "photos", "2", "green", "Anna Smith", "Ben")
    put(tmp_path / "photos", "3", "blue", "Ben")
    assert imagescope("index", tmp_path / "photos").status == 0
    return imagescope


def test_photos_are_found_by_who_is_named(of_people: Imagescope) -> None:
    for line, found in (
        ("person:Anna", {"1", "2"}),
        ("with Anna and Ben", {"2"}),
        ("mit Anna und Ben", {"2"}),
        ("-person:Anna", {"3"}),
        ("without Anna", {"3"}),
    ):
        told = of_people("search", "--format", "json", "--", line).json["results"]
        assert {hit["path"].rpartition("/")[2][0] for hit in told} == found, line
        assert all(hit["people"] for hit in told)
    assert "nobody is called Ana: Anna?" in of_people("search", "person:Ana").err
