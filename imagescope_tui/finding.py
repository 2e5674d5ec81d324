"""One thing that `doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it is, and what helps."""

    subject: str
    verdict: Literal["ok", "note", "bad"]
    told: str
    remedy: str = ""
