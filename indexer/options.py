"""What a run of the indexer is told, frozen; it reads no environment and no settings file.

The options travel as one line of JSON on the child's stdin: a process's arguments can be read by
everybody on the machine, and an API key may be among the options.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.models.chat_types import RoleSettings
from storage.holder import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexerOptions:
    """How to index one library."""

    library: Path
    encoder: str = "auto"
    """As in the settings: `auto`, `pocket`, `open_clip:…`."""
    caption_encoder: str = "same"
    """As in the settings: `same`, or a sentence-transformers model by folder or cached name."""
    program: Program | None = None
    """Who is told to others to have the library; None for the indexer itself."""
    models_folder: Path | None = None
    """Where `models pull` puts weights."""
    folders: tuple[Path, ...] = ()
    """Folders to add as roots before indexing."""
    chosen: Path | None = None
    """A list that `indexer.folders.chosen` wrote: only these files of the roots are photos."""
    watch: bool = False
    serve: bool = False
    """Stay and answer requests, also when another process indexes."""
    cluster: str = ""
    """A Ray cluster that reads and captions, as `indexer.cluster.driver` takes it; or empty."""
    workers: int = 0
    """Decoding processes; 0 for one per core."""
    threads: int = 0
    """Threads of the encoder; 0 for one per core."""
    nice: int = 0
    """How far indexing steps back behind other programs, 0 to 19; searching never does."""
    spare_battery: bool = False
    """Leave photos alone while the machine runs on its battery."""
    seconds_between_scans: float = 300.0
    """Where a root cannot be watched."""
    thumbnail_cache_bytes: int = 2_000_000_000
    retry_failed: bool = False
    """Try every failed photo again, not only those whose time has come."""
    captioner: RoleSettings | None = None
    """Who writes captions; None for nobody, until told otherwise."""
    text_in_photos: str = "off"
    """Which photos are looked through for text: `auto`, those that seem to show some; `all`; `off`.
    """
    caption_weight: float = 0.15
    """τ, the captions' share of the stage-1 score, from 0 to 1."""


def options_to_json(options: IndexerOptions) -> str:
    """The options as one line of ASCII; file names that are not UTF-8 survive."""
    return json.dumps(dataclasses.asdict(options), default=str)


def options_from_json(text: str) -> IndexerOptions:
    """The options that `options_to_json` was given.

    Raises:
        KeyError, TypeError, ValueError: the text holds something else.
    """
    try:
        fields = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(fields, dict):
        raise TypeError("no object")
    models_folder = fields.pop("models_folder")
    chosen = fields.pop("chosen")
    captioner = fields.pop("captioner")
    program = fields.pop("program")
    return IndexerOptions(
        library=Path(fields.pop("library")),
        models_folder=Path(models_folder) if models_folder else None,
        folders=tuple(Path(folder) for folder in fields.pop("folders")),
        chosen=Path(chosen) if chosen else None,
        program=None if program is None else Program(**program),
        captioner=None if captioner is None else role_from_json(captioner),
        **fields,
    )


def role_to_json(settings: RoleSettings | None) -> dict[str, Any] | None:
    """A role's settings as JSON values; None for nobody."""
    return None if settings is None else dataclasses.asdict(settings)


def role_from_json(fields: dict[str, Any]) -> RoleSettings:
    """The settings that `role_to_json` was given.

    Raises:
        TypeError, KeyError: the fields are others.
    """
    return RoleSettings(**{**fields, "urls": tuple(str(url) for url in fields["urls"])})
