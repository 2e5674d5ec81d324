"""Every command leaves a library of a newer version as it is, and says what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope, Shelf


@pytest.fixture
def newer(indexed: Imagescope) -> Imagescope:
    """A library with a migration that this version does not know."""
    with closing(sqlite3.connect(indexed.library / "library.db")) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('imagescope', 'from_the_future', '2100-01-01')"
        )
        connection.commit()
    return indexed


def test_each_command_refuses_a_newer_library_in_one_line(newer: Imagescope, shelf: Shelf) -> None:
    database = newer.library / "library.db"
    before = database.read_bytes()
    for words in (
        ("index", shelf.photos),
        ("search", "red"),
        ("status",),
        ("backup", newer.base / "a.db"),
    ):
        done = newer(*words)
        assert (done.status, done.out) == (2, ""), words
        assert len(done.err.splitlines()) == 1, done.err
        assert "newer imagescope — upgrade imagescope" in done.err
        assert database.read_bytes() == before, words
    assert not (newer.base / "a.db").exists()
