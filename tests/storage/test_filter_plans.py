"""Filters are looked up in indexes: a library of a million photos is not read through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.filters import condition_for
from storage.records import Facts, PhotoFilter, TimeSpan
from tests.storage.conftest import ROOT, Shelf, file_state

if TYPE_CHECKING:
    from storage.library import Library

FILTERS = {
    "dates": PhotoFilter(taken_from="2019-01-01", taken_before="2019-02-01"),
    "folder": PhotoFilter(folders=(ROOT / "Lisbon",)),
    "camera": PhotoFilter(cameras=("x100", "summicron")),
    "type": PhotoFilter(extensions=("heic", "raf")),
    "named folder": PhotoFilter(folder_names=("Lisbon",)),
    "spans": PhotoFilter(
        spans=(
            TimeSpan(first="2019-06", before="2019-09"),
            TimeSpan(first="2020-06", before="2020-09"),
        )
    ),
    "screenshot": PhotoFilter(traits=("screenshot",)),
}


@pytest.mark.parametrize("kind", FILTERS)
def test_a_filter_reads_no_table_through(shelf: Shelf, kind: str) -> None:
    shelf.add("Lisbon", file_state("a.jpg"))
    condition = condition_for(FILTERS[kind], shelf.library._sql)
    plan = [
        str(row[3])
        for row in shelf.library._sql.rows(
            "EXPLAIN QUERY PLAN SELECT group_concat(photos.content_id) FROM photos"
            f" WHERE photos.content_id IS NOT NULL AND {condition.text}",
            condition.values,
        )
    ]
    assert any(line.startswith("SEARCH photos") for line in plan)
    through = [line for line in plan if line.startswith("SCAN")]
    # Only of the few names in the facts, of those that sidecars tell, of what was listed before,
    # of the index that has only screenshots, and of that of words, which is always said to be
    # scanned.
    assert not any("marked" in line and "facts_screenshots" not in line for line in plan), plan
    assert {line.split()[1] for line in through} <= {
        "told",
        "marked",
        "sidecar_facts",
        "json_each",
        "word_index",
    }
    assert not any("content_id>?" in line for line in plan), plan


@pytest.fixture
def shot(library: Library) -> Shelf:
    shelf = Shelf(library)
    taken = (
        ("a.jpg", Facts(width=1, height=1, camera="Fujifilm X100V")),
        ("b.HEIC", Facts(width=1, height=1, camera="Leica M11", lens="Summicron 50_2")),
        ("c.jpg", Facts(width=1, height=1, lens="XF 35mm")),
        ("d.jpg", Facts(width=1, height=1)),
    )
    for number, (name, facts) in enumerate(taken):
        shelf.add("in" if number < 2 else "in more", file_state(name, inode=number + 1))
        shelf.read(f"hash {number}", facts)
    return shelf


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (PhotoFilter(cameras=("x100",)), {"in/a.jpg"}),
        (PhotoFilter(cameras=("summicron", "fuji")), {"in/a.jpg", "in/b.HEIC"}),
        (PhotoFilter(cameras=("xf 35",)), {"in more/c.jpg"}),
        (PhotoFilter(cameras=("50_2",)), {"in/b.HEIC"}),
        (PhotoFilter(cameras=("50%2",)), set()),
        (PhotoFilter(extensions=("heic",)), {"in/b.HEIC"}),
        (PhotoFilter(folders=(ROOT / "in",)), {"in/a.jpg", "in/b.HEIC"}),
        (PhotoFilter(folders=(Path("/"),), cameras=("leica",)), {"in/b.HEIC"}),
    ],
)
def test_what_is_looked_up_is_what_passes(
    shot: Shelf, wanted: PhotoFilter, names: set[str]
) -> None:
    assert set(shot.names(wanted)) == names
    passing = shot.library.photos.contents_passing(wanted)
    photos = shot.library.photos.page(wanted, offset=0, limit=9)
    assert passing.tolist() == sorted({int(photo.content_id or 0) for photo in photos})
