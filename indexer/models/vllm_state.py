"""The file that tells other processes of a model server that one of ours started."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from indexer.models.vllm_group import ProcessMark, boot_id, is_running

STATE_NAME: Final = "server.json"
LOG_NAME: Final = "server.log"
LOCK_NAME: Final = "server.lock"
SCRATCH_PREFIX: Final = "imagescope-vllm-"
_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """A server as its supervisor wrote it down."""

    leader: ProcessMark
    """The first process of the server's group."""
    supervisor: ProcessMark
    port: int
    model: str
    """The name it serves its model under."""
    source: str
    """The folder of the weights."""
    scratch: str
    """The folder for passing files, which goes when the server does."""
    shared_memory: tuple[str, ...]
    """What the server held when it became ready; killed processes leave it behind."""
    is_ready: bool

    @property
    def is_alive(self) -> bool:
        """Whether the server's first process still runs."""
        return is_running(self.leader)


def write_state(folder: Path, state: ServerState) -> None:
    """Replace the file; nobody ever reads half of it, and no other user reads it at all."""
    content = {"schema": _SCHEMA, "boot": boot_id(), **asdict(state)}
    part = folder / f"{STATE_NAME}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        json.dump(content, stream)
    part.replace(folder / STATE_NAME)


def read_state(folder: Path) -> ServerState | None:
    """What the file says; None where there is none, or it is of another boot or version."""
    try:
        content = json.loads((folder / STATE_NAME).read_bytes())
        if (content["schema"], content["boot"]) != (_SCHEMA, boot_id()):
            return None
        return _parsed(content)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _parsed(content: dict[str, Any]) -> ServerState:
    return ServerState(
        leader=_mark(content["leader"]),
        supervisor=_mark(content["supervisor"]),
        port=int(content["port"]),
        model=str(content["model"]),
        source=str(content["source"]),
        scratch=str(content["scratch"]),
        shared_memory=tuple(map(str, content["shared_memory"])),
        is_ready=bool(content["is_ready"]),
    )


def _mark(content: dict[str, Any]) -> ProcessMark:
    return ProcessMark(process_id=int(content["process_id"]), started=int(content["started"]))


def remove_state(folder: Path, state: ServerState) -> None:
    """Delete the file, if it is still about this server, and the server's passing files."""
    if Path(state.scratch).name.startswith(SCRATCH_PREFIX):
        shutil.rmtree(state.scratch, ignore_errors=True)
    written = read_state(folder)
    if written is None or written.leader == state.leader:
        (folder / STATE_NAME).unlink(missing_ok=True)
