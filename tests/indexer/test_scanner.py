from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.folders.scanner import Scanner, ScanReport
from storage.library import Library
from storage.records import Facts, PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSIONS = frozenset({".jpg"})


class Bench:
    """A root on disk, a library, and a scanner between them."""

    def __init__(self, base: Path) -> None:
        self.root_path = base / "photos"
        self.root_path.mkdir()
        self.library = Library.open_writer(base / "library")
        self.scanner = Scanner(self.library, EXTENSIONS)
        with self.library.atomic():
            self.library.roots.add(self.root_path)

    def put(self, place: str, text: str = "x") -> Path:
        path = self.root_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def scan(self, *folders: str) -> ScanReport:
        root = self.library.roots.all()[0]
        if folders:
            return self.scanner.scan_folders(root, [self.root_path / item for item in folders])
        return self.scanner.scan_root(root)

    def read_all(self) -> None:
        """Read every photo that waits, as the pipeline would; its content is its text."""
        with self.library.atomic():
            for photo in self.library.contents.unread(now=0, limit=1000):
                text = photo.path.read_text()
                self.library.contents.assign(photo, self.library.contents.put(text, Facts()))

    @property
    def waiting(self) -> int:
        return len(self.library.contents.unread(now=0, limit=1000))

    @property
    def places(self) -> list[str]:
        photos = self.library.photos.page(PhotoFilter(), offset=0, limit=1000)
        return sorted(photo.path for photo in photos)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


