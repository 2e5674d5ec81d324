"""`ours` stands a verifier that errs better than counting its answers does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world.errors import Errors
from tests.world.gallery import build_gallery
from tests.world.noise import NoiseTrial

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWS = range(4)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[NoiseTrial]]:
    trials = [
        NoiseTrial(
            build_gallery(
                tmp_path_factory.mktemp("noise"), per_kind=2, misses=4, others=30, seed=seed
            )
        )
        for seed in (100, 101)
    ]
    yield trials
    for trial in trials:
        trial.close()


@pytest.mark.parametrize("is_calibrated", [False, True], ids=["sure", "calibrated"])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.2, 0.3, 0.4])
async def test_ours_finds_no_less_than_imagescope_and_asks_less(
    trials: list[NoiseTrial], rate: float, *, is_calibrated: bool
) -> None:
    draws = DRAWS if rate else range(1)
    totals = {}
    for strategy in ("imagescope", "ours"):
        found = [
            item
            for draw in draws
            for trial in trials
            for item in await trial.found(
                strategy, Errors(rate=rate, seed=draw, is_calibrated=is_calibrated)
            )
        ]
        totals[strategy] = {
            "reciprocal ranks, stage 2": sum(item.reciprocal(2) for item in found),
            "hits, stage 3": sum(item.hit(3) for item in found),
            "reciprocal ranks, stage 3": sum(item.reciprocal(3) for item in found),
            "calls saved": -sum(item.calls for item in found),
            # So few queries cannot tell a small gain from a small loss of first places; that it
            # is a gain is measured over 256 by `python -m tests.benchmarks noise`.
            "hits, stage 2": sum(item.hit(2) for item in found),
        }
    allowed = {"hits, stage 2": len(found) / 50 if rate else 0}
    for measure, published in totals["imagescope"].items():
        least = published - allowed.get(measure, 0) - 1e-9
        assert totals["ours"][measure] >= least, (measure, totals)
