"""Pictures of phones' largest sensors are read within the memory of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
from PIL import Image

from indexer.decoding import large_heif, still_photo
from indexer.decoding.photo import Decoded
from indexer.decoding.pool import DecodePool
from tests.indexer.heic_grids import grid_of
from tests.indexer.photo_files import CROP_64, decoded, differences, shaded

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_heic_of_200_megapixels_is_decoded_within_the_memory_of_one_file(tmp_path: Path) -> None:
    path = tmp_path / "large.heic"
    path.write_bytes(grid_of(shaded(512, 512), 32, 24))
    pool = DecodePool(picture_input=CROP_64, thumbnail_side=320, workers=1, seconds_per_file=300)
    try:
        photo = pool.submit(path).result()
    finally:
        pool.close()
    assert isinstance(photo, Decoded), photo
    assert (photo.picture.width, photo.picture.height) == (16384, 12288)


def test_large_heic_looks_as_a_small_one_and_keeps_its_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grid.heic"
    path.write_bytes(grid_of(shaded(512, 512), 4, 3))
    small = decoded(path)
    monkeypatch.setattr(still_photo, "PIXELS_MAX", 1_000_000)
    large = decoded(path)
    assert (large.picture.width, large.picture.height) == (2048, 1536)
    assert differences(large.picture.pixels, small.picture.pixels).mean() < 2


def test_rows_that_fill_no_strip_are_there_too(tmp_path: Path) -> None:
    path = tmp_path / "odd.heic"
    picture = shaded(1001, 703)
    pillow_heif.from_pillow(picture).save(path, quality=95)
    with path.open("rb") as file, Image.open(file) as image:
        reduced, size = large_heif.decode_reduced(file, image)
    assert (size, reduced.size) == ((1001, 703), (251, 176))
    expected = np.array(picture.reduce(4))
    assert differences(np.array(reduced), expected).mean() < 4
