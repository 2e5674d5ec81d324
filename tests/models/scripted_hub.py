"""A model hub on loopback that can be told to misbehave; speaks as much as a download needs."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

REVISION = "0123456789abcdef0123456789abcdef01234567"
BIG_FILE = ".safetensors"


@dataclass
class ScriptedHub:
    """Serves the files of one repository."""

    files: dict[str, bytes]
    cut_at: int | None = None
    """The byte of the big file at which the connection breaks."""
    cuts_left: int = 1000
    """How often it breaks."""
    lying_about: str = ""
    """The file that is not what its checksum says."""
    knows_ranges: bool = True
    """Whether it can begin in the middle of a file."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The headers of every request, names in lower case."""
    status: int = 200
    """What every question is answered with."""
    ranges: list[str] = field(default_factory=list)
    """The ranges of the big file that were asked for."""

    def serve(self) -> Iterator[str]:
        """Its address, while it runs."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def description(self) -> dict[str, Any]:
        return {
            "_id": "1",
            "id": "org/repo",
            "sha": REVISION,
            "siblings": [self._sibling(name) for name in self.files],
        }

    def _sibling(self, name: str) -> dict[str, Any]:
        content = self.files[name]
        entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": blob(content)}
        if name.endswith(BIG_FILE):
            entry["lfs"] = {
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "pointerSize": 100,
            }
        return entry


def blob(content: bytes) -> str:
    """What git, and so the hub, calls a small file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _handler_of(hub: ScriptedHub) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one class
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *values: object) -> None:
            return None

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            hub.asked.append({key.lower(): value for key, value in self.headers.items()})
            if hub.status != 200:
                self._send(hub.status, b"", {})
            elif self.path.startswith("/api/models/"):
                body = json.dumps(hub.description()).encode()
                self._send(200, body, {"Content-Type": "application/json"})
            else:
                self._send_file(self.path.rpartition("/")[2], with_body=with_body)

        def _send_file(self, name: str, *, with_body: bool) -> None:
            whole = hub.files[name]
            headers = {"X-Repo-Commit": REVISION}
            if name == hub.lying_about:
                whole = whole[:-1] + b"?"
            start = self._start(name)
            body = whole[start:]
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
            if not with_body:
                self._send(200, b"", headers, length=len(body))
            elif name.endswith(BIG_FILE) and hub.cut_at is not None and hub.cuts_left:
                hub.cuts_left -= 1
                cut = body[: max(0, hub.cut_at - start)]
                self._send(206 if start else 200, cut, headers, length=len(body))
                self.close_connection = True
            else:
                self._send(206 if start else 200, body, headers)

        def _start(self, name: str) -> int:
            asked = self.headers.get("Range", "")
            if name.endswith(BIG_FILE) and self.command == "GET":
                hub.ranges.append(asked)
            known = asked if hub.knows_ranges else ""
            return int(known.removeprefix("bytes=").split("-")[0]) if known else 0

        def _send(
            self, status: int, body: bytes, headers: dict[str, str], length: int | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
