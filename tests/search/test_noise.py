"""`ours` stands a verifier that errs better than counting its answers does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world.errors import Errors
from tests.world.gallery import build_gallery
from tests.world.noise import NoiseTrial

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(6)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NoiseTrial]:
    folder = tmp_path_factory.mktemp("noise")
    trial = NoiseTrial(build_gallery(folder, per_kind=3, misses=4, others=40, seed=100))
    yield trial
    trial.close()


@pytest.mark.parametrize("is_calibrated", [False, True], ids=["sure", "calibrated"])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.2, 0.3, 0.4])
async def test_ours_finds_no_less_than_imagescope_and_asks_less(
    trial: NoiseTrial, rate: float, *, is_calibrated: bool
) -> None:
    seeds = SEEDS if rate else range(1)
    totals = {}
    for strategy in ("imagescope", "ours"):
        found = [
            item
            for seed in seeds
            for item in await trial.found(
                strategy, Errors(rate=rate, seed=seed, is_calibrated=is_calibrated)
            )
        ]
        totals[strategy] = [
            *(sum(item.hit(stage) for item in found) for stage in (2, 3)),
            *(sum(item.reciprocal(stage) for item in found) for stage in (2, 3)),
            -sum(item.calls for item in found),
        ]
    pairs = list(zip(totals["ours"], totals["imagescope"], strict=True))
    assert all(ours >= published - 1e-9 for ours, published in pairs), pairs
