"""Places in a line: `place:Italy`, `near Rome`, and what is near a thing."""

from __future__ import annotations

import pytest

from imagescope_tui.search.reading.near_places import NEAR_KM
from imagescope_tui.search.reading.written import written
from storage.records import Circle, PhotoFilter
from tests.search.reading.lines import CONTEXT, read

ROME = (41.89, 12.51)
SAN_MARINO = (43.94, 12.45)
LISBON = (38.73, -9.15)


def near(*points: tuple[float, float]) -> PhotoFilter:
    circles = (Circle(latitude=north, longitude=east, radius_km=NEAR_KM) for north, east in points)
    return PhotoFilter(near=tuple(circles))


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ("near Rome", [ROME]),
        ("photos near Rome", [ROME]),
        ("near rome", [ROME]),
        ("near:rome", [ROME]),
        ("near: Roma", [ROME]),
        ('near:"San Marino"', [SAN_MARINO]),
        ("near:San Marino", [SAN_MARINO]),
        ("close to San Marino", [SAN_MARINO]),
        ("Bilder bei Rom", [ROME]),
        ("in der Nähe von Rom", [ROME]),
        ("près de Roma", [ROME]),
        ("cerca de Roma", [ROME]),
        ("vicino a Roma", [ROME]),
        ("near Lisboa", [LISBON]),
        ("near lisboa", [LISBON]),
        ("near:beach", [(46.92, -104.0)]),
        ("near:41.9,12.5", [(41.9, 12.5)]),
        ("near 41.9, 12.5", [(41.9, 12.5)]),
        ("near -33.86,151.2", [(-33.86, 151.2)]),
        ("near Rome OR near Lisboa", [ROME, LISBON]),
        ("near:Rome near:Lisboa", [ROME, LISBON]),
    ],
)
def test_what_is_near_a_town_is_asked_for_by_its_distance(
    line: str, points: list[tuple[float, float]]
) -> None:
    parsed = read(line, CONTEXT)
    assert (parsed.filter, parsed.text, parsed.problems) == (near(*points), "", ())
    assert {chip.kind for chip in parsed.chips} == {"place"}


@pytest.mark.parametrize(
    "line",
    [
        *("near the window", "dog near a lake", "near water", "near Grandma", "boat near beach"),
        *("near lion", "near nice", "near windso", "nearby", "near", "bei Nacht", "close to me"),
        *("près de la fenêtre", "cat near the Rome", "nearRome", "near Beach"),
    ],
)
def test_what_is_near_a_thing_is_looked_for_in_the_picture(line: str) -> None:
    parsed = read(line, CONTEXT)
    assert (parsed.filter, parsed.chips, parsed.problems) == (PhotoFilter(), (), ())
    assert parsed.text == line


def test_words_around_a_place_stay_words() -> None:
    parsed = read("dog near Rome with a ball in summer 2019", CONTEXT)
    assert parsed.filter.near == near(ROME).near
    assert parsed.filter.taken_from == "2019-06-01"
    assert parsed.text == "dog with a ball"


@pytest.mark.parametrize("line", ["near:Xyzzy", 'near:"Rome nonsense"', "near:91,0", "near:0,200"])
def test_a_place_that_nobody_knows_is_told(line: str) -> None:
    [problem] = read(line, CONTEXT).problems
    assert "no place called " in problem
    assert "is known" in problem


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("place:Italy", ("Italy",)),
        ("place:San Marino", ("San Marino",)),
        ('place:"Rome, Italy"', ("Rome, Italy",)),
        ("place:Bavaria place:Italy", ("Bavaria", "Italy")),
        ("place:Bavaria OR place:Italy", ("Bavaria", "Italy")),
    ],
)
def test_a_place_is_named_with_a_filter(line: str, places: tuple[str, ...]) -> None:
    parsed = read(line, CONTEXT)
    assert (parsed.filter, parsed.text) == (PhotoFilter(places=places), "")


@pytest.mark.parametrize(
    ("line", "hints"),
    [
        ("place:Roam", ("no place is called Roam: Rome?",)),
        ('place:"Rome, Itlay"', ("no place is called Itlay",)),
        *(("place:Roma", ()), ('place:"Roma, Italien"', ()), ("place:Ro", ())),
    ],
)
def test_the_nearest_name_is_told_where_no_place_is_called_so(
    line: str, hints: tuple[str, ...]
) -> None:
    assert read(line, CONTEXT).hints == hints
    assert read(line).hints == ()


def test_a_place_can_be_left_out() -> None:
    assert read("-place:Italy", CONTEXT).filter.without == (PhotoFilter(places=("Italy",)),)
    assert read("not near Rome", CONTEXT).filter.without == (near(ROME),)


@pytest.mark.parametrize(
    "line", ["near:Rome place:Italy", 'place:"Rome, Italy" near:-33.86,151.2', "-near:Rome"]
)
def test_a_place_that_is_written_is_read_as_the_same(line: str) -> None:
    wanted = read(line, CONTEXT).filter
    assert read(" ".join(written(wanted)), CONTEXT).filter == wanted
