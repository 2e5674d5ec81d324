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
