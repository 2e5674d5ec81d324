"""Which file system a folder is on: the same one wherever it is mounted, and after each start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from indexer.folders.mounts import Mount, current_mounts, mounts_of

_UUIDS = Path("/dev/disk/by-uuid")

# Here the number that statvfs(2) gives is made of the file system's own UUID; elsewhere it is that
# of a device, which another drive has the next time.
_TELLING_FSID = frozenset(("ext2", "ext3", "ext4", "btrfs", "tmpfs", "zfs", "bcachefs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A folder of a file system, told apart from all others."""

    id: str
    folder: Path
    """In the file system itself, from its own top."""

    @property
    def name(self) -> str:
        """How a person may know it."""
        return self.id.partition(":")[2]


def volume_of(folder: Path) -> Volume | None:
    """What a folder is on; None where it is not there, or its file system has no identity."""
    try:
        real = folder.resolve(strict=True)
        mount = next(iter(mounts_of(real, current_mounts())), None)
    except OSError:
        return None
    volume_id = _id_of(mount) if mount is not None else ""
    if mount is None or not volume_id or not real.is_relative_to(mount.point):
        return None
    return Volume(id=volume_id, folder=mount.inside / real.relative_to(mount.point))


def places_of(volume: Volume) -> tuple[Path, ...]:
    """Where the folder of the volume can be found at the moment."""
    places = [
        mount.point / volume.folder.relative_to(mount.inside)
        for mount in current_mounts()
        if volume.folder.is_relative_to(mount.inside) and _id_of(mount) == volume.id
    ]
    # What is mounted over another place hides it.
    return tuple(place for place in dict.fromkeys(places) if volume_of(place) == volume)


def _id_of(mount: Mount) -> str:
    try:
        return _identity_of(mount)
    except OSError:
        return ""


def _identity_of(mount: Mount) -> str:
    if uuid := _uuid_of(mount):
        return f"uuid:{uuid}"
    if mount.kind in _TELLING_FSID:
        number = os.statvfs(mount.point).f_fsid
        return f"fsid:{number:x}" if number else ""
    if mount.is_remote and "/" in mount.source:
        return f"{mount.kind}:{mount.source}"
    return ""


def _uuid_of(mount: Mount) -> str:
    """By the links that udev makes to devices; btrfs has a device number of its own."""
    if not mount.source.startswith("/dev/"):
        return ""
    try:
        devices = {mount.device, Path(mount.source).stat().st_rdev}
    except OSError:
        devices = {mount.device}
    try:
        links = list(_UUIDS.iterdir())
    except OSError:
        return ""
    return next((link.name for link in links if _device_behind(link) in devices), "")


def _device_behind(link: Path) -> int | None:
    try:
        return link.stat().st_rdev
    except OSError:
        return None
