"""The real `imagescope index`, started as its own process and heard through its JSON lines."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.benchmarks.clocks import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event and the clocks when it came."""

    name: str
    fields: dict[str, Any]
    at: Reading


class IndexCommand:
    """Entered: the command runs; left: it is ended, however far it was."""

    def __init__(self, library: Path, *arguments: str, encoder: str = "pocket") -> None:
        self._command = [
            *(sys.executable, "-m", "imagescope_tui.cli", "index", "--json"),
            *("--library", str(library), "--encoder", encoder, *arguments),
        ]

    def __enter__(self) -> Self:
        self.began = Reading.now()
        self.process = subprocess.Popen(
            self._command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()

    def events(self) -> Iterator[Heard]:
        """As they come, until the command ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            fields = json.loads(line)
            yield Heard(name=str(fields.pop("event")), fields=fields, at=Reading.now())

    def hear_until(self, name: str) -> Heard:
        """The next event of that name.

        Raises:
            RuntimeError: the command ended first.
        """
        for heard in self.events():
            if heard.name == name:
                return heard
        raise RuntimeError(f"the indexer ended before {name}; indexer.log in its library says why")
