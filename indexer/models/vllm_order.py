"""What a supervisor is told to start, and the lines it answers with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast, get_args

STOP_SECONDS: Final = 5.0

EndReason: TypeAlias = Literal["closed", "asked", "idle", "ended", "not started", "lost"]
"""Why a server is no more: its owner let go of it, somebody asked, nobody used it, it ended by
itself, it could not be started, or its supervisor was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOrder:
    """One server to start and to watch."""

    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    """Variables besides those that are inherited."""
    folder: Path
    """Where state and log are kept."""
    port: int
    model: str
    """The name it serves its model under."""
    source: str
    """The folder of the weights."""
    idle_seconds: float
    """It is stopped after so long without a request; 0 for never."""
    stop_seconds: float = STOP_SECONDS
    """How long it may take to end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNotice:
    """The supervisor's last line."""

    reason: EndReason
    detail: str = ""


def order_to_json(order: LaunchOrder) -> str:
    """The order as one argument of a command line."""
    return json.dumps({**asdict(order), "folder": str(order.folder)})


def order_from_json(text: str) -> LaunchOrder:
    """The order again."""
    content = json.loads(text)
    return LaunchOrder(
        **{
            **content,
            "command": tuple(content["command"]),
            "environment": tuple((name, value) for name, value in content["environment"]),
            "folder": Path(content["folder"]),
        }
    )


def notice_to_line(notice: EndNotice) -> str:
    """One line of JSON."""
    return json.dumps(asdict(notice))


def notice_from_line(line: str) -> EndNotice | None:
    """The notice, or None for a line that is none."""
    try:
        content = json.loads(line)
        reason, detail = str(content["reason"]), str(content["detail"])
    except (ValueError, LookupError, TypeError):
        return None
    if reason not in get_args(EndReason):
        return None
    return EndNotice(reason=cast("EndReason", reason), detail=detail)
