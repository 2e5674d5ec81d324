"""Which pictures show signs of text: those that come with the program, put to drawn pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from indexer.models import text_signs
from indexer.models.protocols import ModelUnusable
from indexer.models.text_signs import TextSigns
from tests.drawn_text import as_jpeg, text_picture


@pytest.mark.parametrize("angle", [0, 90, 180])
def test_text_shows_however_the_picture_is_turned(angle: float) -> None:
    waves = np.add.outer(np.arange(240) * 7 % 64, np.arange(320) * 5 % 64).astype(np.uint8)
    image = Image.fromarray(waves).convert("RGB")
    sign = text_picture(["Platform", "Departures"], letter_px=26, size=(180, 90))
    image.paste(sign, (70, 75))
    assert TextSigns().of(as_jpeg(image.rotate(angle, expand=True))) != "none"


def test_small_print_on_a_plain_ground_shows() -> None:
    page = text_picture(
        ["so small that it is", "but a row of dots"], letter_px=12, size=(1024, 768)
    )
    page.thumbnail((320, 320))
    assert TextSigns().of(as_jpeg(page)) == "sure"


@pytest.mark.parametrize("size", [(320, 240), (3, 5), (1, 1)])
def test_a_plain_picture_shows_none(size: tuple[int, int]) -> None:
    assert TextSigns().of(as_jpeg(Image.new("RGB", size, "teal"))) == "none"


def test_a_small_copy_that_rotted_on_disk_holds_nothing_back() -> None:
    assert TextSigns().of(b"\xff\xd8 no JPEG \xff\xd9") == "sure"


def test_a_network_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = text_signs.NETWORK_FILE.with_name("gone.onnx")
    monkeypatch.setattr(text_signs, "NETWORK_FILE", missing)
    with pytest.raises(ModelUnusable, match=r"gone\.onnx"):
        TextSigns().of(as_jpeg(Image.new("RGB", (8, 8))))
