"""`python -m tests.soak.truthful_server PORT LOG`: the small world's model as a process.

It looks at the pictures it is sent and tells the truth. Each caption it gives is noted in the log
by the hash of its picture, so that it can be told how often it was asked for the same.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash

from tests.world.model_server import ModelServer, Reply
from tests.world.model_socket import serving

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True, kw_only=True)
class _NotedServer(ModelServer):
    log: Path

    def reply_to(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Answer, and note it."""
        before = len(self.requests)
        reply = ModelServer.reply_to(self, method, path, content, headers)
        for request in self.requests[before:]:
            if request.kind == "caption":
                with self.log.open("a") as stream:
                    stream.write(f"{xxhash.xxh3_128(request.pictures[-1]).hexdigest()}\n")
        self.requests.clear()
        return reply


def main() -> None:
    """Serve until killed."""
    port, log = int(sys.argv[1]), Path(sys.argv[2])
    with serving(_NotedServer(log=log), port):
        threading.Event().wait()


if __name__ == "__main__":
    main()
