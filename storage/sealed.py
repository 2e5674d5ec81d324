"""Small JSON files that say of themselves whether they are whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import xxhash

from storage.private import write_private

if TYPE_CHECKING:
    from pathlib import Path


def write_sealed(path: Path, fields: dict[str, Any]) -> None:
    """Write the fields and their seal.

    Raises:
        OSError: the file cannot be written.
    """
    write_private(path, json.dumps({"card": fields, "seal": _seal(fields)}, indent=1))


def read_sealed(path: Path) -> dict[str, Any] | None:
    """The fields that were written; None where there are none, or others."""
    try:
        told = json.loads(path.read_text())
        fields: dict[str, Any] = told["card"]
        return fields if told["seal"] == _seal(fields) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _seal(fields: dict[str, Any]) -> str:
    return xxhash.xxh3_128(json.dumps(fields, sort_keys=True).encode()).hexdigest()
