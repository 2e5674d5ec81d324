"""Every format feature in the shared data against what is known of it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from indexer.decode_pool import DecodePool
from indexer.decoding import Decoded, DecodeFailure
from tests.indexer.photo_files import CROP_64, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.data


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    pool = DecodePool(picture_input=CROP_64, thumbnail_side=96, workers=2)
    yield pool
    pool.close()


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def upright_sizes(row: dict[str, str]) -> set[str]:
    """The sizes that are right: AVIF's own size is that before it is turned."""
    width, height = row["pil_size"].split("x")
    stored = f"{width}x{height}"
    is_turned = row["orientation"] in ("5", "6", "7", "8") or row["rotation"] in ("90", "270")
    if is_turned and row["pil_format"] not in ("HEIF", "TIFF"):
        return {f"{height}x{width}"}
    return {stored}


def test_what_pillow_opens_is_decoded_upright_or_refused_by_name(
    pool: DecodePool, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data("formats")
    rows = [row for row in rows_of(folder / "expected.csv") if row["pillow"] == "ok"]
    outcomes = [(row, pool.submit(folder / row["file"])) for row in rows]
    decoded = 0
    for row, future in outcomes:
        outcome = future.result()
        if isinstance(outcome, DecodeFailure):
            assert row["file"] == "raw/PhaseOne.iiq", outcome
            continue
        decoded += 1
        size = f"{outcome.picture.width}x{outcome.picture.height}"
        assert size in upright_sizes(row), row["file"]
        assert max(opened(outcome.thumbnail).size) <= 96
    assert decoded >= 190


def test_pool_survives_every_hostile_file(
    pool: DecodePool, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data("hostile")
    paths = [folder / row["file"] for row in rows_of(folder / "manifest.csv")]
    futures = [(path, pool.submit(path)) for path in paths]
    decoded = 0
    for path, future in futures:
        outcome = future.result(timeout=90)
        if isinstance(outcome, Decoded):
            decoded += 1
            assert outcome.picture.pixels.shape == (64, 64, 3), path
        else:
            assert outcome.reason.isprintable(), path
            assert "crashed" not in outcome.reason, path
    assert decoded >= 100
