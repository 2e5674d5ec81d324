"""Stories of drives that come and go, told with real mounts in a namespace of its own.

Run as a program it tells all of them in a folder, and prints a JSON object: name to what went
wrong, or to an empty string.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.events import RootMoved, RootOffline
from tests.indexer import pulled_stories
from tests.indexer.folder_world import (
    COLOURS,
    FolderWorld,
    fill,
    mount,
    mount_again,
    put_away,
    take_out,
    unmount,
    untouched,
)
from tests.pictures import paint

if TYPE_CHECKING:
    from collections.abc import Callable


def unmounted_and_mounted_again_between_runs(world: FolderWorld, base: Path) -> None:
    drive = base / "usb"
    mount(drive)
    fill(drive)
    world.index(drive)
    known = world.photos
    put_away(drive, base / "drawer")
    world.index()
    assert len(world.offline) == world.complete == 6, world.offline
    take_out(base / "drawer", drive)
    assert untouched(world.index())
    assert world.photos == known
    assert not world.offline


def drive_mounted_elsewhere_between_runs_is_followed(world: FolderWorld, base: Path) -> None:
    drive, elsewhere = base / "usb", base / "other name"
    mount(drive)
    fill(drive)
    world.index(drive)
    known = {photo.id: photo.content_id for photo in world.photos}
    mount_again(drive, elsewhere)
    unmount(drive)
    assert untouched(world.index())
    assert {photo.id: photo.content_id for photo in world.photos} == known
    assert all(path.is_relative_to(elsewhere) for path in world.paths)
    assert not world.offline
    (moved,) = [event for event in world.events if isinstance(event, RootMoved)]
    assert (moved.before, moved.root, moved.photos) == (str(drive), str(elsewhere), 6)


def folder_of_a_drive_mounted_elsewhere_is_followed(world: FolderWorld, base: Path) -> None:
    drive, elsewhere = base / "usb", base / "else"
    mount(drive)
    fill(drive / "DCIM/100")
    world.index(drive / "DCIM")
    mount_again(drive, elsewhere)
    unmount(drive)
    assert untouched(world.index(elsewhere / "DCIM"))
    assert world.paths[0].is_relative_to(elsewhere / "DCIM/100")
    assert len(world.library.roots.all()) == 1


def copy_on_another_drive_takes_over(world: FolderWorld, base: Path) -> None:
    drive, copy = base / "usb", base / "copy"
    mount(drive)
    mount(copy)
    fill(drive)
    world.index(drive)
    known = {photo.id for photo in world.photos}
    shutil.copytree(drive, copy, dirs_exist_ok=True)
    unmount(drive)
    assert untouched(world.index(copy))
    assert {photo.id for photo in world.photos} == known
    assert [root.path for root in world.library.roots.all()] == [copy]
    # From now on inodes and times of change count again.
    assert untouched(world.index())
    state = (copy / "a.png").stat()
    paint(copy / "a.png", "orange", (8, 8))
    padded = (copy / "a.png").read_bytes().ljust(state.st_size, b"\0")
    (copy / "a.png").write_bytes(padded[: state.st_size])
    os.utime(copy / "a.png", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert world.index().hashed == 1


def what_a_copy_lacks_stays_offline(world: FolderWorld, base: Path) -> None:
    drive, copy = base / "usb", base / "copy"
    mount(drive)
    mount(copy)
    fill(drive)
    shutil.copytree(drive, copy, dirs_exist_ok=True)
    late = paint(drive / "2020" / "late.png", "purple", (5, 5))
    world.index(drive)
    unmount(drive)
    world.index(copy)
    assert world.offline == [late]
    assert world.complete == 7


def drive_that_gave_way_is_found_where_it_is_now(world: FolderWorld, base: Path) -> None:
    place, first, second = base / "card", base / "first", base / "second"
    for drive, sizes in ((first, 8), (second, 20)):
        mount(drive)
        fill(drive, sizes=sizes)
    mount_again(first, place)
    world.index(place)
    ids = {photo.id for photo in world.photos}
    unmount(place)
    mount_again(second, place)
    world.index()
    assert len(world.photos) == 12, world.paths
    assert not world.offline
    assert {photo.id for photo in world.photos if photo.full_path.is_relative_to(first)} == ids


def cards_that_take_turns_are_both_kept(world: FolderWorld, base: Path) -> None:
    place = base / "card"
    mount(place)
    fill(place)
    world.index(place)
    ids = {photo.id for photo in world.photos}
    unmount(place)
    mount(place)
    fill(place, sizes=20)
    totals = world.index()
    assert (totals.decoded, len(world.photos), len(world.offline)) == (6, 12, 6)
    assert world.complete == 12
    assert ids == {photo.id for photo in world.photos if photo.offline_since is not None}
    told = [event for event in world.events if isinstance(event, RootOffline)]
    assert told[-1].root.startswith(f"{place} (drive "), told
    assert untouched(world.index())


def card_changed_before_anybody_looked_is_no_deletion(world: FolderWorld, base: Path) -> None:
    place = base / "card"
    mount(place)
    fill(place)
    world.index(place)
    unmount(place)
    mount(place)
    fill(place, sizes=20)
    (root,) = world.library.roots.all()
    report = world.scanner.scan_folders(root, [place, place / "2019"])
    assert (report.offline_reason, report.deleted) == ("another drive is there", 0)
    assert len(world.offline) == world.complete == 6
    world.look_around()
    assert world.work().decoded == 6
    assert (len(world.photos), len(world.offline)) == (12, 6)


def card_that_comes_back_in_its_turn_is_known(world: FolderWorld, base: Path) -> None:
    place, first, second = base / "card", base / "first", base / "second"
    for drive, sizes in ((first, 8), (second, 20)):
        mount(drive)
        fill(drive, sizes=sizes)
        put_away(drive, base / f"drawer {drive.name}")
    take_out(base / "drawer first", place)
    world.index(place)
    known = {photo.id: photo.full_path for photo in world.photos}
    put_away(place, base / "drawer first")
    take_out(base / "drawer second", place)
    world.index()
    assert len(world.photos) == 12
    assert len(world.offline) == 6
    put_away(place, base / "drawer second")
    take_out(base / "drawer first", place)
    assert untouched(world.index())
    online = {photo.id: photo.full_path for photo in world.photos if photo.offline_since is None}
    assert online == known


def cards_that_take_turns_below_a_root_are_both_kept(world: FolderWorld, base: Path) -> None:
    media = base / "media"
    place, drawer = media / "card", base / "drawer"
    mount(place)
    fill(place)
    paint(media / "own.png", "pink")
    world.index(media)
    first = {photo.id: photo.full_path for photo in world.photos}
    put_away(place, drawer)
    mount(place)
    fill(place, sizes=20)
    assert world.index().decoded == 6
    assert (len(world.photos), len(world.offline), world.complete) == (13, 6, 13)
    assert untouched(world.index())
    unmount(place)
    take_out(drawer, place)
    assert untouched(world.index())
    online = {photo.id: photo.full_path for photo in world.photos if not photo.offline_since}
    assert online == first


def drive_mounted_elsewhere_below_a_root_is_followed(world: FolderWorld, base: Path) -> None:
    media = base / "media"
    place, elsewhere = media / "a", media / "b"
    mount(place)
    fill(place)
    paint(media / "own.png", "pink")
    world.index(media)
    known = {photo.id for photo in world.photos}
    mount_again(place, elsewhere)
    unmount(place)
    assert untouched(world.index())
    assert {photo.id for photo in world.photos} == known
    assert sum(path.is_relative_to(elsewhere) for path in world.paths) == 6
    assert not world.offline
    (moved,) = [event for event in world.events if isinstance(event, RootMoved)]
    assert (moved.before, moved.root) == (str(place), str(elsewhere))


def the_same_files_on_a_new_disk_in_the_same_place(world: FolderWorld, base: Path) -> None:
    place, new = base / "photos", base / "new"
    mount(place)
    fill(place)
    world.index(place)
    ids = {photo.id for photo in world.photos}
    mount(new)
    shutil.copytree(place, new, dirs_exist_ok=True)
    unmount(place)
    mount_again(new, place)
    assert untouched(world.index())
    assert {photo.id for photo in world.photos} == ids
    assert not world.offline


def mounted_elsewhere_while_it_is_watched(world: FolderWorld, base: Path) -> None:
    drive, elsewhere = base / "usb", base / "else"
    mount(drive)
    fill(drive)
    world.index(drive)
    world.keeper.watch_all()
    mount_again(drive, elsewhere)
    unmount(drive)
    world.look_around()
    assert untouched(world.work())
    assert all(path.is_relative_to(elsewhere) for path in world.paths)
    late = paint(elsewhere / "late.png", "purple")
    while late not in world.paths:
        world.control.wait(20)
        world.obey(world.control.take())
    put_away(elsewhere, base / "drawer")
    world.look_around()
    assert len(world.offline) == world.complete == 7
    take_out(base / "drawer", elsewhere)
    world.look_around()
    assert untouched(world.work())
    assert not world.offline
    third = base / "third"
    mount_again(elsewhere, third)
    unmount(elsewhere)
    world.keeper.scan_all()
    again = paint(third / "again.png", "purple", (7, 7))
    while again not in world.paths:
        world.control.wait(20)
        world.obey(world.control.take())


def a_mount_point_left_behind_with_something_in_it(world: FolderWorld, base: Path) -> None:
    drive = base / "usb"
    (drive / ".Trash").mkdir(parents=True)
    mount(drive)
    fill(drive)
    world.index(drive)
    unmount(drive)
    world.index()
    assert len(world.offline) == world.complete == 6


def a_drive_below_an_added_folder_is_no_deletion(world: FolderWorld, base: Path) -> None:
    media = base / "media"
    drive = media / "usb"
    mount(drive)
    fill(drive)
    world.index(drive)
    unmount(drive)
    paint(media / "own.png", "pink")
    world.index(media)
    assert len(world.offline) == 6
    assert len(world.photos) == 7


def moved_to_another_file_system(world: FolderWorld, base: Path) -> None:
    one, two = base / "one", base / "two"
    for drive in (one, two):
        mount(drive)
        paint(drive / "stays.png", "black", (3, len(drive.name)))
    fill(one)
    world.index(one, two)
    shutil.move(one / "2019", two / "2019")
    totals = world.index()
    assert (totals.decoded, totals.embedded) == (0, 0)
    assert not (one / "2019").exists()
    assert sum(path.is_relative_to(two / "2019") for path in world.paths) == len(COLOURS)
    assert world.complete == len(world.photos)


STORIES = (
    unmounted_and_mounted_again_between_runs,
    drive_mounted_elsewhere_between_runs_is_followed,
    folder_of_a_drive_mounted_elsewhere_is_followed,
    copy_on_another_drive_takes_over,
    what_a_copy_lacks_stays_offline,
    drive_that_gave_way_is_found_where_it_is_now,
    cards_that_take_turns_are_both_kept,
    card_changed_before_anybody_looked_is_no_deletion,
    card_that_comes_back_in_its_turn_is_known,
    cards_that_take_turns_below_a_root_are_both_kept,
    drive_mounted_elsewhere_below_a_root_is_followed,
    the_same_files_on_a_new_disk_in_the_same_place,
    pulled_stories.pulled_while_it_is_scanned,
    pulled_stories.pulled_below_a_root_while_it_is_scanned,
    pulled_stories.pulled_before_it_was_read,
    mounted_elsewhere_while_it_is_watched,
    a_mount_point_left_behind_with_something_in_it,
    a_drive_below_an_added_folder_is_no_deletion,
    moved_to_another_file_system,
)


def told(story: Callable[[FolderWorld, Path], None], base: Path) -> str:
    """What went wrong."""
    base.mkdir()
    world = FolderWorld(base)
    try:
        story(world, base)
        return "\n".join(world.library.check())
    except Exception:  # noqa: BLE001 - every story is told to its end
        return traceback.format_exc()
    finally:
        world.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    sys.stdout.write(json.dumps({s.__name__: told(s, folder / s.__name__) for s in STORIES}))
