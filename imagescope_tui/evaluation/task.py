"""A benchmark as every data set is read into: queries, the photos they are about, the measures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DatasetName: TypeAlias = Literal[
    "circo",
    "cirr",
    "cirr-subset",
    "fashioniq-dress",
    "fashioniq-shirt",
    "fashioniq-toptee",
    "flickr30k",
    "mscoco",
    "visdial",
    "inquire-rerank",
    "inquire-fullrank",
    "captions",
]
SubmissionKind: TypeAlias = Literal["cirr", "cirr-subset", "circo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkQuery:
    """One query, and the photos that answer it, by their names in the benchmark."""

    id: str
    """Unique in the benchmark; of a round of a conversation `DIALOGUE/ROUND`."""
    text: str
    reference: str | None = None
    """The photo that the text edits."""
    targets: tuple[str, ...] = ()
    """Right answers, the main one first; empty where only the test server knows them."""
    among: tuple[str, ...] = ()
    """The only candidates there are; empty for the whole gallery."""
    earlier: str | None = None
    """Id of the query whose conversation this one goes on with."""
    groups: tuple[str, ...] = ()
    """What figures are also told apart by: CIRCO's aspects, INQUIRE's supercategory."""

    @property
    def round(self) -> int:
        """Place in its conversation, from 0."""
        return int(self.id.rpartition("/")[2]) if "/" in self.id else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureSet:
    """Which figures the publications give, by their cut-offs; an empty tuple leaves one out."""

    recall: tuple[int, ...] = ()
    """Success@k, which the publications call Recall@k: any right answer among the first k."""
    main_recall: tuple[int, ...] = ()
    """The same of the main right answer alone (CIRCO's Recall@k)."""
    mean_ap: tuple[int, ...] = ()
    """CIRCO's mAP@k."""
    group_ap: int | None = None
    """The k of mAP@k by group (CIRCO's aspects)."""
    inquire_ap: tuple[int, ...] = ()
    """INQUIRE's AP@k, where ties count as one threshold, by group too."""
    ndcg: tuple[int, ...] = ()
    has_mrr: bool = False
    hits: tuple[int, ...] = ()
    """Cumulative Hits@k by round of a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One split of one data set."""

    name: DatasetName
    split: str
    folder: Path
    """Where the data set is."""
    queries: tuple[BenchmarkQuery, ...]
    """In the data set's own order; a query comes after the one it goes on with."""
    photos: Mapping[str, str]
    """The gallery: path relative to `root` by name; empty where vectors stand for the photos
    (fullrank)."""
    measures: MeasureSet
    fingerprint: str
    """Hash of the annotation files."""
    unpacked: Path | None = None
    """Where photos are that the data set brings inside its tables."""
    excludes_reference: bool = False
    """Whether the data set's convention takes a query's reference out of its ranking."""
    submission: SubmissionKind | None = None
    """The test server's file shape, where the right answers are hidden."""
    captions: Mapping[str, str] = field(default_factory=dict)
    """Stored captions of the gallery by name, where the data set brings them."""
    captions_source: str = ""
    """What wrote the stored captions."""
    notes: tuple[str, ...] = ()
    """What a reader of the figures should know: odd queries, what was decided about them."""

    @property
    def root(self) -> Path:
        """What the paths of photos are relative to."""
        return self.unpacked or self.folder

    @property
    def captions_fingerprint(self) -> str:
        """Hash of the stored captions; empty where there are none."""
        if not self.captions:
            return ""
        told = "\0".join(f"{name}\0{text}" for name, text in sorted(self.captions.items()))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def has_targets(self) -> bool:
        """Whether figures can be computed here."""
        return any(query.targets for query in self.queries)
