"""Holds a graph in a process of its own: `python -P -m storage.graph_server FOLDER`.

hnswlib loads a file of gigabytes without letting any other Python thread run, and crashes on what
it does not expect: here neither is felt by anybody else. The first line on stdin says which graph;
the first on stdout is its card, followed by its ids. Then a query is a count and a vector, and an
answer a count and so many ids. It ends when stdin closes.
"""

from __future__ import annotations

import dataclasses
import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storage.hnsw import VectorSpace, load_graph

if TYPE_CHECKING:
    from typing import IO

COUNT = struct.Struct("<i")
ID_BYTES = 8
VALUE_BYTES = 4


def serve(folder: Path, requests: IO[bytes], answers: IO[bytes]) -> int:
    """Answer until there are no more requests; the exit status."""
    told = json.loads(requests.readline())
    space = VectorSpace(**told["space"])
    graph = load_graph(folder, space, told["mark"])
    if graph is None:
        return 1
    answers.write(json.dumps(dataclasses.asdict(graph.card)).encode() + b"\n")
    answers.write(graph.ids.astype("<i8").tobytes())
    answers.flush()
    while len(head := requests.read(COUNT.size)) == COUNT.size:
        query = np.frombuffer(requests.read(space.dim * VALUE_BYTES), dtype="<f4")
        found = graph.nearest(query, *COUNT.unpack(head))
        answers.write(COUNT.pack(len(found)) + found.astype("<i8").tobytes())
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer))
