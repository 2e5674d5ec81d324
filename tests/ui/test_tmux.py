"""What a real tmux says of its terminal, before and after the line that we advise."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.ui.terminal_words import tmux_line

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

_ASK = "from imagescope_tui.ui.pictures.colour_depth import tmux_client; print(tmux_client())"


def asked_within_tmux(folder: Path, configuration: str) -> str:
    """What is answered in a tmux of its own, whose terminal says nothing of itself."""
    (folder / "tmux.conf").write_text(configuration)
    (folder / "ask.py").write_text(_ASK)
    inner = f"{sys.executable} {folder}/ask.py > {folder}/told"
    command = ["tmux", "-S", f"{folder}/socket", "-f", f"{folder}/tmux.conf", "new-session", inner]
    environment = {key: value for key, value in os.environ.items() if key != "TMUX"}
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path)}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        while os.read(ours, 1 << 16):
            pass
    except OSError:
        pass  # Linux says so when the last who could write is gone.
    process.wait()
    os.close(ours)
    return (folder / "told").read_text().strip()


def test_tmux_keeps_true_colour_until_the_line_is_in_its_configuration(tmp_path: Path) -> None:
    before = asked_within_tmux(tmp_path, "")
    assert before == "TmuxClient(name='xterm-256color', is_true_colour=False)"
    after = asked_within_tmux(tmp_path, tmux_line("xterm-256color") + "\n")
    assert after == "TmuxClient(name='xterm-256color', is_true_colour=True)"
