"""Photos that are moved, renamed, replaced and linked: nothing is decoded twice, nothing lost."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from storage.records import PhotoFilter
from tests.indexer.folder_world import FolderWorld
from tests.pictures import paint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_SECONDS = 30
MANY = 300
"""10,000 and more: `python -m tests.soak folders`."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FolderWorld]:
    made = FolderWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def contents(world: FolderWorld) -> dict[str, int | None]:
    return {photo.full_path.name: photo.content_id for photo in world.photos}


def follow(world: FolderWorld, is_enough: Callable[[], bool]) -> int:
    """Obey the watcher until it is enough; how many photos were decoded."""
    decoded, give_up_at = 0, time.monotonic() + PATIENCE_SECONDS
    while not is_enough():
        assert time.monotonic() < give_up_at, world.paths
        world.control.wait(1)
        decoded += world.obey(world.control.take()).decoded
    return decoded


def twin(size_bytes: int, scratch: Path) -> bytes:
    """A blue photo of so many bytes; what comes after its end is nobody's business."""
    return paint(scratch, "blue", (2, 2)).read_bytes().ljust(size_bytes, b"\0")


# -- moved and renamed -------------------------------------------------------------------------


def test_photos_moved_one_by_one_are_not_decoded_again_and_stay_found(
    world: FolderWorld, photos: Path
) -> None:
    for number in range(MANY):
        (photos / "in").mkdir(parents=True, exist_ok=True)
        if number < 3:
            paint(photos / f"in/{number}.png", "red", (9, 9 + number))
        else:
            (photos / f"in/{number}.png").hardlink_to(photos / f"in/{number % 3}.png")
    assert world.index(photos).decoded == 3
    for number in range(MANY):
        source = photos / f"in/{number}.png"
        target = photos / f"out/{number % 7}/{number}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    world.keeper.scan_all()
    assert world.complete == len(world.photos) == MANY
    assert (world.work().decoded, world.complete) == (0, MANY)
    assert len(list((photos / "in").iterdir())) == 0
    assert all(path.is_relative_to(photos / "out") for path in world.paths)


