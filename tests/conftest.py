"""What every test stands on: no settings of the person who runs it, and no network."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

# A busy machine is no fault of the code: laws have no time limit of their own.
settings.register_profile("imagescope", deadline=None)
settings.load_profile("imagescope")

# Test processes share the cores, where threads of numpy that wait for each other take time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    live_in(tmp_path_factory.mktemp("home"), monkeypatch)


def live_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a folder the home, and forgets the settings of the person."""
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in ("LIBRARY", "ENCODER", "IMAGES", "OPENER", "WORKERS", "THREADS"):
        monkeypatch.delenv(f"IMAGESCOPE_{name}", raising=False)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                pytest.fail(f"a socket to {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The folder of real test data of a name; the test is skipped where there is none."""

    def folder(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_dir():
            pytest.skip(f"no real test data: {name} is not beside the project")
        return path

    return folder
