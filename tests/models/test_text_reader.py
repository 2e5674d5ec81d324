"""The engine that reads text, on pictures that are drawn here."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from indexer.models import text_reader
from indexer.models.protocols import ModelUnusable
from indexer.models.text_reader import TextReader
from tests.drawn_text import text_picture


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


@pytest.mark.parametrize("angle", [0, 15, 90, 180])
def test_text_is_read_row_by_row_however_the_picture_is_turned(
    reader: TextReader, angle: float
) -> None:
    image = text_picture(["Happy Birthday Anna", "Platform 9"], size=(640, 640), angle=angle)
    assert reader.read(np.asarray(image)) == "Happy Birthday Anna\nPlatform 9"


def test_a_plain_picture_holds_no_text(reader: TextReader) -> None:
    assert reader.read(np.full((48, 64, 3), 127, np.uint8)) == ""


def test_small_text_in_a_large_picture_is_read_where_it_is_looked_at_closely(
    reader: TextReader,
) -> None:
    image = text_picture(["Departures"], letter_px=17, size=(3000, 400))
    assert reader.read(np.asarray(image), closely=True) == "Departures"


def test_nobody_is_asked_on_the_network(
    reader: TextReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> socket.socket:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", refuse)
    image = text_picture(["Departures"], size=(300, 100))
    assert TextReader().read(np.asarray(image)) == "Departures"


def test_a_network_that_is_missing_is_told_and_not_looked_for_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_reader, "_NETWORKS", {"Det": "gone.onnx"})
    with pytest.raises(ModelUnusable, match=r"gone\.onnx is missing") as caught:
        TextReader()
    assert "text_in_photos = off" in caught.value.hint
