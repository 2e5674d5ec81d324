"""Where a named town is: the largest of that name, in any language."""

from __future__ import annotations

import pytest

from indexer.places.lookup import find_town


@pytest.mark.parametrize(
    ("name", "people", "point"),
    [
        ("Rome", 15_000, (41.89, 12.51)),
        ("roma", 100_000, (41.89, 12.51)),
        ("MÜNCHEN", 15_000, (48.14, 11.58)),
        ("Monaco di Baviera", 15_000, (48.14, 11.58)),
        ("sao paulo", 15_000, (-23.55, -46.64)),
        ("東京", 15_000, (35.69, 139.69)),
        ("Paris", 0, (48.85, 2.35)),
        ("San Marino", 0, (43.94, 12.45)),  # not that of California, which is larger
        ("Llívia", 0, (42.46, 1.98)),
    ],
)
def test_the_largest_town_of_a_name_is_meant(
    name: str, people: int, point: tuple[float, float]
) -> None:
    assert find_town(name, people) == pytest.approx(point, abs=0.01)


@pytest.mark.parametrize(
    ("name", "people"),
    [
        *(("Xyzzyville", 0), ("Llívia", 15_000), ("lion", 15_000), ("the window", 0), ("", 0)),
        *(("latitude", 0), ("IT", 0), ("Europe/Rome", 0), ('"', 0), ("[", 0), ("\ud800", 0)),
    ],
)
def test_what_is_no_towns_name_is_told(name: str, people: int) -> None:
    assert find_town(name, people) is None
