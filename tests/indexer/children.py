"""The bare child process, without the client."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer.options import options_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.options import IndexerOptions

COMMAND = (sys.executable, "-P", "-m", "indexer")


@contextmanager
def child_of(options: IndexerOptions) -> Iterator[subprocess.Popen[bytes]]:
    """A child that was given its options; its stdin stays open."""
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(options_to_json(options).encode() + b"\n")
        child.stdin.flush()
        yield child
