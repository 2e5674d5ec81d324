"""Fuzzes for as long as it is told: `python -m tests.fuzz --minutes N`.

Each parser gets its share of the time, with other values every time. What breaks a promise is
printed, made as small as it can be, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, seed, settings

from tests.fuzz.targets import opened_place, targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fuzz.target import Target

_EXAMPLES = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz all parsers; 1 where any of them broke its promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--only", default="", help="the parser of this name alone")
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, opened_place(Path(folder)) as place:
        every = targets(place)
        chosen = [target for target in every if told.only in ("", target.name)]
        share = told.minutes * 60 / len(chosen)
        broken = [target.name for target in chosen if not _fuzz(target, share)]
    return 1 if broken else 0


def _fuzz(target: Target, seconds: float) -> bool:
    """Whether it kept its promise for so long."""
    ends, thrown, number = time.monotonic() + seconds, 0, time.time_ns()

    def hit(value: object) -> None:
        nonlocal thrown
        thrown += 1
        target.hit(value)

    while time.monotonic() < ends:
        number += 1
        run = seed(number)(
            settings(
                max_examples=_EXAMPLES,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )(given(target.thrown)(hit))
        )
        try:
            run()
        except Exception:  # noqa: BLE001 - whatever it is, it is what was looked for
            sys.stdout.write(f"{target.name}: BROKEN after {thrown:,}\n{traceback.format_exc()}\n")
            return False
    sys.stdout.write(f"{target.name}: {thrown:,} values\n")
    sys.stdout.flush()
    return True


if __name__ == "__main__":
    sys.exit(main())
