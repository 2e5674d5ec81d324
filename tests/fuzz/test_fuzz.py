"""A small share of the fuzzing that `python -m tests.fuzz --minutes N` does at length."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import HealthCheck, given, settings

from indexer.decoding.wire import MalformedMessage, reply_from_wire
from indexer.options import options_from_json
from tests.fuzz.targets import opened_place, targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.targets import Place

_EXAMPLES = 12


class _Nowhere:
    """Stands for a place while tests are only being named."""

    folder = Path()


_NAMES = [target.name for target in targets(cast("Place", _Nowhere()))]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with opened_place(tmp_path_factory.mktemp("fuzz")) as place:
        yield place


@pytest.mark.parametrize("number", range(len(_NAMES)), ids=_NAMES)
def test_whatever_is_thrown_at_it_is_read_or_refused_as_promised(place: Place, number: int) -> None:
    target = targets(place)[number]

    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(target.thrown)
    def hit(value: object) -> None:
        target.hit(value)

    hit()


def test_what_a_fuzzer_once_found_is_refused_as_promised() -> None:
    with pytest.raises(MalformedMessage):
        reply_from_wire(b'{"is": "decoded", "facts": null, "shape": [1, 2, 3], "seconds": []}', b"")
    with pytest.raises(TypeError):
        options_from_json('""')
