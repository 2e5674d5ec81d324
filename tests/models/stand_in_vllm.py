"""A program called `vllm` that starts like it, in a tenth of a second, and can misbehave."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

_PROGRAM = r"""#!{python} -IS
import json, mmap, os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = sys.argv[2]
with open(folder + "/behaviour.json") as stream:
    behaviour = json.load(stream)
options = dict(zip(sys.argv[3:], sys.argv[4:]))
seen = {{"argv": sys.argv[1:], "environment": dict(os.environ), "pids": [os.getpid()]}}
shared = os.open("/dev/shm/psm_" + behaviour["mark"], os.O_RDWR | os.O_CREAT, 0o600)
os.ftruncate(shared, 4096)
held = mmap.mmap(shared, 4096)
open(os.environ["TMPDIR"] + "/rendezvous", "w").close()

# Like vLLM's engine: a child that outlives a killed parent, and does not listen to SIGTERM.
engine = os.fork()
if engine == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        signal.pause()
seen["pids"].append(engine)
with open(folder + "/seen.part", "w") as stream:
    json.dump(seen, stream)
os.rename(folder + "/seen.part", folder + "/seen.json")
print("INFO 11-21 03:45:39 [loader.py:1] Starting to load model x", flush=True)
if "fails_with" in behaviour:
    print(behaviour["fails_with"], file=sys.stderr, flush=True)
    sys.exit(1)


def end(*_):
    if behaviour.get("is_deaf"):
        return
    os.kill(engine, signal.SIGKILL)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
if behaviour.get("never_ready"):
    while True:
        signal.pause()
finished = [0]


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        if self.path == "/metrics":
            line = 'vllm:request_success_total{{engine="0",finished_reason="stop"}} %d\n'
            self.answer(line % finished[0] + "vllm:num_requests_running{{engine=\"0\"}} 0.0\n")
        elif behaviour.get("is_stuck") and finished[0]:
            time.sleep(1000)
        else:
            self.answer("")

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(folder + "/asked.jsonl", "a") as stream:
            stream.write(json.dumps(asked) + "\n")
        finished[0] += 1
        self.answer("{{}}")


ThreadingHTTPServer(("127.0.0.1", int(options["--port"])), Handler).serve_forever()
"""


@dataclass(frozen=True)
class StandIn:
    """The program and the folder of the model that it serves."""

    program: Path
    model: Path

    def behave(self, **how: object) -> None:
        """Say how it shall be the next time it starts."""
        mark = f"test{os.getpid()}x{abs(hash(self.model)) % 10**8}"
        (self.model / "behaviour.json").write_text(json.dumps({"mark": mark, **how}))

    @property
    def seen(self) -> dict[str, Any]:
        """What it was started with, and its processes; empty before it has started."""
        try:
            content: dict[str, Any] = json.loads((self.model / "seen.json").read_text())
        except FileNotFoundError:
            return {}
        return content

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests it was sent."""
        lines = (self.model / "asked.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    @property
    def shared_memory(self) -> Path:
        mark = json.loads((self.model / "behaviour.json").read_text())["mark"]
        return Path(f"/dev/shm/psm_{mark}")

    @property
    def scratch(self) -> Path:
        """Where it was told to put passing files."""
        return Path(self.seen["environment"]["TMPDIR"])

    def left(self) -> list[str]:
        """What lives of its processes, and which of its files are there."""
        if not self.seen:
            return []
        processes = [f"process {number}" for number in self.seen["pids"] if lives(number)]
        files = [path for path in (self.shared_memory, self.scratch) if path.exists()]
        return processes + [str(path) for path in files]


def stand_in(folder: Path) -> StandIn:
    """Write the program and a model that looks whole."""
    program = folder / "bin" / "vllm"
    program.parent.mkdir(parents=True)
    program.write_text(_PROGRAM.format(python=_real_python()))
    program.chmod(0o755)
    model = folder / "tiny-model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(b"x")
    made = StandIn(program, model)
    made.behave()
    return made


def _real_python() -> str:
    # Without the environment's start-up files it starts faster.
    return str(Path(sys.executable).resolve())


def lives(process_id: int) -> bool:
    """Whether a process runs, and is not merely waiting to be noticed as ended."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:
        return False
    return status.rpartition(b")")[2].split()[0] not in (b"Z", b"X")


def children_of(process: subprocess.Popen[Any]) -> list[int]:
    """The processes that it started."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(number) for number in path.read_text().split()]


def wait_until(is_so: Callable[[], object], *, seconds_max: float = 20.0) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds_max
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
