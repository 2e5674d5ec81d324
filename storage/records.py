"""The values a library holds: small, frozen, and free of behaviour.

A *photo* is one file in one root. Its *content* is the bytes of that file: copies and renamed files
share one content, and with it embedding, caption and facts.

Paths below a root are kept as `str` with Python's surrogate escapes (`os.fsdecode`), so that a name
that is not UTF-8 survives the round trip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NewType, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

PhotoId = NewType("PhotoId", int)
ContentId = NewType("ContentId", int)
RootId = NewType("RootId", int)
OriginId = NewType("OriginId", int)

NO_ORIGIN = OriginId(0)
"""The origin of vectors that rest on no caption."""

FloatVector: TypeAlias = "npt.NDArray[np.float32]"
"""Shape (dim,), unit length unless said otherwise."""
FloatMatrix: TypeAlias = "npt.NDArray[np.float32]"
"""Shape (n, dim), rows of unit length unless said otherwise."""
IdVector: TypeAlias = "npt.NDArray[np.int64]"
"""Shape (n,), content ids."""

PhotoTrait: TypeAlias = Literal[
    "gps", "portrait", "landscape", "square", "screenshot", "text", "damaged", "favourite"
]
"""What a photo is or has: a place, a shape upright, that a screen was photographed by itself, text
to be read in it, a part that is missing, or that its owner likes it best."""
EmbeddingKind: TypeAlias = Literal["image", "caption"]
FailureStep: TypeAlias = Literal["scan", "read", "decode", "embed", "caption"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A folder of photos that belongs to the library."""

    id: RootId
    path: Path
    offline_since: float | None = None
    """When the folder was first missed, in seconds since the epoch; None when it is there."""
    is_mount: bool = False
    """Whether a file system was mounted at the folder when it was last seen."""
    scanned_at: float | None = None
    """When it was last compared with the library; None: never, or not since it moved."""
    volume: str = ""
    """The file system it is on; empty where that has no identity."""
    inside: Path = Path()
    """Where the folder is in that file system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One file that is, or was, in a root."""

    id: PhotoId
    root_id: RootId
    root: Path
    path: str
    """Relative to the root."""
    size_bytes: int
    mtime_ns: int
    content_id: ContentId | None = None
    """None until the file has been read once."""
    content_hash: str | None = None
    """None where there is no picture: not yet, or because nobody can decode it."""
    width: int | None = None
    height: int | None = None
    taken_at: str | None = None
    """Local wall-clock time, `2020-07-18T16:02:00`, with `+02:00` where the camera said so; less of
    it, `2020-07`, where no more is known."""
    moment: str = ""
    """The local time that the timeline goes by, an ISO prefix: taken, else in the names, else the
    oldest of the copies' files; with a fraction of the second where that is known."""
    dated_by: str | None = None
    """Who says so, one of storage.date_order.DateSource; None for the file system."""
    duration_seconds: float | None = None
    """How long a moving picture lasts; None for a still."""
    is_damaged: bool = False
    """Whether a part of its picture is missing."""
    is_favourite: bool = False
    """As the reader says, or else its file and sidecars do."""
    second: float | None = None
    """Where in a moving picture its thumbnail is from; None for a still."""
    offline_since: float | None = None

    @property
    def full_path(self) -> Path:
        """Where the file is, or was when it was last seen."""
        return self.root / self.path

    def moment_beside(self, second: float | None) -> float | None:
        """The moment, or None where it is the one that the thumbnail shows."""
        return None if second == self.second else second


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What the file system says of one file; equal states mean an unchanged file."""

    name: str
    """Relative to its folder."""
    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the file says of itself: all optional, all as read, none trusted.

    Text is free of control characters, bidirectional overrides and surrogates.
    """

    width: int = 0
    height: int = 0
    """Upright size in pixels, after orientation."""
    format: str = ""
    """Pillow's name: JPEG, PNG, HEIF …"""
    taken_at: str | None = None
    """As in Photo.taken_at."""
    taken_by: str | None = None
    """Which field tells `taken_at`; see storage.date_order."""
    taken_fraction: str | None = None
    """The digits of its second behind the point."""
    camera: str | None = None
    """Maker and model, without saying the maker twice."""
    lens: str | None = None
    focal_length_mm: float | None = None
    aperture: float | None = None
    exposure_seconds: float | None = None
    iso: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    orientation: int | None = None
    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Names of who is in the picture."""
    rating: int | None = None
    """Stars, 1 to 5; 0 where none were given, -1 for what was rejected."""
    label: str | None = None
    """The name of a colour that the photo was marked with."""
    is_favourite: bool = False
    """Whether its owner marked it as one of the best."""
    artist: str | None = None
    """Who made it."""
    location: str | None = None
    """Where it was taken, as its owner wrote it: a building, a beach, a quarter …"""
    city: str | None = None
    state: str | None = None
    country: str | None = None
    remarks: tuple[str, ...] = ()
    """Whatever else is written in it for people: comments, headlines, titles in other languages."""
    damage: str | None = None
    """What is wrong with a picture that is shown all the same: `a part is missing`."""
    notes: tuple[str, ...] = ()
    """What was left out because a limit was met, for the owner to know."""
    live_id: str | None = None
    """Apple's identifier that a photo and the film around it share."""
    duration_seconds: float | None = None
    """Of a moving picture; None for a still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionOrigin:
    """What made a caption; another model or another prompt is another origin."""

    model_id: str
    prompt_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A sentence a model wrote about a content."""

    content_id: ContentId
    text: str
    model_id: str
    prompt_id: str

    @property
    def origin(self) -> CaptionOrigin:
        """What made it."""
        return CaptionOrigin(model_id=self.model_id, prompt_id=self.prompt_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginCount:
    """How many contents have a caption of one origin."""

    origin: CaptionOrigin
    captions: int
    is_active: bool
    """Whether these are the captions that are shown and searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """A unit vector of one content, made by one encoder."""

    content_id: ContentId
    kind: EmbeddingKind
    encoder_id: str
    vector: FloatVector
    origin: CaptionOrigin | None = None
    """Of the caption it was made from; None for the vector of a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFrame:
    """A further moment of a moving picture."""

    second: float
    vector: FloatVector


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A photo that could not be processed, and why."""

    photo_id: PhotoId
    path: Path
    step: FailureStep
    reason: str
    attempts: int = 1
    retry_after: float | None = None
    """Seconds since the epoch; None means: when the file changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReason:
    """Why photos could not be processed, and how many."""

    step: FailureStep
    reason: str
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCounts:
    """How many photos of a root are in which state."""

    photos: int = 0
    embedded: int = 0
    """With a vector of the encoder in use."""
    captioned: int = 0
    failed: int = 0
    films_passed: int = 0
    """Films that were not read, because what reads them is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A content and its inner product with the query."""

    content_id: ContentId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The nearest contents, best first, ties by id, and how all scores were spread."""

    items: tuple[Neighbour, ...] = ()
    mean: float = 0.0
    deviation: float = 0.0
    """Mean and standard deviation over what was scored: tells how far a score stands out."""
    scored: int = 0
    """Among how many contents these are the nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMatch:
    """A photo whose names, caption or facts hold words of the query."""

    photo_id: PhotoId
    content_id: ContentId | None
    score: float
    """Above 0, higher is better; see storage.word_search."""
    caption_score: float = 0.0
    """How much of it is owed to words that the caption alone holds."""
    held: tuple[str, ...] = ()
    """The words of the query that the photo holds, as they were asked."""
    share: float = 1.0
    """How much of the query they are, by the weight of its words, above 0 and up to 1; a word that
    is only part of a name's word counts half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCount:
    """A name that photos of the library share, and how many there are."""

    name: str
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryNames:
    """The names a library's photos go by: what a line can name, most photos first."""

    roots: tuple[str, ...] = ()
    """The last part of each root's path."""
    root_paths: tuple[Path, ...] = ()
    folders: tuple[NameCount, ...] = ()
    """Names of folders at any depth, roots among them."""
    cameras: tuple[NameCount, ...] = ()
    places: tuple[NameCount, ...] = ()
    """Of quarters, towns, states and countries, by what they are shown as, and as written."""
    place_points: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Where the towns are that photos were taken in or near, by each of their names, as
    storage.place_names spells them."""
    place_keys: frozenset[str] = frozenset()
    """By which any place is found, in any language, as storage.place_names spells them."""
    people: tuple[NameCount, ...] = ()
    years: tuple[NameCount, ...] = ()
    types: tuple[NameCount, ...] = ()
    """Extensions, lower case, without the dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """From one local time to another, as ISO prefixes such as `2019` or `2019-07-01T18`."""

    first: str
    before: str
    """The first that is no longer in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOfYear:
    """The same days of every year, both ends included; round the turn of the year if need be."""

    first: str
    """`12-24`"""
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOfDay:
    """The same hours of every day, from 0 to 24; round midnight if need be."""

    first: int
    before: int
    """The first that is no longer in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of a gazetteer that is nearest to where a photo was taken."""

    name: str
    """Of the town."""
    country: str
    country_code: str
    """Two letters, ISO 3166."""
    latitude: float
    longitude: float
    quarter: str | None = None
    """The part of the town, or the village within its reach, that is nearest."""
    state: str | None = None
    other_names: tuple[tuple[str, str], ...] = ()
    """Pairs of one of these names and what is called so besides, as a gazetteer has them."""
    distance_km: float = 0.0
    """From the photo to the nearest of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """All that is within a distance of a point on the earth."""

    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFilter:
    """Which photos may be found; empty means all that are not deleted."""

    folders: tuple[Path, ...] = ()
    """Absolute folders: a photo in or below any of them passes."""
    folder_names: tuple[str, ...] = ()
    """Names, or ends of paths, of folders at any depth: a photo in or below any of them passes."""
    taken_from: str | None = None
    """First local time that passes, an ISO prefix such as `2019` or `2019-07-01`."""
    taken_before: str | None = None
    """First local time that does not pass any more."""
    spans: tuple[TimeSpan, ...] = ()
    """A photo taken in any of these, or of `days`, passes."""
    days: tuple[DaysOfYear, ...] = ()
    hours: tuple[HoursOfDay, ...] = ()
    """A photo taken in any of these hours passes."""
    cameras: tuple[str, ...] = ()
    """Parts of camera or lens names, any case; any of them passes."""
    extensions: tuple[str, ...] = ()
    """Lower case, without the dot; of a photo or of its companions."""
    rating_from: int | None = None
    """The fewest stars that pass."""
    places: tuple[str, ...] = ()
    """Names of places in any language: a photo taken in any of them passes."""
    near: tuple[Circle, ...] = ()
    """A photo taken in any of these passes."""
    people: tuple[str, ...] = ()
    """Words of names: a photo passes that names each of these people."""
    people_any: tuple[tuple[str, ...], ...] = ()
    """The same, of each of these groups at least one."""
    without_words: tuple[str, ...] = ()
    """Photos whose names, caption or facts hold any of these words, or words in this order, as they
    are written, do not pass."""
    phrases: tuple[str, ...] = ()
    """Each must be held by a photo's names, caption or facts, its words in this order."""
    traits: tuple[PhotoTrait, ...] = ()
    """A photo passes that has all of these."""
    without: tuple[PhotoFilter, ...] = ()
    """Photos that pass any of these do not pass."""
    photo_ids: tuple[PhotoId, ...] = ()
    """Only these photos pass."""

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return self == PhotoFilter()


@dataclass(frozen=True, slots=True)
class MonthRun:
    """Photos of one month that follow each other in an order."""

    month: str
    """`2020-07`; `2020` where no more is known; empty where nothing is."""
    photos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryCounts:
    """How much of the library is in which state; counts of photos."""

    photos: int = 0
    embedded: int = 0
    captioned: int = 0
    text_read: int = 0
    """Text was looked for in them, whether or not there is any."""
    failed: int = 0
    offline: int = 0
    pending: int = 0
    deleted: int = 0
