"""Tests where there is no network: `python -m tests.privacy.offline [pytest arguments]`.

They run in a network namespace of their own, whose only interface is the loopback; without
arguments these are the end-to-end tests and those of the commands.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

END_TO_END = ("tests/e2e", "tests/cli", "-q", "-p", "no:cacheprovider")
_INSIDE = "--inside"
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_INTERFACE = struct.Struct("16sH22x")


def isolated(command: Sequence[str]) -> list[str]:
    """The command, run without any network but the loopback."""
    return ["unshare", "-rn", sys.executable, "-P", __file__, _INSIDE, *command]


def is_possible() -> bool:
    """Whether this system lets its users make such namespaces."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run(isolated(["true"]), check=False, capture_output=True)
    return tried.returncode == 0


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        told = fcntl.ioctl(asked, _SIOCGIFFLAGS, _INTERFACE.pack(b"lo", 0))
        _, flags = _INTERFACE.unpack(told)
        fcntl.ioctl(asked, _SIOCSIFFLAGS, _INTERFACE.pack(b"lo", flags | _IFF_UP))


def main(arguments: Sequence[str]) -> int:
    """Run pytest where there is no network; its status."""
    if arguments[:1] == [_INSIDE]:
        _raise_loopback()
        os.execvp(arguments[1], list(arguments[1:]))
    command = [sys.executable, "-m", "pytest", *(arguments or END_TO_END)]
    return subprocess.run(isolated(command), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
