"""The whole search over drawn pictures, with a server that looks at them and tells the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world.gallery import build_gallery
from tests.world.gallery_search import GallerySearch
from tests.world.model_server import ModelServer

if TYPE_CHECKING:
    from imagescope_tui.search.types import StrategyName
    from tests.world.gallery import Gallery


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    return build_gallery(tmp_path_factory.mktemp("gallery"), per_kind=2, misses=4, others=30)


@pytest.mark.parametrize("strategy", ["imagescope", "ours"])
async def test_recall_rises_from_stage_to_stage(gallery: Gallery, strategy: StrategyName) -> None:
    search = GallerySearch(gallery, ModelServer())
    results = [(query, await search.run(query, strategy)) for query in gallery.queries]
    await search.close()
    first, second, third = (gallery.recall_at_1(results, stage) for stage in (1, 2, 3))
    assert first < second < third, (first, second, third)


async def test_what_is_imagined_and_what_captions_say_find_more_than_stage_one(
    gallery: Gallery,
) -> None:
    search = GallerySearch(gallery, ModelServer())
    results = [(query, await search.run(query, "xr")) for query in gallery.queries]
    await search.close()
    first, second = (gallery.recall_at_1(results, stage) for stage in (1, 2))
    assert first < second, (first, second)
    assert not any(result.degradations for _, result in results)
    for _, result in results:
        assert [item.source for item in result.intent.imaginations] == ["words", "picture"]
        assert any(any(item.caption_answers) for item in result.verifications)


async def test_a_caption_says_of_a_claim_what_the_picture_shows(gallery: Gallery) -> None:
    """Captions of the small world tell all but white grounds and which of two is where."""
    search = GallerySearch(gallery, ModelServer())
    results = [await search.run(query, "xr") for query in gallery.queries[:8]]
    await search.close()
    pairs = [
        (seen.said, read.said)
        for result in results
        for item in result.verifications
        for seen, read in zip(item.answers, item.caption_answers, strict=True)
        if seen is not None and read is not None
    ]
    assert sum(seen == read for seen, read in pairs) > 0.9 * len(pairs)
