"""`backup` while a real indexer works, and `restore` on a machine with other mount points."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Imagescope
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shelf

_PHOTOS, _BACKUPS = 60, 2


def test_backups_made_while_a_library_is_indexed_each_hold_one_moment_of_it(
    imagescope: Imagescope, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    for number in range(_PHOTOS):
        paint(photos / f"{number}.png", "red", (40 + number, 40))
    indexing = subprocess.Popen(
        [*imagescope.command, "--library", str(imagescope.library), "index", str(photos), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=imagescope.environment,
    )
    with indexing:
        assert indexing.stdout is not None
        next(line for line in indexing.stdout if b"photos_committed" in line)
        done = [imagescope("backup", tmp_path / f"{n}.db", "--json") for n in range(_BACKUPS)]
        indexing.stdout.read()
    assert indexing.returncode == 0
    for number, outcome in enumerate(done):
        assert outcome.status == 0, outcome.err
        expect_one_moment(tmp_path / f"{number}.db", outcome.json["revision"])


def expect_one_moment(file: Path, revision: int) -> None:
    with closing(sqlite3.connect(file)) as connection:

        def value(statement: str) -> int:
            return int(connection.execute(statement).fetchone()[0])

        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        read = value("SELECT count(*) FROM photos WHERE content_id IS NOT NULL")
        assert read == value("SELECT count(*) FROM embeddings WHERE kind = 'image'")
        assert (
            value("SELECT count(*) FROM photos")
            == value("SELECT count(*) FROM word_index")
            == _PHOTOS
        )
        assert value("SELECT value FROM settings WHERE key = 'revision'") == revision
        assert value("SELECT max(revision) FROM embeddings") <= revision


@pytest.fixture
def moved(shelf: Shelf, tmp_path: Path) -> Path:
    """The shelf's photos on another machine: other places, inodes and times of change."""
    return shutil.copytree(shelf.photos, tmp_path / "mnt/elsewhere")


def restored(imagescope: Imagescope, tmp_path: Path, *words: object) -> Imagescope:
    """The same library on another machine."""
    assert imagescope("backup", tmp_path / "a.db").status == 0
    other = Imagescope(tmp_path / "other machine")
    other.base.mkdir()
    done = other("restore", tmp_path / "a.db", *words)
    assert done.status == 0, done.err
    return other


def test_a_library_restored_for_other_mount_points_finds_all_and_decodes_nothing(
    indexed: Imagescope, shelf: Shelf, moved: Path, tmp_path: Path
) -> None:
    other = restored(indexed, tmp_path, "--folder", f"{shelf.photos}={moved}")
    assert other("status", "--json").json["offline"] == 0
    expect_nothing_decoded(other)
    found = other("search", "yellow", "--format", "paths").out.splitlines()
    assert found[0] == str(moved / "Lisbon 2019/IMG_0001.png")
    assert len(found) == 4


def expect_nothing_decoded(imagescope: Imagescope) -> None:
    events = [json.loads(line) for line in imagescope("index", "--json").out.splitlines()]
    scanned = [event for event in events if event["event"] == "scan_finished"]
    assert [(event["added"], event["deleted"]) for event in scanned] == [(0, 0)]
    assert not [event for event in events if event["event"] == "photos_committed"]
    # A photo that was decoded would have its small picture again.
    assert not list(imagescope.library.rglob("*.jpg"))


def test_photos_of_a_folder_that_is_not_there_are_offline_and_still_found(
    indexed: Imagescope, shelf: Shelf, moved: Path, tmp_path: Path
) -> None:
    put_away = shelf.photos.with_name("put away")
    shelf.photos.rename(put_away)
    try:
        other = restored(indexed, tmp_path)
        assert other("status", "--json").json["offline"] == 4
        [first, *_] = other("search", "yellow", "--format", "json").json["results"]
        assert first["offline"]
        assert first["path"].endswith("IMG_0001.png")
        assert other("index", moved).status == 0
        status = other("status", "--json").json
        assert (status["photos"], status["offline"]) == (4, 0)
        assert [root["path"] for root in status["roots"]] == [str(moved)]
        assert not list(other.library.rglob("*.jpg"))
    finally:
        put_away.rename(shelf.photos)


def test_refusals_are_one_line_with_a_way_out(
    indexed: Imagescope, shelf: Shelf, tmp_path: Path
) -> None:
    done = indexed("backup", tmp_path / "a.db", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")
    for words, told in (
        (("backup", tmp_path / "a.db"), "--force"),
        (("backup", shelf.photos / "a.db"), "elsewhere"),
        (("restore", tmp_path / "a.db"), "--library"),
        (("restore", tmp_path / "a.db", "--folder", "/only/one"), "OLD=NEW"),
    ):
        done = indexed(*words)
        assert (done.status, done.out) == (2, ""), words
        assert len(done.err.splitlines()) == 1
        assert told in done.err
    assert indexed("backup", tmp_path / "b.db", "--library", tmp_path / "none").status == 3
