from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.records import Facts, PhotoFilter
from tests.storage.conftest import ROOT, Shelf, file_state

if TYPE_CHECKING:
    from storage.library import Library


def test_copies_share_one_content_and_with_it_facts_and_vector(shelf: Shelf) -> None:
    shelf.add("a", file_state("x.jpg", inode=1))
    shelf.add("b", file_state("y.jpg", inode=2))
    first = shelf.read("hash", Facts(width=8, height=6, camera="X-T3"))
    second = shelf.read("hash", Facts(width=8, height=6, camera="X-T3"))
    assert first == second
    assert {photo.path for photo in shelf.library.photos.copies(first)} == {"a/x.jpg", "b/y.jpg"}
    assert shelf.library.counts().embedded == 2


def test_a_moved_file_keeps_what_is_known_of_it_without_being_read(shelf: Shelf) -> None:
    [old] = shelf.add("2019", file_state("x.jpg", inode=7))
    content = shelf.read("hash", Facts(taken_at="2019-07-18T16:02:00"))
    with shelf.library.atomic():
        shelf.library.files.tombstone([old], when=1.0)
    shelf.add("Lisbon", file_state("x.jpg", inode=7))
    with shelf.library.atomic():
        assert len(shelf.library.files.adopt_moved()) == 1
    [photo] = shelf.library.photos.page(PhotoFilter(), offset=0, limit=9)
    assert (photo.path, photo.content_id) == ("Lisbon/x.jpg", content)
    assert shelf.library.contents.unread(now=0, limit=9) == []


def test_a_file_that_took_a_deleted_ones_inode_is_read(shelf: Shelf) -> None:
    [old] = shelf.add("", file_state("x.jpg", inode=7, size=10))
    shelf.read("hash")
    with shelf.library.atomic():
        shelf.library.files.tombstone([old], when=1.0)
    shelf.add("", file_state("y.jpg", inode=7, size=11))
    with shelf.library.atomic():
        assert shelf.library.files.adopt_moved() == []
    assert len(shelf.library.contents.unread(now=0, limit=9)) == 1


def test_what_changed_while_it_was_read_is_read_again(shelf: Shelf) -> None:
    shelf.add("", file_state("x.jpg", size=10))
    [in_hand] = shelf.library.contents.unread(now=0, limit=9)
    shelf.add("", file_state("x.jpg", size=20))
    with shelf.library.atomic():
        content = shelf.library.contents.put("old bytes", Facts())
        shelf.library.contents.assign(in_hand, content)
    assert [photo.size_bytes for photo in shelf.library.contents.unread(now=0, limit=9)] == [20]


def test_deleted_photos_are_hidden_and_come_back_with_all_that_is_known(shelf: Shelf) -> None:
    [photo_id] = shelf.add("", file_state("x.jpg"))
    shelf.read("hash")
    with shelf.library.atomic():
        shelf.library.files.tombstone([photo_id], when=1.0)
    assert shelf.names() == []
    assert shelf.library.counts().deleted == 1
    with shelf.library.atomic():
        shelf.library.files.revive([photo_id])
    assert shelf.names() == ["x.jpg"]
    assert shelf.library.counts().embedded == 1


def test_purging_forgets_only_what_was_deleted_before(shelf: Shelf) -> None:
    early, late, _kept = shelf.add(
        "", *(file_state(name, inode=i) for i, name in enumerate(("a.jpg", "b.jpg", "c.jpg")))
    )
    for name in "abc":
        shelf.read(f"hash {name}")
    with shelf.library.atomic():
        shelf.library.files.tombstone([early], when=10.0)
        shelf.library.files.tombstone([late], when=20.0)
        assert shelf.library.files.count_purgeable(15.0) == 1
        assert shelf.library.files.purge(15.0) == 1
    counts = shelf.library.counts()
    assert (counts.photos, counts.deleted) == (1, 1)
    assert len(shelf.library.contents.by_hashes(["hash a", "hash b", "hash c"])) == 2


def test_the_timeline_goes_by_the_time_taken_and_else_by_the_files_time(shelf: Shelf) -> None:
    day = 86_400 * 10**9
    shelf.add("", file_state("old file.jpg", inode=1, mtime_ns=10**18))
    shelf.add("", file_state("new file.jpg", inode=2, mtime_ns=10**18 + day))
    shelf.read("first", Facts(taken_at="1999-01-01T00:00:00+09:00"))
    assert shelf.names() == ["old file.jpg", "new file.jpg"]


def test_a_folder_whose_name_is_no_utf8_is_found_by_it(shelf: Shelf) -> None:
    name = os.fsdecode(b"caf\xe9")
    shelf.add(name, file_state("1.jpg"))
    for names, count in (((name,), 1), (("\udc80",), 0)):
        wanted = PhotoFilter(folder_names=names)
        assert len(shelf.library.photos.page(wanted, offset=0, limit=2)) == count
    assert not shelf.library.photos.page(PhotoFilter(cameras=("\udc80",)), offset=0, limit=1)


