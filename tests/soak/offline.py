"""`python -m tests.soak offline`: the end-to-end tests where there is no network."""

from __future__ import annotations

import sys

from tests.privacy.offline import main as run_offline


def main() -> int:
    """Run the tests of the command line, or all end-to-end tests; pytest's status."""
    return run_offline(sys.argv[2:])
