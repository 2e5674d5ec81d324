"""Stars, as the standards write them."""

from __future__ import annotations

import math

_STARS = range(-1, 6)
_PERCENT_OF_STARS = (1, 25, 50, 75, 99)
"""What Windows writes for one to five stars; what lies between counts as the nearest."""


def stars(value: float | str) -> int | None:
    """Stars, -1 to 5; None for what cannot be any."""
    number = _number(value)
    return round(number) if number is not None and round(number) in _STARS else None


def stars_of_percent(value: float | str) -> int | None:
    """Stars, 0 to 5, of a share of a hundred; None for what cannot be one."""
    percent = _number(value)
    if percent is None or not 0 <= percent <= 100:
        return None
    if percent < 1:
        return 0
    return 1 + min(range(5), key=lambda index: abs(_PERCENT_OF_STARS[index] - percent))


def _number(value: float | str) -> float | None:
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None
