"""Numbers of things as people write them."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Such as `1 photo` and `1,250 photos`; `many` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """Such as `a`, `a and b`, and `a, b and c`."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def clock(seconds: float) -> str:
    """A moment of a film: `0:42`, `1:02:07`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"


def percent(share: float) -> str:
    """Such as `62 %`; never none and never all, for nothing that is estimated is sure."""
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{share:.0%}".replace("%", " %")
