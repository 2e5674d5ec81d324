"""What a terminal answered, and what follows from it; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.ui.pictures.glyphs import LINUX_CONSOLE

if TYPE_CHECKING:
    from imagescope_tui.terminal_hints import TerminalHints
    from imagescope_tui.ui.pictures.painting import ColourDepth

Graphics: TypeAlias = Literal["kitty", "sixel", "iterm", "none"]
Background: TypeAlias = Literal["dark", "light"]
Version: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalAnswers:
    """What is known of the terminal when the screen starts."""

    name: str = ""
    """In small letters, as the terminal calls itself; empty where it does not say."""
    version: Version = ()
    graphics: Graphics = "none"
    cell_pixels: tuple[int, int] = (10, 20)
    """Width and height of a cell; where nobody tells, those of a VT340, which had the first
    Sixels."""
    colours: ColourDepth | None = None
    """None where nobody asked."""
    background: Background | None = None
    takes_pictures: bool = False
    """Whether its clipboard takes pictures: Kitty's protocol, OSC 5522."""
    tmux_client: str = ""
    """What tmux calls the terminal it is shown in, where it lets through no true colour."""
    typed: bytes = b""
    """Keys that were pressed while the terminal answered."""


UNASKED = TerminalAnswers()
"""Of a terminal that nobody asked."""
DEVICE_ANSWER = re.compile(rb"\x1b\[\?([\d;]*)c")
_ENDED = rb"(?:\x1b\\|\x07)"
_KITTY = re.compile(rb"\x1b_G([^\x1b]*)\x1b\\")
_VERSION = re.compile(rb"\x1bP>\|([^\x1b]*)\x1b\\")
_BACKGROUND = re.compile(
    rb"\x1b\]11;rgba?:([\da-fA-F]+)/([\da-fA-F]+)/([\da-fA-F]+)[^\x1b\x07]*" + _ENDED
)
_CAPABILITY = re.compile(rb"\x1bP([01])\+r([^\x1b]*)\x1b\\")
_RENDITION = re.compile(rb"\x1bP[01]\$r([^\x1b]*)\x1b\\")
_MODE = re.compile(rb"\x1b\[\?5522;(\d)\$y")
_CELL = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_ALL = (_CELL, _KITTY, _VERSION, _BACKGROUND, _CAPABILITY, _RENDITION, _MODE, DEVICE_ANSWER)

_SIXEL_ATTRIBUTE = b"4"
_RGB, _TC = b"524742", b"5463"
"""`RGB` and `Tc`, the two names of true colour in terminfo, in hexadecimal."""
ODD_COLOUR = (1, 2, 3)
"""A colour that no palette has: a terminal that tells it again has true colour."""
_ODD = re.compile(rb"48[:;]2[:;](?:\d*[:])?" + b"[:;]".join(b"%d" % c for c in ODD_COLOUR))
_NAMED = re.compile(r"(.+?)[ (]+v?(\d[\d.]*)")
_PROGRAMS = {"iterm.app": "iterm2", "vscode": "xterm.js", "apple_terminal": "apple terminal"}
_ITERM_ALWAYS = frozenset({"iterm2", "wezterm", "mintty"})
_ITERM_WHERE_SIXEL = frozenset({"xterm.js"})
_KITTY_CLIPBOARD_SINCE = (0, 27)


def understood(reply: bytes, hints: TerminalHints) -> TerminalAnswers:
    """All but the colours, which take more than the terminal's word."""
    name, version = _name(reply, hints)
    return TerminalAnswers(
        name=name,
        version=version,
        graphics=_graphics(reply, name),
        background=_background(reply),
        takes_pictures=_takes_pictures(reply, name, version),
        typed=_without_answers(reply),
    )


def told_cell(reply: bytes) -> tuple[int, int] | None:
    """Width and height of a cell in pixels."""
    told = _CELL.search(reply)
    size = (int(told[2]), int(told[1])) if told else (0, 0)
    return size if all(size) else None


def shows_true_colour(reply: bytes) -> bool:
    """Whether the terminal itself says that it has true colour."""
    told = (found[2].upper() for found in _CAPABILITY.finditer(reply) if found[1] == b"1")
    if any(part.partition(b"=")[0] in (_RGB, _TC) for text in told for part in text.split(b";")):
        return True
    return any(_ODD.search(found[1]) for found in _RENDITION.finditer(reply))


def _name(reply: bytes, hints: TerminalHints) -> tuple[str, Version]:
    told = _VERSION.search(reply)
    if hints.term == LINUX_CONSOLE:
        text = LINUX_CONSOLE
    elif told:
        text = told[1].decode("ascii", "replace")
    elif hints.vte_version and not hints.program:
        text = f"vte {hints.vte_version}"
    else:
        text = f"{hints.program} {hints.program_version}".strip()
    named = _NAMED.match(text)
    name = (named[1] if named else text).lower()
    return _PROGRAMS.get(name, name), _numbers(named[2]) if named else ()


def _numbers(text: str) -> Version:
    return tuple(int(part) for part in text.split(".") if part)


def _graphics(reply: bytes, name: str) -> Graphics:
    """The way to draw pixels that looks best of those the terminal has.

    iTerm2's goes before Sixel: its pictures keep all their colours, of which Sixel has 256, and are
    smaller. Sixel goes before Kitty's: some terminals claim that one without its placeholders, and
    draw Sixels well, while Kitty itself knows no Sixel.
    """
    device = DEVICE_ANSWER.search(reply)
    has_sixel = device is not None and _SIXEL_ATTRIBUTE in device[1].split(b";")[1:]
    if name in _ITERM_ALWAYS or (has_sixel and name in _ITERM_WHERE_SIXEL):
        return "iterm"
    if has_sixel:
        return "sixel"
    kitty = _KITTY.search(reply)
    return "kitty" if kitty and kitty[1].endswith(b";OK") else "none"


def _background(reply: bytes) -> Background | None:
    told = _BACKGROUND.search(reply)
    if told is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in told.groups())
    return "light" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 else "dark"


def _takes_pictures(reply: bytes, name: str, version: Version) -> bool:
    # Kitty's protocol is older than the mode by which it is asked for.
    if name == "kitty" and version >= _KITTY_CLIPBOARD_SINCE:
        return True
    mode = _MODE.search(reply)
    return mode is not None and mode[1] in (b"1", b"2", b"3")


def _without_answers(reply: bytes) -> bytes:
    for answer in _ALL:
        reply = answer.sub(b"", reply)
    return reply
