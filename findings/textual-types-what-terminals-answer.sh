#!/usr/bin/env bash
# One expects: what a terminal answers to a question, and a program does not wait for, is not typing.
# What happens: Textual knows the answers to its own questions. The answer to any other (which
# background, which version, what is in the clipboard) comes out of its parser as keys, one for each
# letter, with a caret where the escape was: they are typed into the line that has the focus, or
# obeyed as commands where none has.
# Why it matters to photo search: a screen that shows pictures must ask what the terminal can (true
# colour, Sixel, a light background), and over ssh the answers come when the screen is open already.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check textual==8.2.8
"$folder/env/bin/python" - <<'PYTHON'
from importlib.metadata import version

from textual._xterm_parser import XTermParser
from textual.events import Key


def typed(answer: str) -> str:
    """The letters that are keys to Textual."""
    parser = XTermParser()
    events = [*parser.feed(answer), *parser.tick()]
    return "".join(event.character or "" for event in events if isinstance(event, Key))


background = typed("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")
name = typed("\x1bP>|kitty(0.35)\x1b\\")
print(f"Textual {version('textual')}: a background is typed as {background!r}, a name as {name!r}")
assert "rgb:ffff" in background and "kitty" in name, "answers are no keys any more"
PYTHON
