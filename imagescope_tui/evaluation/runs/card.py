"""What a run of a benchmark was: `run.json`, enough to read its figures without data or models."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.task import MeasureSet

if TYPE_CHECKING:
    from imagescope_tui.evaluation.task import DatasetName, SubmissionKind
    from imagescope_tui.search.types import StrategyName

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """One run: of what, how, and with which models."""

    dataset: DatasetName
    split: str
    fingerprint: str
    """Hash of the annotation files."""
    folder: str
    """Where the data set was."""
    queries: int
    """How many queries the run has; a killed one holds the records of fewer."""
    limit: int | None = None
    """Only the first so many queries of the split were asked for."""

    strategy: StrategyName
    stages: tuple[int, ...] = (1,)
    """Those that run, in order; without 2 or 3 in an ablation."""
    options: dict[str, Any] = field(default_factory=dict)
    """The fields of `SearchOptions`, strategy's defaults filled in."""
    encoder_id: str
    caption_encoder_id: str | None = None
    """None where the captions take no part in the score."""
    caption_weight: float = 0.0
    captions_fingerprint: str = ""
    """Hash of the captions that were stored, not written for the run."""
    captions_source: str = ""
    """What wrote the gallery's captions; empty where there are none."""
    models: dict[str, str] = field(default_factory=dict)
    """Id of the model of each role that is asked."""
    prompts: dict[str, str] = field(default_factory=dict)
    """Hash of each prompt, by its name."""

    gallery: str = ""
    """Where the library of the photos was."""
    gallery_size: int
    """How many photos were ranked."""
    photos_missing: int = 0
    """Photos of the benchmark that are not there, or cannot be read."""
    photos_captioned: int = 0
    excludes_reference: bool = False
    """Whether a query's reference was taken out of its ranking."""
    measures: MeasureSet = field(default_factory=MeasureSet)
    submission: SubmissionKind | None = None
    has_targets: bool = True
    """Whether figures can be computed here, or the test server alone knows the right answers."""
    notes: tuple[str, ...] = ()
    """What a reader of the figures should know."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of Python and of the libraries that make the figures."""


_TOLD_TWICE = frozenset({"stages", "strategy"})
"""Options that are fields of the card, too."""
TOLD_ONLY = frozenset({"folder", "gallery", "versions", "notes"})
"""Fields in which a resumed run may differ from the one it goes on with."""


def card_to_json(card: RunCard) -> dict[str, Any]:
    """The card as `run.json` holds it."""
    return {"schema": SCHEMA, **dataclasses.asdict(card)}


def card_from_json(fields: dict[str, Any]) -> RunCard:
    """The card that `card_to_json` was given.

    Raises:
        KeyError, TypeError, ValueError: the fields are others.
    """
    known = {item.name for item in dataclasses.fields(RunCard)}
    values = {key: value for key, value in fields.items() if key in known}
    return RunCard(
        **{
            **values,
            "stages": tuple(int(stage) for stage in values["stages"]),
            "measures": _measures_from_json(values["measures"]),
            "notes": tuple(values["notes"]),
        }
    )


def _measures_from_json(fields: dict[str, Any]) -> MeasureSet:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
    }
    return MeasureSet(**values)


def differences(card: RunCard, other: RunCard) -> tuple[str, ...]:
    """What tells two runs apart, `name: this, not that`; empty where the figures are comparable."""
    mine, theirs = card_to_json(card), card_to_json(other)
    found: list[str] = []
    for key, value in mine.items():
        if key in TOLD_ONLY or value == theirs[key]:
            continue
        if isinstance(value, dict):
            inner = theirs[key]
            found.extend(
                f"{key}.{name}: {value.get(name)}, not {inner.get(name)}"
                for name in sorted({*value, *inner} - _TOLD_TWICE)
                if value.get(name) != inner.get(name)
            )
        else:
            found.append(f"{key}: {value}, not {theirs[key]}")
    return tuple(found)
