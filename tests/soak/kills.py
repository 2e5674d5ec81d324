"""Kill -9 of every process at random moments, over one library that goes on growing and changing.

The real commands and the real screen run over drawn photos; the captioner is a process that looks
at the pictures it is sent and tells the truth. Afterwards everything is computed afresh and
compared. `--write` puts the outcome into docs/faults.md.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from indexer.photos.pipeline import BATCH_PHOTOS
from tests.benchmarks.document import write_section
from tests.benchmarks.table import Table, to_markdown
from tests.soak.checks import Check, check_all, unread_paths
from tests.soak.gallery import GROWTH, Gallery
from tests.soak.mishaps import MISHAPS, leave_half_written
from tests.soak.opened import OpenedFiles
from tests.soak.programs import Programs, Victim

if TYPE_CHECKING:
    from collections.abc import Sequence

KILLS: Final = 200
_KINDS: Final[tuple[Victim, ...]] = ("indexer", "parent", "worker", "server")
_WORK_SECONDS_MAX = 20.0
_VICTIM_SECONDS_MAX = 3.0
_MISHAP_CHANCE = 0.1
_AT_WORK_CHANCE = 0.7
_LAST_RUNS = 3
_DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"


@dataclass(slots=True)
class Outcome:
    """What was seen while the processes were killed."""

    kills: Counter[str] = field(default_factory=Counter)
    mishaps: Counter[str] = field(default_factory=Counter)
    lost: list[int] = field(default_factory=list)
    """Photos that were read for nothing, for each kill of an indexer or of what is above it."""
    seconds_left_over: list[float] = field(default_factory=list)
    """How long the other processes lived after each of these kills."""


class KillSoak:
    """One library, and whoever works on it."""

    def __init__(self, base: Path, seed: int, growth: tuple[tuple[int, int], ...] = GROWTH) -> None:
        self.library = base / "library"
        self.models = base / "models"
        self.captioned = base / "captioned.txt"
        drive = base / "drive"
        self._photos = drive / "photos"
        self._chance = random.Random(seed)
        self._deck: list[Victim] = []
        for folder in (drive, self._photos, self.models):
            folder.mkdir()
        self.captioned.touch()
        self._opened = OpenedFiles(drive)
        self.gallery = Gallery(self._photos, self._chance, growth)
        self.outcome = Outcome()
        self._programs = Programs(
            self.library, self._photos, self.captioned, f"{base}:{seed}", self.models
        )

    def run(self, kills: int, minutes: float = math.inf) -> tuple[Check, ...]:
        """Kill so often or for so long, let everything come to its end, and compare."""
        try:
            with self._opened:
                self.gallery.grow()
                self._programs.start_server()
                ends = time.monotonic() + minutes * 60
                while self.outcome.kills.total() < kills and time.monotonic() < ends:
                    self._round()
                    self._tell(kills)
                return (*self._last_run(), *check_all(self.library, self.gallery.paths()))
        finally:
            self._programs.close()

    def _round(self) -> None:
        chance, programs = self._chance, self._programs
        self.gallery.change()
        self._opened.forget_some(self.gallery.replaced)
        self.gallery.replaced.clear()
        if not programs.is_running:
            self._start()
        if not programs.victims("server"):
            programs.start_server()
        if chance.random() < _AT_WORK_CHANCE:
            programs.pass_time(_WORK_SECONDS_MAX, self._is_at_work)
        programs.pass_time(chance.random() ** 2 * 3)
        if chance.random() < _MISHAP_CHANCE:
            mishap = chance.choice(MISHAPS)
            mishap(programs, chance)
            self.outcome.mishaps[mishap.__name__.replace("_", " ")] += 1
        self._kill(self._next_kind())

    def _start(self) -> None:
        self._opened.forget()
        way = self._chance.randrange(4)
        if way == 0:
            self._programs.start_command("--quiet")
        elif way == 1:
            self._programs.start_command("--quiet", "--watch")
        else:
            self._programs.start_screen()

    def _next_kind(self) -> Victim:
        """Each kind as often as the others, in no order."""
        if not self._deck:
            self._deck = self._chance.sample(_KINDS, len(_KINDS))
        return self._deck.pop()

    def _is_at_work(self) -> bool:
        return not self._programs.is_running or bool(self._programs.victims("worker"))

    def _kill(self, kind: Victim) -> None:
        programs = self._programs
        programs.pass_time(_VICTIM_SECONDS_MAX, lambda: bool(programs.victims(kind)))
        if not programs.kill(kind, self._chance.random()):
            return
        self.outcome.kills[kind] += 1
        if kind == "indexer" and programs.is_screen:
            # The screen has another indexer in a moment, which has read nothing yet.
            self._count_lost()
            is_back = programs.pass_time(
                _WORK_SECONDS_MAX, lambda: bool(programs.victims("indexer"))
            )
            if not is_back:
                # It was killed too often to be started again by itself.
                programs.end()
        elif kind in ("indexer", "parent"):
            self.outcome.seconds_left_over.append(programs.clear())
            self._count_lost()
            leave_half_written(self.library)

    def _count_lost(self) -> None:
        if not (self.library / "library.db").exists():
            return
        read = {path for path in self._opened.so_far() if path.suffix == ".jpg"}
        self.outcome.lost.append(len(read & unread_paths(self.library)))
        self._opened.forget()

    def _last_run(self) -> tuple[Check, ...]:
        """Everything that waits is done; then there is nothing left to do, and nobody left."""
        programs = self._programs
        if programs.is_running:
            programs.end()
        if not programs.victims("server"):
            programs.start_server()
        for _ in range(_LAST_RUNS):
            told = programs.run("index", str(self._photos), "--quiet")
            if told.returncode == 0:
                break
        self._opened.forget()
        again = programs.run("index", str(self._photos), "--quiet")
        read = [str(path) for path in self._opened.so_far() if path.suffix == ".jpg"]
        programs.stop_server()
        left = [str(process) for process in programs.marked()]
        strange = [str(path) for path in self._photos.rglob("*.part")]
        strange += [str(path) for path in self.models.rglob("*")]
        problems = [told.stderr] * (told.returncode != 0) + [again.stderr] * (again.returncode != 0)
        found = {
            "the next run does all that is left, the one after it nothing": [*problems, *read],
            "no process is left": left,
            "nothing strange lies among photos and models": strange,
            f"a kill costs the work of {BATCH_PHOTOS} photos at most": [
                f"{lost} photos" for lost in self.outcome.lost if lost > BATCH_PHOTOS
            ],
        }
        return tuple(
            Check(promise=promise, against=tuple(against)) for promise, against in found.items()
        )

    def _tell(self, kills: int) -> None:
        done = self.outcome.kills.total()
        if done % 10 == 0:
            print(f"{done} of {kills} kills: {dict(self.outcome.kills)}", file=sys.stderr)


def main() -> int:
    """Run it and print what was seen; 0 where every promise holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak kills", description=__doc__)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end sooner")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the outcome into the document")
    asked, _ = parser.parse_known_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="imagescope-kills-") as name:
        soak = KillSoak(Path(name), asked.seed)
        checks = soak.run(asked.kills, asked.minutes)
        body = "\n\n".join(map(to_markdown, _tables(soak, checks, time.monotonic() - began)))
    print(body)
    if asked.write:
        write_section("kills", body, _DOCUMENT)
    return 0 if all(check.holds for check in checks) else 1


