"""Migrates copies of a library and is killed on the way, each time a little later.

`python -m tests.storage.migration_killer LIBRARY FOLDER EVERY`: FOLDER/0, FOLDER/1 … are libraries
whose migration was ended by SIGKILL before a statement, the first, then one EVERY statements later
…; what is printed is how many statements there are, about. Each is migrated by a process of its
own, forked from this one, which has loaded all it needs.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from storage import schema
from storage.library import DATABASE_NAME, Library

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database


def migrate_and_die(library: Path, statements: int) -> None:
    """Open a library for writing, and be killed before a statement of its migration."""
    migrate = schema.migrate
    left = itertools.count(statements, -1)

    def trace(_statement: str) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(database: Database) -> None:
        connection: sqlite3.Connection = database.conn
        connection.set_trace_callback(trace)
        # Few pages in memory: what is not committed is in the file already when the end comes.
        connection.execute("PRAGMA cache_size=1")
        migrate(database)

    _in_library(traced)
    Library.open_writer(library).close()


def _in_library(migrate: object) -> None:
    import storage.library

    vars(storage.library)["migrate"] = migrate


def main(library: Path, folder: Path, every: int) -> int:
    """Make the libraries; after how many statements nobody was killed any more."""
    for statements in itertools.count(0, every):
        copy = folder / str(statements)
        shutil.copytree(library, copy)
        child = os.fork()
        if child == 0:
            migrate_and_die(copy, statements)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            assert (copy / DATABASE_NAME).is_file()
            return statements
    raise AssertionError("the migration never ends")


if __name__ == "__main__":
    import sqlite_utils  # noqa: F401 - before the forks, not in each of them

    sys.stdout.write(str(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
