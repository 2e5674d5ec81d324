"""The guard that every test runs under, which is itself put to the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.privacy.guard.sitecustomize import ALL_VARIABLE, LOG_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

# Set aside for documentation (RFC 5737): nobody has it.
_ELSEWHERE = ("192.0.2.1", 80)


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of this test's own, so that what is tried here fails no test."""
    log = tmp_path / "sockets"
    monkeypatch.setenv(LOG_VARIABLE, str(log))
    return log


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_no_socket_of_a_test_leads_off_this_machine(noted: Path, kind: int) -> None:
    with socket.socket(socket.AF_INET, kind) as opened:
        with pytest.raises(PermissionError):
            opened.connect(_ELSEWHERE)
        with pytest.raises(PermissionError):
            opened.sendto(b"", _ELSEWHERE)
    assert "192.0.2.1" in noted.read_text()


def test_no_name_is_looked_up(noted: Path) -> None:
    with pytest.raises(PermissionError):
        socket.getaddrinfo("example.org", 443)
    assert "example.org" in noted.read_text()


def test_children_are_watched_too_whatever_they_make_of_it(noted: Path) -> None:
    script = (
        "import socket\ntry: socket.create_connection(('192.0.2.1', 80))\nexcept OSError: pass\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], check=False, env=dict(os.environ))
    assert done.returncode == 0
    assert "192.0.2.1" in noted.read_text()


def test_sockets_of_this_machine_are_open(noted: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
    assert not noted.exists()


def test_where_none_is_allowed_this_machine_is_none_of_them_either(
    noted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALL_VARIABLE, "1")
    with socket.socket() as opened, pytest.raises(PermissionError):
        opened.connect(("127.0.0.1", 1))
    assert "127.0.0.1" in noted.read_text()
