"""The scripted model server over a socket of this machine, for programs of their own."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world.model_server import ModelServer, Reply

_LOOKS_UP_SECONDS = 0.01


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    # As many as a run may ask at once, for none to be turned away.
    request_queue_size = 128

    def __init__(self, world: ModelServer, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.world = world
        self.lock = threading.Lock()
        self.stopping = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    # Small answers must not wait for one another.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing on the terminal."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        if len(content) < length:
            self.close_connection = True
            return
        path = self.path.partition("?")[0]
        with self.server.lock:
            reply = self.server.world.reply_to(method, path, content, dict(self.headers.items()))
        is_answered = not reply.is_chat or self._stays(reply)
        if is_answered and reply.failure not in ("drop", "refuse"):
            # Who asks may be killed while it is answered.
            with suppress(ConnectionError):
                self._send(reply)
        else:
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        body = json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.server.world.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stays(self, reply: Reply) -> bool:
        """Lets the time pass that the reply takes; whether the client is still there."""
        world = self.server.world
        with self.server.lock:
            world.entered()
        ends = time.monotonic() + reply.delay_seconds
        try:
            while world.is_held or reply.failure == "hang" or time.monotonic() < ends:
                if self._is_left() or self.server.stopping.is_set():
                    return False
            return True
        finally:
            with self.server.lock:
                world.in_flight -= 1

    def _is_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], _LOOKS_UP_SECONDS)
        is_left = bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        if is_left:
            self.server.world.left()
        return is_left


@contextmanager
def serving(world: ModelServer, port: int = 0) -> Iterator[str]:
    """Answers on a port, by default a free one, until the block ends; gives the base URL."""
    with _Listener(world, port) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}/v1"
        finally:
            listener.stopping.set()
            listener.shutdown()
            thread.join()
