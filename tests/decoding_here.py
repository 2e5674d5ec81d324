"""Decodes in this process what the product decodes in guarded ones of its own.

For tests of what is done with photos: starting a guarded process takes half a second, and that it
guards is tested in tests/indexer/test_decode_pool.py.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from indexer.decoding import pool as decode_pool
from indexer.decoding.photo import prepare_decoders
from indexer.decoding.worker import outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.decoding.wire import Outcome, Request, WorkerSettings

# Decoding silences warnings, which Python does for all threads at once.
_ONE_AT_A_TIME = threading.Lock()


class DecoderHere:
    """Stands for a `DecodeProcess`."""

    process_id = os.getpid()

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self.served = 0

    def wait_until_ready(self) -> None:
        """Prepares what a worker prepares."""
        prepare_decoders()

    def ask(self, request: Request) -> Outcome:
        """The outcome of a request."""
        self.served += 1
        with _ONE_AT_A_TIME:
            return outcome_of(request, self._settings)

    def kill(self) -> None:
        """There is nothing to end."""

    def close(self) -> None:
        """There is nothing to let go of."""


@contextmanager
def decoding_here() -> Iterator[None]:
    """Pools that start decoding within this block start no process."""
    with mock.patch.object(decode_pool, "DecodeProcess", DecoderHere):
        yield
