"""What a run of the indexer is told, frozen; it reads no environment and no settings file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

BATCH_PHOTOS_MAX = 64
"""Photos in one commit, and so the most that is done again after a kill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexerOptions:
    """How to index one library."""

    library: Path
    encoder: str = "auto"
    """As in the settings: `auto`, `builtin`, `open_clip:…`."""
    models_folder: Path | None = None
    """Where `models pull` puts weights."""
    folders: tuple[Path, ...] = ()
    """Folders to add as roots before indexing."""
    watch: bool = False
    serve: bool = False
    """Stay and answer requests, also when another process indexes."""
    workers: int = 0
    """Decoding processes; 0 for one per core."""
    threads: int = 0
    """Threads of the encoder; 0 for one per core."""
    seconds_between_scans: float = 300.0
    """Where a root cannot be watched."""
    thumbnail_cache_bytes: int = 2_000_000_000
    retry_failed: bool = False
    """Try every failed photo again, not only those whose time has come."""


def options_to_json(options: IndexerOptions) -> str:
    """The options as one argument of the child process."""
    return json.dumps(dataclasses.asdict(options), default=str)


def options_from_json(text: str) -> IndexerOptions:
    """The options that `options_to_json` was given.

    Raises:
        TypeError, ValueError: the text holds something else.
    """
    fields = json.loads(text)
    models_folder = fields.pop("models_folder")
    return IndexerOptions(
        library=Path(fields.pop("library")),
        models_folder=Path(models_folder) if models_folder else None,
        folders=tuple(Path(folder) for folder in fields.pop("folders")),
        **fields,
    )
