from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.folders.mounts import Mount, current_mounts, mounts_of, parse_mounts

LISTING = rb"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home/ada/Pictures rw - btrfs /dev/sdb rw,subvol=/x
31 30 0:41 / /home/ada/Pictures/On\040the\040NAS rw master:3 - nfs4 nas:/photos rw
32 22 0:42 / /mnt/phone rw shared:7 master:2 - fuse.sshfs phone: rw
33 32 8:17 / /mnt/phone rw - vfat /dev/sdc1 rw
34 22 8:33 / /mnt/stick rw - fuseblk /dev/sdd1 rw
nonsense
"""


def kinds(folder: str) -> list[str]:
    return [mount.kind for mount in mounts_of(Path(folder), parse_mounts(LISTING))]


def test_mounts_are_read_with_their_names_unescaped() -> None:
    mounts = parse_mounts(LISTING)
    assert len(mounts) == 6
    assert mounts[2] == Mount(
        id=31,
        point=Path("/home/ada/Pictures/On the NAS"),
        kind="nfs4",
        device=os.makedev(0, 41),
        inside=Path("/"),
        source="nas:/photos",
    )


def test_folder_lies_on_the_innermost_mount() -> None:
    assert kinds("/home/ada/Pictures/2020") == ["btrfs"]
    assert kinds("/home/ada/Pictures/On the NAS/2020") == ["nfs4"]


def test_mounts_below_a_folder_belong_to_it() -> None:
    assert kinds("/home/ada/Pictures") == ["btrfs", "nfs4"]
    assert kinds("/home") == ["ext4", "btrfs", "nfs4"]


def test_name_that_begins_alike_is_another_folder() -> None:
    assert kinds("/home/ada/PicturesOld") == ["ext4"]


def test_later_mount_at_a_place_hides_the_earlier() -> None:
    assert kinds("/mnt/phone") == ["vfat"]


@pytest.mark.parametrize(
    ("kind", "is_remote"),
    [
        *[(kind, True) for kind in ("nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "9p")],
        *[(kind, False) for kind in ("ext4", "btrfs", "xfs", "vfat", "fuseblk", "tmpfs")],
    ],
)
def test_file_systems_that_others_change_are_remote(kind: str, is_remote: bool) -> None:
    assert Mount(id=1, point=Path("/"), kind=kind).is_remote is is_remote


@given(st.binary(max_size=200))
def test_no_listing_makes_the_reader_fail(listing: bytes) -> None:
    parse_mounts(listing)


def test_this_system_has_a_root_or_no_list() -> None:
    points = [mount.point for mount in current_mounts()]
    assert not points or Path("/") in points
