"""What else goes wrong on a machine where processes are killed: mixed in between the kills."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from storage.library import DATABASE_NAME, THUMBNAILS_NAME

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from tests.soak.programs import Programs

_LOCKED_SECONDS = 1.0
_OFFLINE_SECONDS = 1.5
_DAMAGED_AT_ONCE = 5


def damage_thumbnails(programs: Programs, chance: random.Random) -> None:
    """Cut some thumbnails off, empty some, and fill some with rubbish."""
    stored = sorted((programs.library / THUMBNAILS_NAME).glob("??/*.jpg"))
    for path in chance.sample(stored, min(len(stored), _DAMAGED_AT_ONCE)):
        jpeg = path.read_bytes()
        path.write_bytes(chance.choice((b"", jpeg[: len(jpeg) // 2], chance.randbytes(900))))


def lock_database(programs: Programs, chance: random.Random) -> None:
    """Another program writes into the database for a while."""
    path = programs.library / DATABASE_NAME
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return
        programs.pass_time(_LOCKED_SECONDS * chance.random())
        connection.execute("ROLLBACK")


def unplug(programs: Programs, chance: random.Random) -> None:
    """The photos are away for a while, and there again."""
    elsewhere = programs.photos.with_name("unplugged")
    programs.photos.rename(elsewhere)
    programs.pass_time(_OFFLINE_SECONDS * chance.random())
    elsewhere.rename(programs.photos)


def index_twice(programs: Programs, chance: random.Random) -> None:
    """A second indexer: it says who has the library, or finds that nobody has it any more."""
    done: list[int] = []

    def run() -> None:
        told = programs.run("index", "--quiet", "--no-captions")
        assert told.returncode in (0, 2), told.stderr
        assert told.returncode == 0 or "another imagescope indexes this library" in told.stderr, (
            told.stderr
        )
        done.append(told.returncode)

    second = threading.Thread(target=run)
    second.start()
    programs.pass_time(60, lambda: not second.is_alive())
    second.join()
    assert done, "the second indexer said something else"


MISHAPS: tuple[Callable[[Programs, random.Random], None], ...] = (
    damage_thumbnails,
    lock_database,
    unplug,
    index_twice,
)


def leave_half_written(library: Path) -> None:
    """As a process that is killed while it writes a thumbnail leaves it; none has this number."""
    folder = library / THUMBNAILS_NAME / "unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "4194305-half").write_bytes(b"half")
