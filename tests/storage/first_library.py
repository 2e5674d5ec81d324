"""A library as the first version left it, with something in every table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from sqlite_utils import Database, Migrations

from storage import schema
from storage.library import DATABASE_NAME

if TYPE_CHECKING:
    from pathlib import Path

PHOTOS = 40
ENCODER = "test/8"
MODEL, PROMPT = "a-captioner", "short"


def vector_of(number: int) -> bytes:
    """The vector of a photo, as it is stored."""
    return np.full(8, number, dtype="<f4").tobytes()


def make_first_library(folder: Path) -> Path:
    """A library of the first schema in a folder; the folder."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        database = Database(connection, execute_plugins=False)
        database.enable_wal()
        apply_steps(database, 1)
        with database.atomic():
            _fill(connection)
    return folder


def apply_steps(database: Database, count: int) -> None:
    """Apply the first migrations alone, as an earlier version did."""
    migrations = Migrations("imagescope")
    for step in schema._STEPS[:count]:
        migrations()(step)
    migrations.apply(database)


def _fill(connection: sqlite3.Connection) -> None:
    run, numbers = connection.execute, range(1, PHOTOS + 1)
    run("INSERT INTO roots (id, path, scanned_at) VALUES (1, ?, 5.0)", [b"/photos"])
    run("INSERT INTO mounts VALUES (1, ?)", [b"stick"])
    run("INSERT INTO unreadable VALUES (1, ?)", [b"locked"])
    run("INSERT INTO encoders VALUES (1, ?)", [ENCODER])
    run("INSERT INTO settings VALUES ('encoder_id', ?), ('revision', '7')", [ENCODER])
    for number in numbers:
        run("INSERT INTO contents VALUES (?, ?, 40, 30)", [number, f"{number:032x}"])
        run(
            "INSERT INTO photos VALUES (?, 1, ?, ?, 'jpg', ?, 100, 10, 1, ?, '2020-07-18T16:02:00',"
            " 0, NULL, NULL)",
            [number, b"album", f"IMG_{number}.jpg".encode(), number, number],
        )
        run(
            "INSERT INTO facts (content_id, format, camera, keywords) VALUES (?, 'JPEG', ?, ?)",
            [number, f"Camera {number}", '["sea"]'],
        )
        run("INSERT INTO embeddings VALUES (?, 'image', 1, 7, ?)", [number, vector_of(number)])
        run(
            "INSERT INTO captions VALUES (?, ?, ?, ?)",
            [number, MODEL, PROMPT, f"Boat number {number}"],
        )
        run(
            "INSERT INTO words (rowid, names, caption, facts) VALUES (?, ?, ?, 'sea')",
            [number, f"album IMG {number}", f"Boat number {number}"],
        )
    run("INSERT INTO failures VALUES (?, 'decode', 'it is cut off', 2, NULL)", [PHOTOS])
