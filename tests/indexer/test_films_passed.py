"""Films that are passed over are counted, and what merely has a film's name is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from indexer.folders.new_files import count_new_files
from indexer.folders.scanner import Scanner
from indexer.formats import PHOTO_EXTENSIONS, VIDEO_EXTENSIONS, demuxer_for
from storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MPEG = b"\0\0\x01\xba" + bytes(300)
_TRANSPORT = (b"G" + bytes(187)) * 3
_PROGRAM = b"GET the film from " * 30


class Bench:
    def __init__(self, base: Path) -> None:
        self.root = base / "photos"
        self.root.mkdir()
        self.library = Library.open_writer(base / "library")
        with self.library.atomic():
            self.library.roots.add(self.root)

    def put(self, place: str, content: bytes = b"x") -> None:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def scan(self, *folders: str, with_videos: bool = False) -> list[str]:
        """The files that are taken."""
        scanner = Scanner(
            self.library, PHOTO_EXTENSIONS | (VIDEO_EXTENSIONS if with_videos else frozenset())
        )
        [root] = self.library.roots.all()
        if folders:
            scanner.scan_folders(root, [self.root / folder for folder in folders])
        else:
            scanner.scan_root(root)
        waiting = self.library.contents.unread(now=0, limit=100)
        return sorted(str(photo.path.relative_to(self.root)) for photo in waiting)

    @property
    def passed(self) -> int:
        return self.library.passed_over.count()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.library.close()


def test_films_are_counted_where_they_are_not_read(bench: Bench) -> None:
    for name in ("a.jpg", "b.mkv", "trip/C.MOV", "trip/d.vob", "trip/notes.txt", ".hidden.mp4"):
        bench.put(name)
    bench.put("left out/e.mp4")
    bench.put(".imagescopeignore", b"left out/\n")
    assert bench.scan() == ["a.jpg"]
    assert bench.passed == 3
    assert bench.scan(with_videos=True) == ["a.jpg", "b.mkv", "trip/C.MOV", "trip/d.vob"]
    assert bench.passed == 0


def test_the_seconds_around_a_photo_are_not_counted(bench: Bench) -> None:
    bench.put("IMG_1.heic")
    bench.put("IMG_1.mov")
    bench.put("IMG_2.mov")
    bench.scan()
    assert bench.passed == 1


def test_a_look_at_one_folder_counts_its_films_anew(bench: Bench) -> None:
    bench.put("a/1.mp4")
    bench.put("b/2.mp4")
    bench.scan()
    bench.put("a/3.mp4")
    bench.put("b/4.mp4")
    bench.scan("a")
    assert bench.passed == 3
    (bench.root / "a/1.mp4").unlink()
    (bench.root / "a/3.mp4").unlink()
    bench.scan("a")
    assert bench.passed == 1
    bench.scan()
    assert bench.passed == 2


def test_a_look_that_finds_nothing_new_changes_nothing(bench: Bench) -> None:
    bench.put("a/1.mp4")
    bench.scan()
    before = bench.library.revision
    bench.scan("a")
    assert bench.library.revision == before


@pytest.mark.parametrize("content", [_PROGRAM, b"", b"export const x = 1;", b"MOD" * 200])
@pytest.mark.parametrize("name", ["app.ts", "music.mod"])
def test_programs_that_go_by_a_films_name_are_no_films(
    bench: Bench, name: str, content: bytes
) -> None:
    bench.put(name, content)
    bench.put("a.jpg")
    assert bench.scan(with_videos=True) == ["a.jpg"]
    assert bench.scan() == ["a.jpg"]
    assert bench.passed == 0
    bench.put(f"new/{name}", content)
    assert count_new_files(bench.library, seconds=20.0) == 0


def test_films_of_such_names_are_films(bench: Bench) -> None:
    bench.put("MOV001.MOD", _MPEG)
    bench.put("recording.ts", _TRANSPORT)
    bench.scan()
    assert bench.passed == 2
    assert bench.scan(with_videos=True) == ["MOV001.MOD", "recording.ts"]


@pytest.mark.data
def test_each_film_of_a_camcorder_is_known_by_its_first_bytes(
    shared_data: Callable[[str], Path],
) -> None:
    films = [
        path
        for path in (shared_data("reports") / "Y_ext").iterdir()
        if path.suffix.lower() in VIDEO_EXTENSIONS
    ]
    assert len(films) == 10
    assert all(demuxer_for(path.read_bytes()[:256]) for path in films)