@pytest.mark.parametrize(
    ("photo_filter", "found"),
    [
        (PhotoFilter(folders=(ROOT / "a",)), ["a/1.jpg", "a/b/2.heic"]),
        (PhotoFilter(folders=(ROOT / "a/b",)), ["a/b/2.heic"]),
        (PhotoFilter(folders=(ROOT,)), ["a/1.jpg", "a/b/2.heic", "ab/3.jpg"]),
        (PhotoFilter(folders=(Path("/"),)), ["a/1.jpg", "a/b/2.heic", "ab/3.jpg"]),
        (PhotoFilter(folders=(Path("/elsewhere"),)), []),
        (PhotoFilter(folder_names=("b",)), ["a/b/2.heic"]),
        (PhotoFilter(folder_names=("A/B", "ab")), ["a/b/2.heic", "ab/3.jpg"]),
        (PhotoFilter(folder_names=("photos",)), ["a/1.jpg", "a/b/2.heic", "ab/3.jpg"]),
        (PhotoFilter(folder_names=("_",)), []),
        (PhotoFilter(extensions=("heic",)), ["a/b/2.heic"]),
        (PhotoFilter(taken_from="2020", taken_before="2021"), ["ab/3.jpg"]),
        (PhotoFilter(cameras=("x-t",)), ["a/1.jpg"]),
        (PhotoFilter(cameras=("%",)), []),
        (PhotoFilter(without_words=("heic", "ab")), ["a/1.jpg"]),
    ],
)
def test_filters_let_the_right_photos_pass(
    shelf: Shelf, photo_filter: PhotoFilter, found: list[str]
) -> None:
    for number, (folder, name, taken) in enumerate(
        [
            ("a", "1.jpg", "2019-01-01"),
            ("a/b", "2.heic", "2018-05-05"),
            ("ab", "3.jpg", "2020-12-31"),
        ]
    ):
        shelf.add(folder, file_state(name, inode=number))
        camera = "Fujifilm X-T3" if number == 0 else None
        shelf.read(f"hash {number}", Facts(taken_at=f"{taken}T00:00:00", camera=camera))
    assert sorted(shelf.names(photo_filter)) == found
    assert shelf.library.photos.count(photo_filter) == len(found)
    assert len(shelf.library.photos.contents_passing(photo_filter)) == len(found)


def test_names_that_are_not_utf8_survive(shelf: Shelf) -> None:
    name = os.fsdecode(b"caf\xe9 \xff.jpg")
    shelf.add(os.fsdecode(b"d\xe9"), file_state(name))
    [photo] = shelf.library.photos.page(PhotoFilter(), offset=0, limit=1)
    assert os.fsencode(photo.full_path) == b"/photos/d\xe9/caf\xe9 \xff.jpg"
    assert shelf.library.photos.at(photo.full_path) == photo


def test_a_root_below_a_new_root_becomes_part_of_it(library: Library) -> None:
    inner = Shelf(library, ROOT / "2019")
    inner.add("", file_state("top.jpg", inode=1))
    inner.add("May", file_state("x.jpg", inode=2))
    with library.atomic():
        outer = library.roots.add(ROOT)
        library.roots.absorb(inner.root, outer)
    assert [root.path for root in library.roots.all()] == [ROOT]
    paths = {
        str(photo.full_path) for photo in library.photos.page(PhotoFilter(), offset=0, limit=9)
    }
    assert paths == {"/photos/2019/top.jpg", "/photos/2019/May/x.jpg"}
    assert set(library.files.known_in(outer.id, "2019/May")) == {"x.jpg"}


def test_a_failed_photo_waits_for_its_time_and_a_changed_one_does_not(shelf: Shelf) -> None:
    [photo_id] = shelf.add("", file_state("x.jpg"))
    with shelf.library.atomic():
        shelf.library.failures.put(photo_id, "decode", "truncated", retry_after=100.0)
    assert shelf.library.contents.unread(now=99, limit=9) == []
    assert len(shelf.library.contents.unread(now=100, limit=9)) == 1
    assert shelf.library.counts().failed == 1
    shelf.add("", file_state("x.jpg", size=11))
    assert len(shelf.library.contents.unread(now=0, limit=9)) == 1
    assert shelf.library.counts().failed == 0


def test_photos_of_an_offline_root_wait_but_are_still_shown(shelf: Shelf) -> None:
    shelf.add("", file_state("x.jpg"))
    with shelf.library.atomic():
        shelf.library.roots.mark_offline(shelf.root.id, since=5.0)
    assert shelf.library.contents.unread(now=0, limit=9) == []
    [photo] = shelf.library.photos.page(PhotoFilter(), offset=0, limit=9)
    assert photo.offline_since == 5.0
    assert shelf.library.counts().offline == 1
