"""Indexing, captioning, searching and looking around where there is no network at all.

`python -m tests.privacy.offline` does the same with every end-to-end test.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.privacy.guard.sitecustomize import ALL_VARIABLE, LOG_VARIABLE
from tests.privacy.offline import is_possible, isolated

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope

_REACHES_NOBODY = """
import socket
try:
    socket.socket().connect(("127.0.0.1", 1))
except ConnectionRefusedError:
    pass
interfaces = [name for _, name in socket.if_nameindex()]
assert interfaces == ["lo"], interfaces
"""


@pytest.mark.skipif(not is_possible(), reason="no network namespaces on this system")
def test_a_library_is_made_searched_and_backed_up_without_any_network_or_socket(
    imagescope: Imagescope, photos: Path
) -> None:
    subprocess.run(isolated([sys.executable, "-c", _REACHES_NOBODY]), check=True)
    program = [*imagescope.command, "--library", str(imagescope.library)]
    noted = imagescope.base / "sockets"
    strict = {**imagescope.environment, LOG_VARIABLE: str(noted), ALL_VARIABLE: "1"}
    for words in (
        ("index", str(photos)),
        ("search", "something yellow", "--quiet"),
        ("status",),
        ("doctor",),
        ("backup", str(imagescope.base / "a.db")),
    ):
        done = subprocess.run(
            isolated([*program, *words]),
            check=False,
            capture_output=True,
            env=strict,
            cwd=imagescope.base,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr.decode()
    # Nor were there any that would not have needed a network.
    assert not noted.exists(), noted.read_text()
    assert imagescope("status", "--json").json["embedded"] == 4