def _tables(soak: KillSoak, checks: Sequence[Check], seconds: float) -> tuple[Table, ...]:
    outcome, done = soak.outcome, soak.gallery.done
    captioned = soak.captioned.read_text().split()
    lost = outcome.lost or [0]
    left_over = outcome.seconds_left_over or [0.0]
    mishaps = ", ".join(f"{name} {count}" for name, count in sorted(outcome.mishaps.items()))
    seen = (
        (
            "killed: indexer, its parent, decoding process, model server",
            ", ".join(str(outcome.kills[kind]) for kind in _KINDS),
        ),
        ("other mishaps", mishaps or "none"),
        ("photos in the end", f"{len(soak.gallery.paths()):,}"),
        ("meanwhile", ", ".join(f"{count:,} {name}" for name, count in done.items())),
        (
            "photos read for nothing, a kill of indexer or parent",
            f"median {statistics.median(lost):.0f}, most {max(lost)}",
        ),
        (
            "captions asked for again, in all",
            f"{len(captioned) - len(set(captioned)):,} of {len(captioned):,}",
        ),
        (
            "until the other processes have ended",
            f"median {statistics.median(left_over):.1f} s, most {max(left_over):.1f} s",
        ),
        ("minutes", f"{seconds / 60:.0f}"),
    )
    promises = tuple(
        (check.promise, "holds" if check.holds else f"BROKEN: {'; '.join(check.against[:3])}")
        for check in checks
    )
    return (
        Table(title=f"{outcome.kills.total()} kills", head=("seen", ""), rows=seen),
        Table(title="Afterwards", head=("promise", ""), rows=promises),
    )
