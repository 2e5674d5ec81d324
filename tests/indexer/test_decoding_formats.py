"""Every format feature in the shared data against what is known of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.decoding.photo import Decoded, DecodeFailure
from indexer.decoding.pool import DecodePool
from tests.indexer.photo_files import CROP_64, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.data

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
OTHER_SIZES = {"raw/canon_eos_6d.dng": "1224x816", "raw/SigmaDP2.x3f": "2651x1767"}


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    pool = DecodePool(picture_input=CROP_64, thumbnail_side=96, workers=2)
    yield pool
    pool.close()


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def upright_sizes(row: dict[str, str]) -> set[str]:
    """The sizes that are right: AVIF's own size is that before it is turned.

    Where Pillow does not open a file, the size is what ExifTool says; a RAW's is LibRaw's.
    """
    if row["file"] in OTHER_SIZES:
        return {OTHER_SIZES[row["file"]]}
    width, height = row["pil_size"].split("x") if row["pil_size"] else (row["width"], row["height"])
    stored = f"{width}x{height}"
    is_turned = row["orientation"] in ("5", "6", "7", "8") or row["rotation"] in ("90", "270")
    if is_turned and row["pil_format"] not in ("HEIF", "TIFF"):
        return {f"{height}x{width}"}
    return {stored}


def told_unread() -> dict[str, str]:
    """The files of the collection that the page about formats says are not read, and why."""
    rows = re.findall(r"^\| `([^`]+/[^`]+)` \| ([^|]+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: reason.strip() for name, reason in rows}


def test_each_file_of_the_collection_is_read_upright_or_told_not_to_be(
    pool: DecodePool, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data("formats")
    rows = rows_of(folder / "expected.csv")
    outcomes = [(row, pool.submit(folder / row["file"])) for row in rows]
    unread: dict[str, str] = {}
    for row, future in outcomes:
        outcome = future.result()
        if isinstance(outcome, DecodeFailure):
            unread[row["file"]] = outcome.reason
            continue
        size = f"{outcome.picture.width}x{outcome.picture.height}"
        assert size in upright_sizes(row), row["file"]
        assert max(opened(outcome.thumbnail).size) <= 96
    assert unread == told_unread()
    said = re.search(
        r"Of (\d+) files of a collection.*?(\d+) are read", PAGE.read_text("utf-8"), re.S
    )
    assert said is not None
    assert (int(said[1]), int(said[2])) == (len(rows), len(rows) - len(unread))


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
