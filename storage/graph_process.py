"""The graph of a large library, held by a process of its own; see storage.graph_server."""

from __future__ import annotations

import dataclasses
import json
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, cast

import numpy as np

from storage.graph_server import COUNT, ID_BYTES
from storage.hnsw import GraphCard, VectorSpace

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import FloatVector, IdVector

_END_SECONDS = 5.0


class GraphProcess:
    """Loads a graph while exact answers go on, and then finds what is near; for one thread."""

    def __init__(self, folder: Path, space: VectorSpace, mark: str) -> None:
        """Starts to load; only a graph of this space and mark will do.

        Raises:
            OSError: no process can be started.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "storage.graph_server", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in a terminal is not for it: it ends with whoever asks it.
            start_new_session=True,
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._card: GraphCard | None = None
        self._ids: IdVector = np.zeros(0, dtype=np.int64)
        self._loading = threading.Thread(
            target=self._load, args=(space, mark), name="graph", daemon=True
        )
        self._loading.start()

    def _load(self, space: VectorSpace, mark: str) -> None:
        order = {"space": dataclasses.asdict(space), "mark": mark}
        with suppress(OSError, ValueError):
            self._requests.write(json.dumps(order).encode() + b"\n")
            self._requests.flush()
            fields = json.loads(self._answers.readline())
            card = GraphCard(**{**fields, "space": VectorSpace(**fields["space"])})
            ids = self._answers.read(card.rows * ID_BYTES)
            if len(ids) == card.rows * ID_BYTES:
                self._ids = np.frombuffer(ids, dtype="<i8")
                self._card = card

    @property
    def is_settled(self) -> bool:
        """Whether it is known if there is a graph."""
        return not self._loading.is_alive()

    @property
    def has_graph(self) -> bool:
        """Whether the graph was loaded; only then it may be asked."""
        return self.is_settled and self._card is not None

    def wait(self) -> None:
        """Wait until it is settled."""
        self._loading.join()

    @property
    def card(self) -> GraphCard:
        """What is known of the graph."""
        assert self._card is not None, "only a graph that was loaded is asked"
        return self._card

    @property
    def ids(self) -> IdVector:
        """The contents in it, ascending."""
        return self._ids

    def nearest(self, query: FloatVector, limit: int) -> IdVector | None:
        """Content ids near a vector, in no particular order; None when the process has ended."""
        count = min(limit, len(self._ids))
        try:
            self._requests.write(COUNT.pack(count) + query.astype("<f4").tobytes())
            self._requests.flush()
            (found,) = COUNT.unpack(self._answers.read(COUNT.size))
            ids = np.frombuffer(self._answers.read(found * ID_BYTES), dtype="<i8")
        except (OSError, ValueError, struct.error):
            return None
        return ids if len(ids) == found else None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._loading.join(_END_SECONDS)
        for stream in (self._requests, self._answers):
            with suppress(OSError):
                stream.close()
