"""A library of exactly the listed files, whatever else lies beside them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexerError
from indexer.folders.chosen import ChosenFiles, read_chosen, write_chosen
from indexer.folders.scanner import Scanner
from indexer.options import IndexerOptions, options_from_json, options_to_json
from storage.library import Library
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Iterable

_PARTS = st.sampled_from(["a", "b", ".hidden", "@eaDir", "x.jpg", "y.gif", "z", "ü"])
_PLACES = st.lists(_PARTS, min_size=1, max_size=3).map("/".join)


def _make(root: Path, places: Iterable[str]) -> frozenset[str]:
    """Files at these places, as far as none is in the way of another; those that are there."""
    made = set()
    for place in sorted(places):
        path = root / place
        if path.exists() or any((root / part).is_file() for part in _above(place)):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(place)
        made.add(place)
    return frozenset(place for place in made if (root / place).is_file())


def _above(place: str) -> list[str]:
    parts = place.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _indexed(library: Library, root: Path, chosen: Iterable[str] | None) -> frozenset[str]:
    files = None if chosen is None else ChosenFiles(frozenset(chosen))
    with library.atomic():
        added = library.roots.add(root)
    Scanner(library, frozenset({".jpg"}), chosen=files).scan_root(added)
    photos = library.photos.page(PhotoFilter(), offset=0, limit=1_000)
    return frozenset(photo.path for photo in photos)


@settings(max_examples=60)
@given(there=st.sets(_PLACES, min_size=1, max_size=8), chosen=st.sets(_PLACES, max_size=8))
def test_only_listed_files_that_are_there_become_photos(there: set[str], chosen: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        made = _make(root, there)
        with Library.open_writer(Path(folder) / "library") as library:
            assert _indexed(library, root, chosen) == made & chosen
            # Whatever was chosen before, the last list is the whole truth.
            assert _indexed(library, root, made) == made


def test_links_to_folders_lead_to_chosen_files_only(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    _make(elsewhere, ["one.jpg", "two.jpg"])
    root = tmp_path / "data"
    root.mkdir()
    (root / "images").symlink_to(elsewhere, target_is_directory=True)
    with Library.open_writer(tmp_path / "library") as library:
        assert _indexed(library, root, ["images/two.jpg"]) == {"images/two.jpg"}


def test_list_survives_odd_names(tmp_path: Path) -> None:
    files = {"a b/ü.jpg", "new\nline.jpg", "\udcff.jpg"}
    write_chosen(tmp_path / "chosen.json", files)
    assert read_chosen(tmp_path / "chosen.json").files == files


@pytest.mark.parametrize("content", ["", "{", "7"])
def test_list_that_cannot_be_read_is_an_error_of_the_run(tmp_path: Path, content: str) -> None:
    path = tmp_path / "chosen.json"
    path.write_text(content)
    with pytest.raises(IndexerError, match="cannot be read"):
        read_chosen(path)


def test_list_travels_with_the_options(tmp_path: Path) -> None:
    options = IndexerOptions(library=tmp_path, chosen=tmp_path / "chosen.json")
    assert options_from_json(options_to_json(options)) == options
