"""Runs `imagescope serve` with a real vLLM on the processor and a random model of a megabyte."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.models.stand_in_vllm import lives, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MODEL_TOOL = Path(__file__).resolve().parents[3] / "shared" / "tools" / "make_tiny_vlm.py"
"""Writes the model; lies beside the project where there is one."""
_COMMAND: Sequence[str] = (sys.executable, "-P", "-m", "imagescope_tui.cli")
_COMMAND_SECONDS_MAX = 120
_END_SECONDS_MAX = 60
_MARK = "TEST_SERVER_MARK"
"""A variable by which a server's processes are known, whatever they call themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """`imagescope serve`, run as a user of its own."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    """What the other commands must be run with to find it."""
    told: Path
    """What it writes to stderr."""

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Another command of the same user."""
        return subprocess.run(
            [*_COMMAND, *map(str, words)],
            check=False,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS_MAX,
            stdin=subprocess.DEVNULL,
            env=self.environment,
        )

    def processes(self) -> list[int]:
        """What lives of serve, its supervisor and vLLM."""
        return _marked(self.environment[_MARK])

    def left(self) -> list[str]:
        """What a server that has ended must not leave behind."""
        processes = [f"process {number}" for number in self.processes()]
        passing = Path(self.environment["TMPDIR"]).iterdir()
        return processes + [str(path) for path in passing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving(Launched):
    """A server that is ready."""

    url: str
    """For OpenAI-compatible clients, such as the setting `lmm.url`."""
    model: str


def _marked(mark: str) -> list[int]:
    """The processes that were started with the mark, and all in their groups but our own."""
    text = f"{_MARK}={mark}".encode()
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    groups = {_group(number) for number in numbers if text in _environment(number)}
    groups -= {None, os.getpgrp()}
    return [number for number in numbers if lives(number) and _group(number) in groups]


def _environment(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/environ").read_bytes()
    except OSError:
        return b""


def _group(number: int) -> int | None:
    try:
        return os.getpgid(number)
    except OSError:
        return None


def make_tiny_model(vllm_environment: Path, folder: Path) -> Path:
    """A checkpoint of the Qwen3-VL architecture with random weights."""
    subprocess.run(
        [vllm_environment / "bin" / "python", MODEL_TOOL, folder, "--arch", "qwen3_vl"],
        check=True,
        capture_output=True,
        timeout=_COMMAND_SECONDS_MAX,
    )
    return folder


@contextlib.contextmanager
def launch(vllm_environment: Path, model: Path, base: Path) -> Iterator[Launched]:
    """Run `imagescope serve` as a user of its own, until the generator is closed."""
    told = base / "told.txt"
    with tempfile.TemporaryDirectory() as passing, told.open("w") as stream:
        environment = _environment_of_user(vllm_environment, base, passing)
        process = subprocess.Popen(
            [*_COMMAND, "serve", "--json", "--model", str(model)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            env=environment,
            start_new_session=True,
        )
        try:
            yield Launched(process=process, environment=environment, told=told)
        finally:
            process.terminate()
            process.communicate(timeout=_END_SECONDS_MAX)


def _environment_of_user(vllm_environment: Path, base: Path, passing: str) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("IMAGESCOPE_")
    }
    places = {f"XDG_{name}_HOME": str(base / name) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {
        **inherited,
        **places,
        "HOME": str(base),
        "TMPDIR": passing,
        "IMAGESCOPE_LMM_VLLM": str(vllm_environment / "bin" / "vllm"),
        _MARK: base.name,
    }


@contextlib.contextmanager
def serving(vllm_environment: Path, model: Path, base: Path) -> Iterator[Serving]:
    """The same, ready; when it is stopped, it must leave nothing."""
    with launch(vllm_environment, model, base) as launched:
        assert launched.process.stdout is not None
        line = launched.process.stdout.readline()
        assert line, launched.told.read_text()
        yield Serving(
            process=launched.process,
            environment=launched.environment,
            told=launched.told,
            **json.loads(line),
        )
        assert launched.run("serve", "--stop").returncode == 0
        assert launched.process.wait(timeout=_END_SECONDS_MAX) == 0
        wait_until(lambda: not launched.left())
