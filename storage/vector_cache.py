"""All rows of a library's FusedVectors in one file that is mapped into memory, not read.

A checked cache of what the database says, never the truth: one of another encoder, another kind of
row, a restored database, or with one wrong byte is not believed. What is newer than the file comes
from the database. Behind the last row there is room, so that those who map the file can add rows:
what they write stays in their own memory, and never reaches the file.
"""

from __future__ import annotations

import dataclasses
import mmap
import os
import shutil
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import xxhash

from storage.hnsw import VectorSpace
from storage.private import open_private
from storage.sealed import read_sealed, write_sealed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from storage.records import FloatMatrix, IdVector

CACHE_NAME = "vectors.rows"
CARD_NAME = "vectors.rows.json"
TOKEN_KEY = "rows_token"
"""The setting whose value a card must have."""

_FORMAT = 1
_ALIGNED_BYTES = 4096
_ROOM_SHARE = 8
_ROOM_ROWS_MIN = 4096
_SPARE_DISK_BYTES = 1 << 30
_HASHED_BYTES = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsCard:
    """What the file beside the rows says of them."""

    format: int = _FORMAT
    space: VectorSpace
    token: str
    """The library's setting says the same; that of a restored library does not."""
    revision: int
    photos_revision: int
    """Of `is_live`."""
    rows: int
    picture_dim: int
    captions: int
    has_shares: bool
    room: int = 0
    """How many rows there is room for."""
    size_bytes: int = 0
    checksum: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRows:
    """What FusedVectors holds at one revision."""

    card: RowsCard
    ids: IdVector
    is_captioned: npt.NDArray[np.bool_]
    is_live: npt.NDArray[np.bool_]
    """Whether a content has a photo that is not deleted."""
    caption_sum: npt.NDArray[np.float64]
    room: FloatMatrix
    """Shape (card.room, card.space.dim); the first `card.rows` are taken."""


def store_rows(folder: Path, rows: StoredRows) -> bool:
    """Put the rows into the library's folder; False where its disk has no room to spare.

    `card.room`, `size_bytes` and `checksum` are filled in here.

    Raises:
        OSError: it cannot be written.
    """
    fresh = folder / f"{CACHE_NAME}.new"
    room = rows.card.rows + max(_ROOM_ROWS_MIN, rows.card.rows // _ROOM_SHARE)
    wanted = rows.room[: rows.card.rows].nbytes
    if shutil.disk_usage(folder).free < wanted + _SPARE_DISK_BYTES:
        return False
    try:
        with open_private(fresh, "wb") as stream:
            checksum = _write_parts(stream, _parts_of(rows))
            # Where nothing is written the file system keeps nothing.
            size = stream.tell() + (room - rows.card.rows) * rows.room.strides[0]
            stream.truncate(size)
            stream.flush()
            os.fsync(stream.fileno())
        card = dataclasses.replace(rows.card, room=room, size_bytes=size, checksum=checksum)
        note = folder / f"{CARD_NAME}.new"
        write_sealed(note, dataclasses.asdict(card))
        # Between the two the old card describes another file, and the rows are not believed.
        fresh.replace(folder / CACHE_NAME)
        note.replace(folder / CARD_NAME)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def load_rows(folder: Path, card: RowsCard) -> StoredRows | None:
    """The rows that a card describes, mapped; None where the file is another one or damaged."""
    try:
        with (folder / CACHE_NAME).open("rb") as stream:
            if os.fstat(stream.fileno()).st_size != card.size_bytes:
                return None
            mapped = mmap.mmap(stream.fileno(), card.size_bytes, access=mmap.ACCESS_COPY)
    except (OSError, ValueError):
        return None
    spare = (card.room - card.rows) * card.space.dim * 4
    if _checksum(memoryview(mapped)[: card.size_bytes - spare]) != card.checksum:
        return None
    return _views(mapped, card)


def read_card(folder: Path, token: str | None) -> RowsCard | None:
    """What the stored rows are said to be; None where there are none of this library."""
    fields = read_sealed(folder / CARD_NAME)
    if fields is None:
        return None
    try:
        card = RowsCard(**{**fields, "space": VectorSpace(**fields["space"])})
    except (TypeError, KeyError):
        return None
    return card if card.format == _FORMAT and token and card.token == token else None


def _parts_of(rows: StoredRows) -> Sequence[npt.NDArray[Any]]:
    count = rows.card.rows
    return (
        rows.ids.astype("<i8", copy=False),
        rows.is_captioned.astype(np.bool_, copy=False),
        rows.is_live.astype(np.bool_, copy=False),
        rows.caption_sum.astype("<f8", copy=False),
        rows.room[:count].astype("<f4", copy=False),
    )


def _write_parts(stream: IO[bytes], parts: Sequence[npt.NDArray[Any]]) -> str:
    digest = xxhash.xxh3_128()
    for part in parts:
        for block in (b"\0" * (-stream.tell() % _ALIGNED_BYTES), np.ascontiguousarray(part).data):
            view = memoryview(block).cast("B") if len(block) else memoryview(b"")
            for start in range(0, len(view), _HASHED_BYTES):
                stream.write(view[start : start + _HASHED_BYTES])
                digest.update(view[start : start + _HASHED_BYTES])
    return digest.hexdigest()


def _checksum(whole: memoryview) -> str:
    digest = xxhash.xxh3_128()
    for start in range(0, len(whole), _HASHED_BYTES):
        digest.update(whole[start : start + _HASHED_BYTES])
    return digest.hexdigest()


def _views(mapped: mmap.mmap, card: RowsCard) -> StoredRows | None:
    """The arrays in the file, in the order of `_parts_of`."""
    has_sum = card.has_shares
    caption_dim = card.space.dim - (card.picture_dim if card.space.caption_encoder_id else 0)
    wanted = (
        ("<i8", card.rows),
        ("?", card.rows),
        ("?", card.rows),
        ("<f8", caption_dim if has_sum else 0),
        ("<f4", card.room * card.space.dim),
    )
    found: list[npt.NDArray[Any]] = []
    place = 0
    for kind, count in wanted:
        place += -place % _ALIGNED_BYTES
        try:
            found.append(np.frombuffer(mapped, dtype=kind, count=count, offset=place))
        except ValueError:
            return None
        place += found[-1].nbytes
    ids, is_captioned, is_live, caption_sum, room = found
    return StoredRows(
        card=card,
        ids=ids,
        is_captioned=is_captioned,
        is_live=is_live,
        caption_sum=caption_sum,
        room=room.reshape(card.room, card.space.dim),
    )
