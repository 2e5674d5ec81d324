"""Long runs that try to lose a photo, or to break a promise.

`python -m tests.soak [kills|hostile|folders|fuzz|offline|all] …`
"""

from __future__ import annotations

import argparse
import importlib
import sys
from importlib.util import find_spec
from typing import Protocol, cast

NAMES = ("kills", "hostile", "folders", "fuzz", "offline")


class Soak(Protocol):
    """What each module of this package named above offers."""

    def main(self) -> int:
        """Run it with its own options of the command line; 0 where nothing was lost."""


def main() -> int:
    """Run one soak with its own options, or all of them as they are."""
    # Behind a name, --help asks for the options of that soak.
    is_named = bool(set(NAMES) & set(sys.argv[1:]))
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, add_help=not is_named
    )
    parser.add_argument("name", nargs="?", default="all", choices=[*NAMES, "all"])
    asked, _ = parser.parse_known_args()
    names = [name for name in NAMES if find_spec(f"tests.soak.{name}")]
    statuses = [
        cast("Soak", importlib.import_module(f"tests.soak.{name}")).main()
        for name in (names if asked.name == "all" else [asked.name])
    ]
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
