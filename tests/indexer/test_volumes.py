from __future__ import annotations

from pathlib import Path

import pytest

from indexer.folders import volumes
from indexer.folders.mounts import Mount
from indexer.folders.volumes import places_of, volume_of


@pytest.fixture
def disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick that is mounted twice, and a server; only their folders are real."""
    number = tmp_path.stat().st_rdev
    uuids = tmp_path / "by-uuid"
    uuids.mkdir()
    (uuids / "1A2B-3C4D").symlink_to("/dev/null")
    monkeypatch.setattr(volumes, "_UUIDS", uuids)
    stick = Path("/dev/null").stat().st_rdev
    for name in ("usb/DCIM", "other/DCIM", "nas/photos"):
        (tmp_path / name).mkdir(parents=True)
    mounts = (
        Mount(id=1, point=Path("/"), kind="overlay", device=number, source="overlay"),
        Mount(id=2, point=tmp_path / "usb", kind="vfat", device=stick, source="/dev/sdx1"),
        Mount(id=3, point=tmp_path / "nas", kind="nfs4", source="nas:/volume"),
    )
    monkeypatch.setattr(volumes, "current_mounts", lambda: mounts)
    return tmp_path


def test_a_stick_is_known_by_its_uuid_and_a_server_by_its_address(disks: Path) -> None:
    stick, server = volume_of(disks / "usb/DCIM"), volume_of(disks / "nas/photos")
    assert stick is not None
    assert server is not None
    assert (stick.id, stick.folder, stick.name) == ("uuid:1A2B-3C4D", Path("/DCIM"), "1A2B-3C4D")
    assert (server.id, server.folder) == ("nfs4:nas:/volume", Path("/photos"))


def test_what_has_no_identity_or_is_not_there_has_no_volume(disks: Path) -> None:
    assert volume_of(disks) is None
    assert volume_of(disks / "nowhere") is None


def test_a_volume_is_found_where_it_is_mounted_now(
    disks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = volume_of(disks / "usb/DCIM")
    assert stick is not None
    there = Mount(
        id=9,
        point=disks / "other",
        kind="vfat",
        device=Path("/dev/null").stat().st_rdev,
        source="/dev/sdy1",
    )
    monkeypatch.setattr(volumes, "current_mounts", lambda: (there,))
    assert places_of(stick) == (disks / "other/DCIM",)
