"""Photos in other programs: the system's viewer, the file manager, the clipboard's helpers.

No program started here gets the terminal: its keyboard would hang, its messages would tear the
screen.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_CALL_SECONDS = 3
_FILE_MANAGER = "org.freedesktop.FileManager1"
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f]")
_SPECIAL = re.compile(rb"[\\']")
_CLIPBOARDS = (("wl-copy",), ("xclip", "-selection", "clipboard"))
_TEXT_CLIPBOARD = ("pbcopy",)


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done, and why."""

    reason: str


def viewer_command(opener: str | None) -> tuple[str, ...]:
    """The command that opens a file; empty where this system has none."""
    if opener:
        return tuple(shlex.split(opener))
    name = "open" if sys.platform == "darwin" else "xdg-open"
    return (name,) if shutil.which(name) else ()


def open_file(path: Path, opener: str | None) -> Failed | None:
    """Open a file or folder in the program for it, and do not wait."""
    if not path.exists():
        return Failed("it is not there now")
    try:
        command = viewer_command(opener)
    except ValueError as error:
        return Failed(f"the opener {opener!r} makes no sense: {error}")
    if not command:
        return Failed("this system has no xdg-open; name a program with IMAGESCOPE_OPENER")
    return _start([*command, str(path)])


def reveal(path: Path, opener: str | None) -> Failed | None:
    """Show a file in the file manager, selected where it can, else its folder."""
    if not path.exists():
        return Failed("it is not there now")
    if _show_in_file_manager(path.as_uri()):
        return None
    if sys.platform == "darwin":
        return _start(["open", "-R", str(path)])
    return open_file(path.parent, opener)


def pasteable(path: Path) -> bytes:
    """The path's bytes as they are copied; none of them is a key that a terminal obeys.

    A line break in a name would end the line where the path is pasted into a shell, and run the
    rest: such a path is quoted as shells read it.
    """
    raw = os.fsencode(path)
    if not _CONTROLS.search(raw):
        return raw
    quoted = _CONTROLS.sub(_escaped, _SPECIAL.sub(rb"\\\g<0>", raw))
    return b"$'" + quoted + b"'"


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in found[0])


def copy_with_helper(data: bytes, *, mime: str = "") -> bool:
    """Put text on the desktop's clipboard, or what `mime` says; false where no program does it."""
    commands = (
        [(*command, "-t", mime) for command in _CLIPBOARDS]
        if mime
        else [*_CLIPBOARDS, _TEXT_CLIPBOARD]
    )
    return any(shutil.which(command[0]) and _call(command, data) for command in commands)


def _show_in_file_manager(uri: str) -> bool:
    if shutil.which("gdbus"):
        call = ["gdbus", "call", "--session", "--dest", _FILE_MANAGER]
        call += ["--object-path", "/org/freedesktop/FileManager1"]
        call += ["--method", f"{_FILE_MANAGER}.ShowItems", f"['{uri}']", ""]
        return _call(call)
    if shutil.which("dbus-send"):
        call = ["dbus-send", "--session", "--print-reply", f"--dest={_FILE_MANAGER}"]
        call += ["/org/freedesktop/FileManager1", f"{_FILE_MANAGER}.ShowItems"]
        return _call([*call, f"array:string:{uri.replace(',', '%2C')}", "string:"])
    return False


def _call(command: Sequence[str], given: bytes = b"") -> bool:
    try:
        done = subprocess.run(
            command,
            input=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_CALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _start(command: Sequence[str]) -> Failed | None:
    try:
        process = subprocess.Popen(
            [os.fsencode(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return Failed(f"{command[0]} cannot be started: {error.strerror}")
    # Somebody has to take the exit status, or a dead process stays in the list.
    threading.Thread(target=process.wait, name="viewer", daemon=True).start()
    return None
