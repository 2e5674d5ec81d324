"""The process that reads text, and how it ends."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.errors import ReaderStopped, ReaderUnusable
from indexer.texts import process as text_process
from indexer.texts.process import TextProcess
from tests.drawn_text import as_jpeg, text_picture

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def reader() -> Iterator[TextProcess]:
    made = TextProcess()
    yield made
    made.close()


def child_of(command_part: bytes) -> int:
    """The process that this one started with such a command."""
    numbers = [
        number
        for path in Path(f"/proc/{os.getpid()}/task").glob("*/children")
        for number in path.read_text().split()
    ]
    [found] = [n for n in numbers if command_part in Path(f"/proc/{n}/cmdline").read_bytes()]
    return int(found)


def test_it_reads_and_looks_and_reads_on_after_it_was_killed(reader: TextProcess) -> None:
    sign = as_jpeg(text_picture(["Departures"]))
    plain = as_jpeg(text_picture([""]))
    assert reader.ask(sign, "read") == "Departures"
    assert reader.ask(sign, "look")
    assert not reader.ask(plain, "look")
    os.kill(child_of(b"indexer.texts.worker"), signal.SIGKILL)
    with pytest.raises(ReaderStopped):
        reader.ask(sign, "read")
    assert reader.ask(sign, "read closely") == "Departures"


def test_one_that_does_not_start_says_so(
    reader: TextProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_process, "_BOOTSTRAP", "raise SystemExit(1)")
    with pytest.raises(ReaderUnusable) as caught:
        reader.ask(b"", "read")
    assert "text_in_photos = off" in caught.value.hint


def test_closing_ends_one_that_reads(reader: TextProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    monkeypatch.setattr(
        text_process,
        "_BOOTSTRAP",
        'import sys; print(\'{"text": ""}\', flush=True); sys.stdin.read()',
    )
    monkeypatch.setattr(text_process, "write_request", lambda *_: told.set())

    def close() -> None:
        told.wait()
        reader.close()

    closing = threading.Thread(target=close)
    closing.start()
    with pytest.raises(ReaderStopped):
        reader.ask(b"", "read")
    closing.join()
    with pytest.raises(ReaderStopped):
        reader.ask(b"", "read")