def test_a_root_emptied_into_another_one_leaves_no_photo_behind(
    world: FolderWorld, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    two.mkdir()
    for number in range(5):
        paint(one / f"{number}.png", "red", (9, 9 + number))
    world.index(one, two)
    for path in one.iterdir():
        path.rename(two / path.name)
    assert world.index().decoded == 0
    assert world.paths == sorted(two.iterdir())
    assert not world.offline
    assert world.complete == 5


def test_a_root_whose_parent_was_renamed_is_found_where_it_is_added(
    world: FolderWorld, tmp_path: Path
) -> None:
    old, new = tmp_path / "Pictures/2019", tmp_path / "Photos/2019"
    for number in range(4):
        paint(old / f"{number}.png", "red", (9, 9 + number))
    world.index(old)
    known = {photo.id for photo in world.photos}
    old.parent.rename(new.parent)
    totals = world.index(new)
    assert (totals.hashed, totals.decoded) == (0, 0)
    assert {photo.id for photo in world.photos} == known
    assert world.paths == sorted(new.iterdir())


def test_a_folder_that_is_gone_stays_offline_also_when_the_one_around_it_is_added(
    world: FolderWorld, tmp_path: Path
) -> None:
    inner = tmp_path / "around/inner"
    gone = paint(inner / "a.png", "red")
    other = paint(tmp_path / "around/other.png", "blue")
    world.index(inner)
    inner.rename(tmp_path / "away")
    world.index(inner.parent)
    assert world.offline == [gone]
    (tmp_path / "away").rename(inner)
    assert world.index().decoded == 0
    assert world.paths == [gone, other]
    assert not world.offline


def test_a_copy_beside_takes_over_unread_and_what_it_lacks_stays_offline(
    world: FolderWorld, tmp_path: Path
) -> None:
    old, copy = tmp_path / "old", tmp_path / "copy"
    for number in range(4):
        paint(old / f"{number}.png", "red", (9, 9 + number))
    world.index(old)
    shutil.copytree(old, copy)
    (copy / "3.png").unlink()
    old.rename(tmp_path / "away")
    assert world.index(copy).hashed == 0
    assert world.offline == [old / "3.png"]
    assert len(world.photos) == world.complete == 4


def test_a_few_equal_files_make_no_folder_the_old_one(world: FolderWorld, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for number in range(8):
        paint(old / f"{number}.png", "red", (9, 9 + number))
    world.index(old)
    new.mkdir()
    for number in range(3):
        shutil.copy2(old / f"{number}.png", new)
    old.rename(tmp_path / "away")
    world.index(new)
    assert len(world.offline) == 8
    assert len(world.photos) == 11


def test_a_moved_photo_keeps_the_words_of_its_facts(world: FolderWorld, photos: Path) -> None:
    picture = paint(photos / "a.png", "red")
    with_camera = photos / "b.png"
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Fujifilm", "X100V"
    with Image.open(picture) as image:
        image.save(with_camera, exif=exif)
    world.index(photos)
    assert len(world.library.words.search(["X100V"], PhotoFilter(), limit=9)) == 1
    with_camera.rename(photos / "renamed.png")
    world.keeper.scan_all()
    assert len(world.library.words.search(["X100V"], PhotoFilter(), limit=9)) == 1


def test_another_file_that_got_the_inode_of_a_deleted_one_is_not_believed(
    world: FolderWorld, photos: Path
) -> None:
    old = paint(photos / "old.png", "red", (20, 20))
    paint(photos / "other.png", "green", (9, 9))
    world.index(photos)
    state = old.stat()
    new = old.rename(photos / "new.png")
    with new.open("r+b") as stream:
        stream.write(twin(state.st_size, photos.parent / "blue.png"))
    os.utime(new, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert world.index().decoded == 1
    photo = world.library.photos.at(new)
    assert photo is not None
    assert photo.content_id is not None
    vector = world.library.vectors.of(photo.content_id, world.encoder.encoder_id)
    assert vector is not None
    assert vector.argmax() == 2


def test_swapped_names_swap_contents_without_decoding(world: FolderWorld, photos: Path) -> None:
    one, two = paint(photos / "a.png", "red", (9, 9)), paint(photos / "b.png", "green", (9, 9))
    state = one.stat()
    os.utime(two, ns=(state.st_atime_ns, state.st_mtime_ns))
    world.index(photos)
    before = contents(world)
    one.rename(photos / "c.tmp")
    two.rename(one)
    (photos / "c.tmp").rename(two)
    assert world.index().decoded == 0
    assert contents(world) == {"a.png": before["b.png"], "b.png": before["a.png"]}


def test_a_case_only_rename_moves_the_photo(world: FolderWorld, photos: Path) -> None:
    paint(photos / "Beach.png", "red").rename(photos / "Beach.PNG")
    world.index(photos)
    (photos / "Beach.PNG").rename(photos / "beach.png")
    assert world.index().decoded == 0
    assert world.paths == [photos / "beach.png"]


@pytest.mark.parametrize("how", ["copied over with its time", "edited in place", "renamed over"])
def test_a_file_replaced_by_one_of_equal_size_and_time_is_read(
    world: FolderWorld, photos: Path, how: str
) -> None:
    path, other = paint(photos / "a.png", "red", (20, 20)), photos.parent / "other.png"
    world.index(photos)
    state = path.stat()
    other.write_bytes(twin(state.st_size, other))
    if how == "copied over with its time":
        shutil.copyfile(other, path)
    elif how == "edited in place":
        with path.open("r+b") as stream:
            stream.write(other.read_bytes())
    else:
        os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
        other.rename(path)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (state.st_size, state.st_mtime_ns)
    assert world.index().decoded == 1


def test_links_to_a_photo_are_photos_that_are_decoded_once(
    world: FolderWorld, photos: Path
) -> None:
    path = paint(photos / "a.png", "red")
    (photos / "hard.png").hardlink_to(path)
    (photos / "soft.png").symlink_to(path)
    assert world.index(photos).decoded == 1
    assert len(set(contents(world).values())) == 1
    path.unlink()
    assert world.index().decoded == 0
    assert [place.name for place in world.paths] == ["hard.png"]


# -- while they are watched --------------------------------------------------------------------


def test_a_folder_renamed_while_watched_is_followed_and_watched_on(
    world: FolderWorld, photos: Path
) -> None:
    for number in range(5):
        paint(photos / f"2019/lake/{number}.png", "red", (9, 9 + number))
    world.index(photos)
    world.keeper.watch_all()
    (photos / "2019").rename(photos / "Lisbon")
    assert follow(world, lambda: all("Lisbon" in str(path) for path in world.paths)) == 0
    late = paint(photos / "Lisbon/lake/late.png", "green")
    assert follow(world, lambda: late in world.paths) == 1
    assert len(world.paths) == world.complete == 6


def test_a_folder_moved_out_and_another_made_in_its_place_are_told_apart(
    world: FolderWorld, photos: Path, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    paint(photos / "2019/lake/a.png", "red")
    paint(photos / "own.png", "blue")
    world.index(photos)
    world.keeper.watch_all()
    (photos / "2019").rename(away)
    follow(world, lambda: world.paths == [photos / "own.png"])
    # Its watches live on and speak of the old path.
    paint(away / "lake/stranger.png", "green")
    inside = paint(photos / "2019/lake/b.png", "yellow")
    follow(world, lambda: inside in world.paths)
    assert world.paths == [inside, photos / "own.png"]
    away.rename(photos / "2018")
    follow(world, lambda: len(world.paths) == 4)
    more = paint(photos / "2018/lake/more.png", "white")
    follow(world, lambda: more in world.paths)
    last = paint(inside.with_name("last.png"), "pink")
    follow(world, lambda: last in world.paths)
    assert len(world.paths) == world.complete == 6


def test_a_root_renamed_while_watched_is_followed_where_it_is_added(
    world: FolderWorld, photos: Path, tmp_path: Path
) -> None:
    for number in range(4):
        paint(photos / f"{number}.png", "red", (9, 9 + number))
    world.index(photos)
    world.keeper.watch_all()
    new = tmp_path / "new"
    photos.rename(new)
    follow(world, lambda: len(world.offline) == 4)
    world.control.add_folder(new)
    assert follow(world, lambda: world.paths == sorted(new.iterdir())) == 0
    late = paint(new / "late.png", "green")
    assert follow(world, lambda: late in world.paths) == 1
    assert not world.offline


def test_a_burst_of_files_is_found_whole(world: FolderWorld, photos: Path) -> None:
    source = paint(photos / "source.png", "red")
    world.index(photos)
    world.keeper.watch_all()
    for number in range(2_000):
        folder = photos / f"{number // 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.png").hardlink_to(source)
    assert follow(world, lambda: len(world.paths) == 2_001) == 0
    assert world.complete == 2_001
