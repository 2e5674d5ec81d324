"""The one connection a library object holds: sqlite-utils below, our errors above."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from storage.errors import (
    LibraryDamaged,
    LibraryFull,
    LibraryLocked,
    LibraryReadOnly,
    StorageError,
)
from storage.private import FILE_MODE, tighten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlite_utils import Database

_Answer = TypeVar("_Answer")
BUSY_SECONDS = 10.0
_VARIABLES_MAX = 500


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn SQLite's exceptions into this package's."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _as_storage_error(error) from error


def _as_storage_error(error: sqlite3.DatabaseError) -> StorageError:
    text = str(error)
    if "disk is full" in text or "disk I/O error" in text:
        return LibraryFull(f"the library cannot be written: {text}", "free some space on its disk")
    if "readonly" in text or "unable to open" in text:
        return LibraryReadOnly(f"the library cannot be opened: {text}", "check its permissions")
    if "locked" in text:
        return LibraryLocked(
            "another program keeps the library's database locked", "end it, or try again later"
        )
    if "not a database" in text or "malformed" in text:
        return LibraryDamaged(
            f"the library file is damaged: {text}",
            "restore a backup, or move it away and index again",
        )
    return StorageError(f"the library cannot be used: {text}")


def _connect_read_only(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA cache_size=-16000")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


class Sql:
    """Runs statements; one object per thread."""

    def __init__(self, connection: sqlite3.Connection, frozen: Path | None = None) -> None:
        """`frozen`: the file of a connection that does not see when it changes."""
        self.connection = connection
        self._frozen = frozen
        self._remembered: dict[Callable[[Sql], Any], tuple[tuple[int, ...], Any]] = {}

    @cached_property
    def database(self) -> Database:
        """The same connection as sqlite-utils has it, for migrations and transactions."""
        from sqlite_utils import Database  # loads numpy; readers start without both

        return Database(self.connection, execute_plugins=False)

    @classmethod
    def open_for_writing(cls, path: Path) -> Sql:
        """A writing connection in WAL mode; the file is made readable by its owner only."""
        with storage_errors():
            path.touch(mode=FILE_MODE, exist_ok=True)
            tighten(path)
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
            sql = cls(connection)
            sql.database.enable_wal()
            for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
                connection.execute(f"PRAGMA {pragma}")
            return sql

    @classmethod
    def open_for_rows(cls, path: Path) -> Sql:
        """A connection that writes rows into a database that is there, beside another writer."""
        with storage_errors():
            uri = f"{path.absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
            for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")
            return cls(connection)

    @classmethod
    def open_for_reading(cls, path: Path) -> Sql:
        """A connection that can never write."""
        with storage_errors():
            try:
                return cls(_connect_read_only(path, "mode=ro"))
            except sqlite3.OperationalError as error:
                # On a full disk, or where nothing may be written, SQLite has no place for its
                # shared memory; where no log waits to be folded in, the file is all there is.
                if "locked" in str(error) or _has_log(path):
                    raise
                return cls(_connect_read_only(path, "immutable=1"), path)

    def _thaw(self) -> None:
        """Follow the file's changes from now on, if there is room for it by now."""
        if self._frozen is None:
            return
        try:
            fresh = _connect_read_only(self._frozen, "mode=ro")
        except sqlite3.OperationalError:
            return
        self.connection.close()
        self.connection, self._frozen = fresh, None

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows at once: a half-read cursor would hold the write-ahead log back."""
        with storage_errors():
            self._thaw()
            return self.connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def value(self, statement: str, values: Sequence[Any] = ()) -> Any:  # noqa: ANN401
        """The first column of the first row, or None."""
        found = self.row(statement, values)
        return found[0] if found else None

    def remembered(self, read: Callable[[Sql], _Answer]) -> _Answer:
        """What the function reads, kept until this connection or another changes the database."""
        version = (
            id(self.connection),
            self.value("PRAGMA data_version"),
            self.connection.total_changes,
        )
        kept = self._remembered.get(read)
        if kept is None or kept[0] != version:
            kept = self._remembered[read] = (version, read(self))
        answer: _Answer = kept[1]
        return answer

    def rows_in(
        self, statement: str, keys: Sequence[Any], values: Sequence[Any] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of a statement whose `{keys}` is a list of any length; `values` come after it."""
        for start in range(0, len(keys), _VARIABLES_MAX):
            part = keys[start : start + _VARIABLES_MAX]
            marks = ",".join("?" * len(part))
            yield from self.rows(statement.format(keys=marks), [*part, *values])

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change rows inside the caller's transaction; how many were changed."""
        with storage_errors():
            return self.connection.execute(statement, values).rowcount

    def run_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> int:
        """The same change for many rows inside the caller's transaction."""
        with storage_errors():
            return self.connection.executemany(statement, rows).rowcount

    def run_in(self, statement: str, keys: Sequence[Any]) -> None:
        """Change rows by a statement whose `{keys}` is a list of any length."""
        for start in range(0, len(keys), _VARIABLES_MAX):
            part = keys[start : start + _VARIABLES_MAX]
            self.run(statement.format(keys=",".join("?" * len(part))), part)

    def insert(self, statement: str, values: Sequence[Any]) -> int:
        """Insert one row inside the caller's transaction; its id."""
        with storage_errors():
            return int(self.connection.execute(statement, values).lastrowid or 0)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing."""
        with storage_errors():
            if self.connection.in_transaction:
                with self.database.atomic():
                    yield
                return
            # At once: a transaction that has read already cannot wait for another writer.
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                self.connection.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All statements see the library as it was at one commit."""
        if self.connection.in_transaction:
            yield
            return
        self.rows("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()
