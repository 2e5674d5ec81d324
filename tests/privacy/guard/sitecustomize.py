"""Loaded by every Python that a test starts: no socket leads off this machine.

It lies alone in a folder of PYTHONPATH, and so stands on nothing of the project. Each attempt fails
and is noted in the file that the environment names, for who makes it may live on without.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

LOG_VARIABLE = "IMAGESCOPE_TEST_SOCKETS"
ALL_VARIABLE = "IMAGESCOPE_TEST_NO_SOCKETS"
"""Where it is set, no socket to this machine is opened either."""
_ADDRESSED = ("socket.connect", "socket.sendto", "socket.sendmsg")
_NAMED = ("socket.getaddrinfo", "socket.gethostbyname")


def guard() -> None:
    """Watch this process from now on."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _ADDRESSED and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in _NAMED:
        host = arguments[0]
    else:
        return
    if ALL_VARIABLE in os.environ or not _is_here(host):
        _note(f"{event} to {host} by {sys.orig_argv}")
        raise PermissionError(f"a test opens a socket to {host}")


def _is_here(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "localhost")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in ("localhost", "ip6-localhost")
    return address.is_loopback or _is_own(str(address))


def _is_own(address: str) -> bool:
    """Whether it is an address of this machine: only then can somebody listen there."""
    import socket

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError:
            return False
    return True


def _note(line: str) -> None:
    log = os.environ.get(LOG_VARIABLE)
    if log:
        with open(log, "a", encoding="utf-8") as stream:  # noqa: PTH123 - nothing more to load
            stream.write(line + "\n")


if LOG_VARIABLE in os.environ:
    guard()
