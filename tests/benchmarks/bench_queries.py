"""What a new user's first lines find: the command, with `pocket`, on a folder of 380 files.

A search is right where the first photo is right. A date or a folder is a fact: there nothing wrong
may stand above the rest either. Where nothing is right, no photo may be called a match.
"""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from imagescope_tui.cli.exit_codes import ExitCode
from tests.benchmarks.first_queries import first_queries, right_paths
from tests.benchmarks.index_command import PROJECT, IndexCommand
from tests.benchmarks.query_folder import is_possible, kept_files, make_query_folder
from tests.benchmarks.table import Table, verdict

if TYPE_CHECKING:
    from tests.benchmarks.first_queries import FirstQuery

PACKAGES = ("numpy", "onnxruntime")
DOCUMENT: Final = PROJECT / "docs" / "first-queries.md"
_RIGHT_TARGET: Final = 50
_USELESS_TARGET: Final = 0
_LOOKED_AT: Final = 10
"""Nobody reads further."""
_ALL: Final = "1000"

_RIGHT = "right first"
_TOO_MANY = "right first, wrong ones not among the rest"
_LATER = "right, not first"
_USELESS = "**useless, and claims matches**"
_MISSED = "missed, claims no match"
_UNTOLD = "claims no match, does not say why"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the command listed, and what it called it; paths below the root, composed (NFC)."""

    listed: tuple[str, ...]
    matches: tuple[str, ...]
    maybes: tuple[str, ...]
    said: str
    """All that it told besides."""


@dataclass(frozen=True, slots=True)
class _Judged:
    query: FirstQuery
    right: frozenset[str]
    answer: _Answer

    @property
    def is_missed(self) -> bool:
        """Whether nothing of what is looked at is right."""
        return self.right.isdisjoint(self.answer.listed[:_LOOKED_AT])

    @property
    def verdict(self) -> str:
        if self.is_missed and self.answer.matches:
            return _USELESS
        if self.query.rule is None:
            return _RIGHT if self.query.told in self.answer.said else _UNTOLD
        if self.is_missed:
            return _MISSED
        if self.answer.listed[0] not in self.right:
            return _LATER
        listed_as_more = (*self.answer.matches, *self.answer.maybes)
        is_exceeded = self.query.is_strict and not self.right.issuperset(listed_as_more)
        return _TOO_MANY if is_exceeded else _RIGHT


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Ask all, or with `quick` every sixth; nothing where there are no such photos."""
    if not is_possible() or find_spec("av") is None:
        return ()
    today = datetime.now().astimezone().date()
    library = folder / "library"
    root = make_query_folder(folder, today)
    with IndexCommand(library, str(root)) as indexer:
        indexer.hear_until("index_up_to_date")
    kept = kept_files(today)
    asked = first_queries(today)[:: 6 if quick else 1]
    return (
        _table([_Judged(one, right_paths(one, kept), _ask(library, root, one)) for one in asked]),
    )


def _ask(library: Path, root: Path, query: FirstQuery) -> _Answer:
    command = [
        *(sys.executable, "-m", "imagescope_tui.cli", "search", "--library", str(library)),
        *("--encoder", "pocket", "--stages", "1", "--format", "json", "-k", _ALL, "--", query.line),
    ]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    is_refused = ended.returncode == ExitCode.USAGE
    if not (ended.stdout or is_refused):
        raise RuntimeError(f"{query.line}: {ended.stderr}")
    answer = {"results": []} if is_refused else json.loads(ended.stdout)
    listed = [(_below(root, hit["path"]), hit["group"]) for hit in answer.pop("results")]
    answer.pop("rankings", None)
    return _Answer(
        listed=tuple(path for path, _ in listed),
        matches=tuple(path for path, group in listed if group == "match"),
        maybes=tuple(path for path, group in listed if group == "maybe"),
        said=ended.stderr + json.dumps(answer, ensure_ascii=False),
    )


def _below(root: Path, path: str) -> str:
    return unicodedata.normalize("NFC", str(Path(path).relative_to(root)))


def _table(judged: list[_Judged]) -> Table:
    right = sum(one.verdict == _RIGHT for one in judged)
    useless = sum(one.verdict == _USELESS for one in judged)
    doubtful = sum(one.is_missed and bool(one.answer.maybes) for one in judged) - useless
    return Table(
        title=f"{len(judged)} first queries: {right} right first, {useless} useless",
        head=("query", "right", "photos", "found first", "matches", "maybes", "verdict"),
        rows=tuple(map(_row, judged)),
        notes=(
            f"{doubtful} more have nothing right among the first {_LOOKED_AT} and list a maybe.",
            f"Target: at least {_RIGHT_TARGET} right of 60:"
            f" {verdict(right, _RIGHT_TARGET, at_least=True)};"
            f" {_USELESS_TARGET} useless: {verdict(useless, _USELESS_TARGET)}.",
        ),
    )


def _row(one: _Judged) -> tuple[str, ...]:
    answer = one.answer
    return (
        f"`{one.query.line}`",
        one.query.meant,
        str(len(one.right)),
        answer.listed[0] if answer.listed else "nothing",
        _share(answer.matches, one.right),
        _share(answer.maybes, one.right),
        one.verdict,
    )


def _share(paths: tuple[str, ...], right: frozenset[str]) -> str:
    """How many, and how many of them are right."""
    return f"{len(paths)} ({len(right.intersection(paths))})" if paths else "0"
