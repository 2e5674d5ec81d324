"""One parser under fire."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis import strategies as st

SECONDS_MAX = 5.0
"""Longer takes nobody of bytes as few as these, on a machine however busy."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser: what it is thrown, and a check that raises where it breaks its promise."""

    name: str
    thrown: st.SearchStrategy[Any]
    check: Callable[[Any], None]

    def hit(self, value: object) -> None:
        """Throw one value, and see that it is dealt with in time."""
        began = time.process_time()
        self.check(value)
        assert time.process_time() - began < SECONDS_MAX, "it takes too long"
