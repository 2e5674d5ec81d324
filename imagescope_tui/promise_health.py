"""What `doctor` says of each promise: nothing is sent, nothing is touched, nothing is obeyed."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from imagescope_tui.config import PRIVATE_ENVIRONMENT, indexer_environment
from imagescope_tui.finding import Finding
from indexer.decoding.pool import MEMORY_BYTES
from storage.errors import StorageError
from storage.library import Library
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.config import Settings

_LIMITED: Final = """
import resource, sys
limit = 256 << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    bytearray(4 * limit)
except MemoryError:
    sys.exit(0)
sys.exit(1)
"""
_SECONDS_MAX: Final = 20
_HOSTILE: Final = "\x1b]52;c;cm0=\x07\x1b[2J\x9b2J\u202e\r\n"


def examine_promises(settings: Settings) -> Iterator[Finding]:
    """Each promise of the README, as far as it can be looked at on this machine."""
    yield from _network(settings)
    yield _telemetry()
    yield from _photo_folders(settings.library)
    yield _decoders()
    yield _terminal()


def _network(settings: Settings) -> Iterator[Finding]:
    """Which sockets could be opened, apart from `models pull`."""
    urls = dict.fromkeys(url for server in settings.chat.values() for url in server.urls)
    if not urls:
        yield Finding(
            subject="network",
            verdict="ok",
            told="no socket is opened, but to a model server that runs on this machine",
        )
    for url in urls:
        host = urlsplit(url).hostname or ""
        if _is_here(host):
            told = f"the only socket is to {url}, on this machine"
            yield Finding(subject="network", verdict="ok", told=told)
        else:
            yield Finding(
                subject="network",
                verdict="note",
                told=f"photos and questions are sent to {url}, which is another machine",
                remedy="set lmm.url to a server of this machine to keep them here",
            )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _telemetry() -> Finding:
    seen = indexer_environment({})
    is_off = all(seen.get(name) == value for name, value in PRIVATE_ENVIRONMENT.items())
    return Finding(
        subject="telemetry",
        verdict="ok" if is_off else "bad",
        told=f"libraries ask and tell nobody: {', '.join(sorted(PRIVATE_ENVIRONMENT))}",
    )


def _photo_folders(folder: Path) -> Iterator[Finding]:
    """Whether the library lies apart from the photos, which are only read."""
    try:
        with Library.open_reader(folder) as library:
            roots = [root.path for root in library.roots.all()]
    except StorageError:
        return
    own = folder.resolve()
    for root in roots:
        place = root.resolve()
        if own.is_relative_to(place):
            yield Finding(
                subject="photo folders",
                verdict="bad",
                told=f"the library {folder} lies in {root}, and is written there",
                remedy="move it out, and name its new place with --library or the setting library",
            )
        elif place.is_relative_to(own):
            yield Finding(
                subject="photo folders",
                verdict="bad",
                told=f"{root} lies in the library's folder",
                remedy="move the photos out: what is in the library's folder may be deleted",
            )
        else:
            yield Finding(subject="photo folders", verdict="ok", told=f"{root} is only read")


def _decoders() -> Finding:
    """Whether a process can be kept from taking all memory, tried on one."""
    gibibytes = MEMORY_BYTES / 2**30
    try:
        tried = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LIMITED],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS_MAX,
        )
        is_limited = tried.returncode == 0
    except (OSError, subprocess.SubprocessError):
        is_limited = False
    if is_limited:
        told = f"photos are decoded in processes of {gibibytes:.1f} GiB at most"
        return Finding(subject="decoders", verdict="ok", told=told)
    return Finding(
        subject="decoders",
        verdict="note",
        told="this system does not limit a process's memory: a hostile file may take much",
    )


def _terminal() -> Finding:
    is_safe = printable(_HOSTILE).isprintable()
    return Finding(
        subject="terminal",
        verdict="ok" if is_safe else "bad",
        told="names, tags and answers are shown without control characters",
    )
