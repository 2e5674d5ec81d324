"""What can go wrong with a run of the indexer; a single photo's failure is a value, not an error.

IndexerError
├── WorkerPoolBroken    decoding workers cannot be started on this machine
├── ReaderStopped       what reads text did not survive a picture
├── ReaderUnusable      text cannot be read on this machine
└── ClusterUnusable     the Ray cluster is not to be reached, or a node cannot do the work
"""

from __future__ import annotations


class IndexerError(Exception):
    """Base of everything this package raises; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WorkerPoolBroken(IndexerError):
    """Decoding workers die as soon as they are started."""


class ReaderStopped(IndexerError):
    """The process that reads text ended, or had to be ended, with a picture in hand."""


class ReaderUnusable(IndexerError):
    """The process that reads text does not start, or lacks what it needs."""


class ClusterUnusable(IndexerError):
    """The Ray cluster cannot be reached, or one of its nodes cannot do the work."""
