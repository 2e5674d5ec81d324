"""What a person reads is broken between words in a terminal, and left alone in a pipe."""

from __future__ import annotations

import pytest

from imagescope_tui.cli.terminal import put_told

TOLD = "videos    3 videos passed over: pip install 'imagescope-tui[video]' reads /a/very-long/path"


@pytest.mark.parametrize(
    ("is_shown", "lines"),
    [
        (False, [TOLD]),
        (
            True,
            [
                "videos    3 videos passed over: pip",
                "          install",
                "          'imagescope-tui[video]' reads",
                "          /a/very-long/path",
            ],
        ),
    ],
)
def test_lines_end_at_words_in_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_shown: bool,
    lines: list[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("imagescope_tui.cli.terminal.is_shown", lambda: is_shown)
    put_told(TOLD, 10)
    assert capsys.readouterr().out.splitlines() == lines
