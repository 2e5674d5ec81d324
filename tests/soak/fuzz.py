"""`python -m tests.soak fuzz --minutes N`: damaged bytes for every parser of foreign ones."""

from __future__ import annotations

import sys

from tests.fuzz.__main__ import main as fuzz


def main() -> int:
    """Fuzz for as long as the command line says; 0 where every promise was kept."""
    return fuzz(sys.argv[2:])
