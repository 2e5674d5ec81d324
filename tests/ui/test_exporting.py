"""Exports never overwrite, never write among the photos, and tell what was left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imagescope_tui.ui.exporting import ExportRefused, copy_photos, write_list


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    root = tmp_path / "photos"
    (root / "a").mkdir(parents=True)
    (root / "b").mkdir()
    for folder in ("a", "b"):
        (root / folder / "IMG.JPG").write_bytes(folder.encode() * 3)
    return [root]


def photos(roots: list[Path]) -> list[Path]:
    return sorted(roots[0].rglob("*.JPG"))


def alone(roots: list[Path]) -> list[list[Path]]:
    return [[path] for path in photos(roots)]


def test_a_list_holds_one_path_per_line(roots: list[Path], tmp_path: Path) -> None:
    outcome = write_list(photos(roots), tmp_path / "out" / "list.txt", roots)
    assert outcome.done == 2
    lines = (tmp_path / "out" / "list.txt").read_text().splitlines()
    assert lines == [str(path) for path in photos(roots)]


def test_a_list_never_overwrites(roots: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "list.txt"
    target.write_text("mine")
    outcome = write_list(photos(roots), target, roots)
    assert outcome.target == tmp_path / "list (2).txt"
    assert target.read_text() == "mine"


def test_names_with_line_breaks_are_left_out_and_told(tmp_path: Path) -> None:
    outcome = write_list([Path("/p/a\nb.jpg"), Path("/p/c.jpg")], tmp_path / "list.txt", [])
    assert outcome.done == 1
    assert outcome.left_out[0][0] == Path("/p/a\nb.jpg")


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    name = os.fsdecode(b"/p/caf\xe9.jpg")
    write_list([Path(name)], tmp_path / "list.txt", [])
    assert (tmp_path / "list.txt").read_bytes() == b"/p/caf\xe9.jpg\n"


def test_companions_are_copied_along_under_the_name_of_their_photo(
    roots: list[Path], tmp_path: Path
) -> None:
    raw = roots[0] / "b" / "IMG.CR2"
    raw.write_bytes(b"raw")
    of_a, of_b = photos(roots)
    outcome = copy_photos([[of_a], [of_b, raw]], tmp_path / "out", roots, lambda done: True)
    assert (outcome.done, outcome.left_out) == (2, ())
    assert (tmp_path / "out" / "IMG (2).JPG").read_bytes() == b"bbb"
    assert (tmp_path / "out" / "IMG (2).CR2").read_bytes() == b"raw"


def test_a_companion_that_is_gone_is_told_and_its_photo_copied(
    roots: list[Path], tmp_path: Path
) -> None:
    photo = photos(roots)[0]
    gone = photo.with_suffix(".CR2")
    outcome = copy_photos([[photo, gone]], tmp_path / "out", roots, lambda done: True)
    assert outcome.done == 1
    assert [path for path, _ in outcome.left_out] == [gone]


def test_copies_of_equal_names_get_numbers(roots: list[Path], tmp_path: Path) -> None:
    outcome = copy_photos(alone(roots), tmp_path / "out", roots, lambda done: True)
    assert outcome.done == 2
    assert (tmp_path / "out" / "IMG.JPG").read_bytes() == b"aaa"
    assert (tmp_path / "out" / "IMG (2).JPG").read_bytes() == b"bbb"


def test_copies_keep_their_time(roots: list[Path], tmp_path: Path) -> None:
    os.utime(photos(roots)[0], (1_000_000, 1_000_000))
    copy_photos(alone(roots)[:1], tmp_path / "out", roots, lambda done: True)
    assert (tmp_path / "out" / "IMG.JPG").stat().st_mtime == 1_000_000


@pytest.mark.parametrize("place", ["", "a", "new/folder", "a/../b"])
def test_nothing_is_written_among_the_photos(roots: list[Path], place: str) -> None:
    before = sorted(roots[0].rglob("*"))
    with pytest.raises(ExportRefused, match="holds your photos"):
        copy_photos(alone(roots), roots[0] / place, roots, lambda done: True)
    with pytest.raises(ExportRefused, match="holds your photos"):
        write_list(photos(roots), roots[0] / place / "list.txt", roots)
    assert sorted(roots[0].rglob("*")) == before


def test_a_link_into_the_photos_is_no_way_around(roots: list[Path], tmp_path: Path) -> None:
    (tmp_path / "door").symlink_to(roots[0])
    with pytest.raises(ExportRefused):
        copy_photos(alone(roots), tmp_path / "door" / "x", roots, lambda done: True)


def test_a_photo_that_is_gone_is_told_and_the_others_are_copied(
    roots: list[Path], tmp_path: Path
) -> None:
    gone = roots[0] / "gone.jpg"
    outcome = copy_photos([[gone], *alone(roots)], tmp_path / "out", roots, lambda done: True)
    assert outcome.done == 2
    assert [path for path, _ in outcome.left_out] == [gone]


def test_copying_stops_when_it_is_told_to(roots: list[Path], tmp_path: Path) -> None:
    outcome = copy_photos(alone(roots), tmp_path / "out", roots, lambda done: False)
    assert outcome.done == 1


def test_a_place_that_cannot_be_made_is_refused(roots: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportRefused):
        copy_photos(alone(roots), tmp_path / "file" / "x", roots, lambda done: True)
