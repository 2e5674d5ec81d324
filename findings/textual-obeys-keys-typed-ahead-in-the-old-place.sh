#!/usr/bin/env bash
# One expects: `/` moves the focus to a line of text, and what is typed next goes into it, however
# fast it comes.
# What happens: Textual hands each key to whoever has the focus when the key is read, and looks for
# bindings when the key has come up through the widgets. Of keys that are read together the second
# is with the old focus before the first has moved it: `/` and `q` in one go leave the program.
# Why it matters to photo search: over ssh, and under load, what a person types arrives in bursts;
# `/quick fox` must look for a fox, not quit, and `/red car` must not ask for a folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check textual==8.2.8
"$folder/env/bin/python" - <<'PYTHON'
import asyncio
from importlib.metadata import version

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Input, Static


class Search(App[str]):
    AUTO_FOCUS = "#photos"
    BINDINGS = [("slash", "ask", "to the line"), ("q", "leave", "quit")]

    def compose(self) -> ComposeResult:
        photos = Static("photos", id="photos")
        photos.can_focus = True
        yield photos
        yield Input()

    def action_ask(self) -> None:
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        self.exit("left")


async def outcome(is_burst: bool) -> tuple[str | None, str]:
    """What the program ended with, and what is in the line."""
    app = Search()
    async with app.run_test() as pilot:
        await pilot.pause()
        for key, letter in (("slash", "/"), ("q", "q")):
            app.post_message(Key(key, letter))
            if not is_burst:
                await pilot.pause()
        await pilot.pause()
        line = app.query_one(Input).value if app.is_running else ""
    return app.return_value, line


slow, burst = asyncio.run(outcome(False)), asyncio.run(outcome(True))
print(f"Textual {version('textual')}: one by one (ended, line) {slow}, in one go {burst}")
assert slow == (None, "q"), "the input of this script is wrong"
assert burst[0] == "left", "keys typed ahead wait for the focus now"
PYTHON
