"""What a terminal can do, in words; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.ui.pictures.painting import ColourDepth
    from imagescope_tui.ui.pictures.protocol import PictureProtocol
    from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers

_COLOURS: dict[ColourDepth | None, str] = {
    "true": "true colour",
    "256": "256 colours",
    "16": "16 colours",
    None: "colours unknown",
}
_PICTURES: dict[PictureProtocol, str] = {
    "kitty": "pictures by Kitty’s protocol",
    "sixel": "pictures by Sixel",
    "iterm": "pictures by iTerm2’s protocol",
    "blocks": "pictures of half-blocks",
    "off": "no pictures",
}


def tmux_line(client: str) -> str:
    """What in tmux.conf has true colour pass; for tmux 3.2 and newer.

    Args:
        client: what tmux calls the terminal it is shown in.
    """
    family = client.partition("-")[0]
    return f'set -as terminal-features ",{printable(family)}*:RGB"'


def terminal_words(answers: TerminalAnswers, protocol: PictureProtocol) -> str:
    """Name, colours, pictures, background, clipboard: one line."""
    version = ".".join(map(str, answers.version))
    name = f"{answers.name} {version}".strip() or "a terminal that does not tell its name"
    told = (
        printable(name),
        _COLOURS[answers.colours],
        _PICTURES.get(protocol, f"pictures of {protocol}"),
        f"{answers.background} background" if answers.background else "",
        "copies pictures" if answers.takes_pictures else "",
    )
    return "; ".join(filter(None, told))
