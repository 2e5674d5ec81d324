"""What the indexer tells while it works: typed here, one JSON object per line on the wire.

Every event is `{"event": "photos_committed", …fields}`; only `encode_event` and `decode_event` know
this.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexerStarted:
    """The child process is up; `indexing` is false when another process indexes this library."""

    indexing: bool
    holder: str = ""
    """Who indexes instead, as far as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderReady:
    """Text can be encoded and pictures embedded from now on."""

    encoder_id: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderUnavailable:
    """The encoder that was asked for cannot be used; words are still found."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanStarted:
    """A folder is being compared with the library."""

    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFinished:
    """The library knows what is in the folder now."""

    root: str
    photos: int
    added: int
    modified: int
    moved: int
    deleted: int
    sidecars: int = 0
    """Those that came, changed or went."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreLineOdd:
    """A line of an ignore file does not do what whoever wrote it may have had in mind."""

    path: str
    """Of the ignore file."""
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootOffline:
    """The folder is not there; its photos stay and are still found."""

    root: str
    photos: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootMoved:
    """A folder was found at another place; nothing of what is known of its photos is lost."""

    before: str
    """Where it was."""
    root: str
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRemoved:
    """The folder belongs to the library no more; its files are as they were."""

    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDegraded:
    """The folder cannot be watched; it is scanned now and then instead."""

    root: str
    reason: str
    seconds_between_scans: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosCommitted:
    """A batch is safe on disk and can be found."""

    photos: int
    """So many were read; 0 where only more is known of some."""
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFailed:
    """One file could not be processed; the run goes on."""

    path: str
    step: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProgress:
    """How far the run is; sent a few times a second at most."""

    done: int
    total: int
    failed: int
    photos_per_second: float
    seconds_left: float | None
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPaused:
    """Photos are left alone from now on; what is asked is still answered."""

    reason: str
    """`asked` or `battery`; see indexer.pauses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexResumed:
    """Photos are indexed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionerReady:
    """The model that writes captions answers."""

    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionerUnavailable:
    """The model that writes captions does not answer; it is asked again, and the photos wait."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsCommitted:
    """A batch of captions is safe on disk; it is found unless an older set is still in use."""

    captions: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionProgress:
    """How far captioning is; sent a few times a second at most."""

    done: int
    total: int
    captions_per_second: float
    seconds_left: float | None
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionFailed:
    """One photo got no caption; it is tried again later."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextProgress:
    """How many photos were looked through for text; sent a few times a second at most."""

    done: int
    total: int
    photos_per_second: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReaderUnavailable:
    """Text in photos is not read in this run; all else goes on."""

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexUpToDate:
    """Nothing is left to do; with watching, until something changes."""

    photos: int
    failed: int
    seconds: float
    films_passed: int = 0
    """Films that were not read, because what reads them is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexHalted:
    """Indexing stopped before it was done; what was committed stays."""

    reason: str
    hint: str = ""


IndexEvent: TypeAlias = (
    IndexerStarted
    | EncoderReady
    | EncoderUnavailable
    | ScanStarted
    | ScanFinished
    | IgnoreLineOdd
    | RootOffline
    | RootMoved
    | RootRemoved
    | WatchDegraded
    | PhotosCommitted
    | PhotoFailed
    | IndexProgress
    | IndexPaused
    | IndexResumed
    | CaptionerReady
    | CaptionerUnavailable
    | CaptionsCommitted
    | CaptionProgress
    | CaptionFailed
    | TextProgress
    | TextReaderUnavailable
    | IndexUpToDate
    | IndexHalted
)


def _wire_name(event_type: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_type.__name__).lower()


_EVENT_TYPES: dict[str, type[IndexEvent]] = {
    _wire_name(event_type): event_type
    for event_type in (
        IndexerStarted,
        EncoderReady,
        EncoderUnavailable,
        ScanStarted,
        ScanFinished,
        IgnoreLineOdd,
        RootOffline,
        RootMoved,
        RootRemoved,
        WatchDegraded,
        PhotosCommitted,
        PhotoFailed,
        IndexProgress,
        IndexPaused,
        IndexResumed,
        CaptionerReady,
        CaptionerUnavailable,
        CaptionsCommitted,
        CaptionProgress,
        CaptionFailed,
        TextProgress,
        TextReaderUnavailable,
        IndexUpToDate,
        IndexHalted,
    )
}


def encode_event(event: IndexEvent) -> str:
    """One line of ASCII JSON, without the newline; odd file names survive as escapes."""
    return json.dumps({"event": _wire_name(type(event)), **dataclasses.asdict(event)})


def decode_event(message: dict[str, Any]) -> IndexEvent | None:
    """The event in a parsed line; None for one of a kind, or with fields, this version lacks."""
    event_type = _EVENT_TYPES.get(str(message.get("event")))
    if event_type is None:
        return None
    fields = {key: value for key, value in message.items() if key != "event"}
    try:
        return event_type(**fields)
    except TypeError:
        return None