def test_small_pictures_of_libraries_are_no_photos(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.put("old/library/thumbnails/ab/ab-256.jpg")
    Library.open_writer(bench.root_path / "old/library").close()
    assert bench.scan().added == 1
    assert bench.places == ["a.jpg"]


def test_photos_are_found_at_any_depth_and_other_files_left_out(bench: Bench) -> None:
    for place in ("a.jpg", "b/c/d.JPG", "b/notes.txt", ".hidden.jpg", ".git/x.jpg", "@eaDir/x.jpg"):
        bench.put(place)
    assert bench.scan().added == 2
    assert bench.places == ["a.jpg", "b/c/d.JPG"]


def test_a_second_scan_of_the_same_files_changes_nothing(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.put("b/c.jpg")
    bench.scan()
    revision = bench.library.settings.get("revision")
    bench.read_all()
    report = bench.scan()
    assert (report.photos, report.added, report.modified, report.deleted) == (2, 0, 0, 0)
    assert bench.waiting == 0
    assert revision is not None


def test_changed_files_wait_and_deleted_ones_are_tombstoned(bench: Bench) -> None:
    changed, deleted = bench.put("a.jpg"), bench.put("b.jpg")
    bench.put("c.jpg")
    bench.scan()
    bench.read_all()
    changed.write_text("longer")
    deleted.unlink()
    report = bench.scan()
    assert (report.modified, report.deleted) == (1, 1)
    assert bench.places == ["a.jpg", "c.jpg"]
    assert bench.waiting == 1


def test_a_file_replaced_by_one_of_equal_size_and_time_is_read_again(bench: Bench) -> None:
    path = bench.put("a.jpg", "one")
    os.utime(path, ns=(10**18, 10**18))
    bench.put("keep.jpg")
    bench.scan()
    bench.read_all()
    path.write_text("two")
    os.utime(path, ns=(10**18, 10**18))
    assert bench.scan().modified == 1
    assert bench.waiting == 1


def test_a_renamed_folder_is_moved_not_read_again(bench: Bench) -> None:
    for number in range(20):
        bench.put(f"2019/{number}.jpg", str(number))
    bench.put("other.jpg", "other")
    bench.scan()
    bench.read_all()
    (bench.root_path / "2019").rename(bench.root_path / "Lisbon")
    report = bench.scan()
    assert (report.added, report.moved, report.deleted) == (0, 20, 0)
    assert bench.waiting == 0
    assert all(place.startswith("Lisbon/") for place in bench.places if place != "other.jpg")


def test_a_root_that_is_gone_is_offline_and_comes_back_untouched(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.put("b/c.jpg")
    bench.scan()
    bench.read_all()
    away = bench.root_path.with_name("away")
    bench.root_path.rename(away)
    report = bench.scan()
    assert report.offline_reason
    assert bench.places == ["a.jpg", "b/c.jpg"]
    assert bench.library.counts().offline == 2
    away.rename(bench.root_path)
    report = bench.scan()
    assert (report.offline_reason, report.added, report.modified) == ("", 0, 0)
    assert bench.library.counts().offline == 0
    assert bench.waiting == 0


def test_an_empty_mount_point_is_taken_for_offline_not_for_deletion(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.scan()
    shutil.rmtree(bench.root_path)
    bench.root_path.mkdir()
    assert "mounted" in bench.scan().offline_reason
    assert bench.places == ["a.jpg"]


def test_photos_in_a_folder_that_cannot_be_read_stay(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.jpg")
    bench.put("secret/deep/b.jpg")
    bench.scan()
    real = os.scandir

    def scandir(path: os.PathLike[str]) -> object:
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = bench.scan()
    assert report.deleted == 0
    assert bench.places == ["a.jpg", "secret/deep/b.jpg"]
    assert bench.library.counts().offline == 1
    assert bench.library.roots.unreadable(bench.library.roots.all()[0].id) == ("secret",)
    monkeypatch.setattr(os, "scandir", real)
    bench.scan()
    assert bench.library.counts().offline == 0


def test_photos_in_a_folder_that_is_listed_but_cannot_be_entered_stay(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.put("locked/b.jpg")
    bench.scan()
    locked = bench.root_path / "locked"
    locked.chmod(0o600)
    try:
        if os.access(locked / "b.jpg", os.F_OK):
            pytest.skip("this user may enter every folder")
        report = bench.scan()
    finally:
        locked.chmod(0o700)
    assert report.deleted == 0
    assert bench.places == ["a.jpg", "locked/b.jpg"]
    assert bench.scan().added == 0


def test_a_drive_unmounted_inside_a_root_takes_no_photo_with_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.jpg")
    bench.put("usb/b.jpg")
    bench.scan()
    root = bench.library.roots.all()[0]
    with bench.library.atomic():
        bench.library.roots.put_mounts(root.id, frozenset({"usb"}))
    (bench.root_path / "usb/b.jpg").unlink()
    assert bench.scan().deleted == 0
    assert bench.places == ["a.jpg", "usb/b.jpg"]
    (bench.root_path / "usb").rmdir()
    assert bench.scan().deleted == 0
    assert bench.places == ["a.jpg", "usb/b.jpg"]


def test_links_to_folders_are_not_followed_and_loops_do_no_harm(bench: Bench) -> None:
    bench.put("a/b.jpg")
    (bench.root_path / "a/loop").symlink_to(bench.root_path)
    (bench.root_path / "dead.jpg").symlink_to(bench.root_path / "nowhere.jpg")
    (bench.root_path / "link.jpg").symlink_to(bench.root_path / "a/b.jpg")
    os.mkfifo(bench.root_path / "pipe.jpg")
    bench.scan()
    assert bench.places == ["a/b.jpg", "link.jpg"]


@pytest.mark.parametrize(
    ("ignore", "kept"),
    [
        ("*.jpg\n!keep.jpg\n", ["sub/keep.jpg"]),
        ("sub/\n", ["top.jpg"]),
        ("/top.jpg\n# top\n", ["sub/keep.jpg", "sub/other.jpg"]),
    ],
)
def test_ignore_files_work_like_gits(bench: Bench, ignore: str, kept: list[str]) -> None:
    for place in ("top.jpg", "sub/keep.jpg", "sub/other.jpg"):
        bench.put(place)
    (bench.root_path / ".imagescopeignore").write_text(ignore)
    bench.scan()
    assert bench.places == kept


@pytest.mark.parametrize("line", ["!", "foo\\", "[2024-06-01] Holiday/", "[a"])
def test_an_odd_line_of_an_ignore_file_is_told_and_the_others_count(
    bench: Bench, line: str
) -> None:
    bench.put("a.png.jpg")
    bench.put("sub/b.jpg")
    (bench.root_path / "sub/.imagescopeignore").write_text(f"{line}\nb.jpg\n")
    report = bench.scan()
    assert bench.places == ["a.png.jpg"]
    [(path, (odd,))] = report.odd_lines.items()
    assert path == bench.root_path / "sub/.imagescopeignore"
    assert (odd.number, odd.text) == (1, line)


def test_a_deeper_ignore_file_has_the_last_word(bench: Bench) -> None:
    bench.put("sub/a.jpg")
    (bench.root_path / ".imagescopeignore").write_text("*.jpg\n")
    (bench.root_path / "sub/.imagescopeignore").write_text("!a.jpg\n")
    bench.scan()
    assert bench.places == ["sub/a.jpg"]


def test_photos_that_become_ignored_are_hidden_and_return_unread(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.put("b.jpg")
    bench.scan()
    bench.read_all()
    ignore = bench.root_path / ".imagescopeignore"
    ignore.write_text("a.jpg\n")
    bench.scan()
    assert bench.places == ["b.jpg"]
    ignore.unlink()
    bench.scan()
    assert bench.places == ["a.jpg", "b.jpg"]
    assert bench.waiting == 0


def test_looking_at_one_folder_finds_its_news_and_new_folders_in_it(bench: Bench) -> None:
    bench.put("a/1.jpg")
    bench.put("b/1.jpg")
    bench.scan()
    bench.read_all()
    bench.put("a/2.jpg")
    bench.put("a/new/deep/3.jpg")
    bench.put("b/not yet.jpg")
    (bench.root_path / "a/1.jpg").unlink()
    report = bench.scan("a")
    assert (report.added, report.deleted) == (2, 1)
    assert bench.places == ["a/2.jpg", "a/new/deep/3.jpg", "b/1.jpg"]


def test_looking_where_a_folder_was_finds_it_gone(bench: Bench) -> None:
    bench.put("a/deep/1.jpg")
    bench.put("b.jpg")
    bench.scan()
    shutil.rmtree(bench.root_path / "a")
    assert bench.scan("a/deep").deleted == 1
    assert bench.places == ["b.jpg"]


def test_looking_into_an_ignored_folder_finds_nothing(bench: Bench) -> None:
    bench.put("a.jpg")
    bench.scan()
    bench.put(".trash/b.jpg")
    bench.scan(".trash")
    assert bench.places == ["a.jpg"]


def test_the_library_itself_is_not_taken_for_photos(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.put("a.jpg")
    with bench.library.atomic():
        root = bench.library.roots.add(tmp_path)
    (tmp_path / "library" / "thumb.jpg").write_text("x")
    bench.scanner.scan_root(root)
    assert "library/thumb.jpg" not in bench.places
    bench.library.close()


def test_odd_names_are_found_and_kept(bench: Bench) -> None:
    names = [b"new\nline.jpg", b"\xff\xfe.jpg", "e\u0301.jpg".encode(), "\u00e9.jpg".encode()]
    names.append(b"x" * 251 + b".jpg")
    for name in names:
        (bench.root_path / os.fsdecode(name)).write_text("x")
    bench.scan()
    assert sorted(os.fsencode(place) for place in bench.places) == sorted(names)
    assert bench.scan().added == 0
