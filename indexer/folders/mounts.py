"""What is mounted where, from Linux's own list; elsewhere nothing is known and nothing refused."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

_MOUNTINFO = Path("/proc/self/mountinfo")

_REMOTE_KINDS = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "coda", "ncpfs", "9p", "virtiofs"),
        *("ceph", "glusterfs", "lustre", "beegfs", "orangefs", "gfs2", "ocfs2", "gpfs"),
        *("davfs", "vboxsf", "vmhgfs", "prl_fs", "drvfs", "autofs", "fuse"),
    )
)
"""File systems that others may change behind this kernel's back, where inotify stays silent."""

_NUMBERING_ANEW = frozenset(("vfat", "msdos", "exfat", "fuse"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One file system in the tree of folders."""

    id: int
    """Changes when something is mounted there again."""
    point: Path
    kind: str
    """The kernel's name of the file system: ext4, nfs4, fuse.sshfs …"""
    device: int = 0
    """What `st_dev` says of the files in it; of btrfs it is another number."""
    inside: Path = Path("/")
    """Which folder of the file system is mounted."""
    source: str = ""
    """The device, or the server's address."""

    @property
    def numbers_anew(self) -> bool:
        """Whether a file's inode is another one each time the file system is mounted."""
        return self.kind in _NUMBERING_ANEW or self.kind.startswith("fuse.")

    @property
    def is_remote(self) -> bool:
        """Whether others may change it unseen: a network, a host system, a program (FUSE)."""
        return self.kind in _REMOTE_KINDS or self.kind.startswith("fuse.")


def current_mounts() -> tuple[Mount, ...]:
    """All mounts of this process, in the order they were made; none where there is no such list."""
    try:
        listing = _MOUNTINFO.read_bytes()
    except OSError:
        return ()
    return parse_mounts(listing)


def parse_mounts(listing: bytes) -> tuple[Mount, ...]:
    """The mounts in the text of `/proc/self/mountinfo` (proc(5)); odd lines are left out."""
    mounts = (_parsed(line) for line in listing.splitlines())
    return tuple(mount for mount in mounts if mount is not None)


def _parsed(line: bytes) -> Mount | None:
    before, separator, after = line.partition(b" - ")
    fields = before.split(b" ")
    if not separator or len(fields) < 5 or not fields[0].isdigit():
        return None
    kind, _, rest = after.partition(b" ")
    return Mount(
        id=int(fields[0]),
        point=_path_in(fields[4]),
        kind=kind.decode("ascii", "replace"),
        device=_device_in(fields[2]),
        inside=_path_in(fields[3]),
        source=os.fsdecode(_unescaped(rest.partition(b" ")[0])),
    )


def _device_in(field: bytes) -> int:
    major, separator, minor = field.partition(b":")
    if not separator or not major.isdigit() or not minor.isdigit():
        return 0
    return os.makedev(int(major), int(minor))


def _path_in(field: bytes) -> Path:
    return Path(os.fsdecode(_unescaped(field)))


def _unescaped(name: bytes) -> bytes:
    """Spaces, tabs, newlines and backslashes are written as three octal digits."""
    return re.sub(rb"\\([0-3][0-7]{2})", lambda match: bytes((int(match[1], 8),)), name)


def mounts_of(folder: Path, mounts: tuple[Mount, ...]) -> tuple[Mount, ...]:
    """The mount a real path lies on, then those below it."""
    own = [mount for mount in mounts if folder.is_relative_to(mount.point)]
    below = [mount for mount in mounts if mount.point != folder and folder in mount.point.parents]
    # Of two mounts at one place the later one hides the earlier; of nested ones the inner counts.
    nearest = max(own, key=lambda mount: len(mount.point.parts), default=None)
    hiding = [mount for mount in own if nearest is not None and mount.point == nearest.point]
    return (*hiding[-1:], *below)
