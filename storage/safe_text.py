"""The one function every layer uses before it shows or stores text that others wrote."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "["
    "\u00ad"  # soft hyphen
    "\u034f"  # combining grapheme joiner
    "\u061c"  # Arabic letter mark
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5"  # Khmer vowels that are never shown
    "\u180b-\u180f"  # Mongolian variation selectors and vowel separator
    "\u200b-\u200f"  # zero-width space, joiners, directional marks
    "\u202a-\u202e"  # bidirectional embeddings and overrides
    "\u2060-\u206f"  # word joiner, invisible operators, bidirectional isolates
    "\ufeff"  # byte order mark
    "\ufff0-\ufffb"  # unassigned and interlinear annotation
    "\U0001bca0-\U0001bca3"  # shorthand format controls
    "\U0001d173-\U0001d17a"  # musical format controls
    "\U000e0000-\U000e0fff"  # tags and supplementary variation selectors
    "]+"
)
_CONTROLS = ("Cc", "Cf")


def _is_no_character(character: str) -> bool:
    """Whether it is a surrogate, or one of the 66 code points that never will be a character.

    Code points that this Python's Unicode tables do not know yet may be newer emoji: they stay.
    """
    code = ord(character)
    return 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _shown(character: str) -> str:
    """What stands for a character: itself, nothing for a control, U+FFFD for what is none."""
    if character.isspace():
        return character
    if _is_no_character(character):
        return "\ufffd"
    return "" if unicodedata.category(character) in _CONTROLS else character


def printable(text: str) -> str:
    """One line that a terminal shows as it stands and obeys in nothing.

    Control characters, bidirectional controls and invisible characters are left out, lone
    surrogates (bytes of a name that are not UTF-8) become U+FFFD, and every run of white space is
    one space. Ordinary Unicode stays, emoji included; a joined emoji shows as its parts.
    """
    visible = _INVISIBLE.sub("", text)
    if not visible.isprintable():
        visible = "".join(map(_shown, visible))
    return " ".join(visible.split())
