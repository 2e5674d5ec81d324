"""Files for the test servers of CIRR and CIRCO, one per stage, checked before they are written.

CIRR (and its subset task) takes an object with `version`, `metric`, and per pair its id as text
with photo names, best first, without the pair's reference. CIRCO takes exactly 50 photo ids as
integers per query, keys "0" onwards.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from imagescope_tui.errors import SubmissionInvalid
from imagescope_tui.evaluation.reports.report import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.runs.record import QueryRecord
    from imagescope_tui.evaluation.task import SubmissionKind

Submission: TypeAlias = "dict[str, str | list[str] | list[int]]"

PLACES: dict[SubmissionKind, int] = {"cirr": 50, "cirr-subset": 3, "circo": 50}
"""How many photos a query names."""
_CIRR_HEAD: dict[SubmissionKind, dict[str, str]] = {
    "cirr": {"version": "rc2", "metric": "recall"},
    "cirr-subset": {"version": "rc2", "metric": "recall_subset"},
}
_CIRR_BYTES_MAX = 5_000_000


def write_submissions(
    folder: Path, card: RunCard, records: Sequence[QueryRecord]
) -> tuple[Path, ...]:
    """One file per stage of the run, `submission-DATASET-SPLIT-stageN.json`.

    None where the data set has no test server, or a part of the split was asked for. On a split
    whose right answers are known, where nobody waits for the files, they are left out if they
    would break the server's rules.

    Raises:
        SubmissionInvalid: the server would turn a file away; then none is written.
        RunUnusable: a file cannot be written.
    """
    if card.submission is None or card.limit is not None:
        return ()
    try:
        texts = _texts(card, records)
    except SubmissionInvalid:
        if card.has_targets:
            return ()
        raise
    for name, text in texts.items():
        write_text(folder / name, text)
    return tuple(folder / name for name in texts)


def _texts(card: RunCard, records: Sequence[QueryRecord]) -> dict[str, str]:
    """The files by their names."""
    _check_complete(card, records)
    texts = {
        f"submission-{card.dataset}-{card.split}-stage{stage}.json": json.dumps(
            submission_of(card, records, stage)
        )
        + "\n"
        for stage in card.stages
    }
    for name, text in texts.items():
        if card.submission != "circo" and len(text) > _CIRR_BYTES_MAX:
            raise SubmissionInvalid(f"{name} would be {len(text):,} bytes; 5 MB is the most")
    return texts


def submission_of(card: RunCard, records: Sequence[QueryRecord], stage: int) -> Submission:
    """What the server is told of one stage.

    Raises:
        SubmissionInvalid: a query has too few photos, one twice, its own reference, or odd names.
    """
    kind = card.submission
    if kind is None:
        raise SubmissionInvalid(f"{card.dataset} has no test server")
    ordered = sorted(records, key=_number)
    if kind == "circo":
        return {record.id: _photo_ids(_best(record, kind, stage)) for record in ordered}
    found: Submission = {**_CIRR_HEAD[kind]}
    for record in ordered:
        found[record.id] = _photo_names(record, _best(record, kind, stage))
    return found


def _check_complete(card: RunCard, records: Sequence[QueryRecord]) -> None:
    if len(records) != card.queries:
        raise SubmissionInvalid(
            f"the run has {len(records):,} of {card.queries:,} queries, not all",
            "go on with it by --resume",
        )
    failed = [record.id for record in records if record.failure]
    if failed:
        raise SubmissionInvalid(
            f"{len(failed):,} queries failed and have no ranking, {failed[0]} first",
            "see report.md for the reasons, then run again",
        )
    if card.submission != "circo" and not card.excludes_reference:
        raise SubmissionInvalid(
            "CIRR's server expects rankings without the reference photo",
            "run it without --keep-reference",
        )
    _check_ids(card, records)


def _check_ids(card: RunCard, records: Sequence[QueryRecord]) -> None:
    ids = {record.id for record in records}
    if len(ids) != len(records):
        raise SubmissionInvalid("a query is there twice")
    if card.submission == "circo" and ids != {str(number) for number in range(len(records))}:
        raise SubmissionInvalid(f"the queries are not those from 0 to {len(records) - 1}")


def _number(record: QueryRecord) -> int:
    if not (record.id.isascii() and record.id.isdigit()):
        raise SubmissionInvalid(f"the query {record.id!r} has no number for an id")
    return int(record.id)


def _best(record: QueryRecord, kind: SubmissionKind, stage: int) -> tuple[str, ...]:
    """The first photos of the query's ranking, exactly as many as the server wants."""
    found = record.stages.get(str(stage))
    if found is None:
        raise SubmissionInvalid(f"query {record.id} has no ranking of stage {stage}")
    names = found.ranking[: PLACES[kind]]
    if len(names) < PLACES[kind]:
        raise SubmissionInvalid(
            f"query {record.id} ranks {len(names)} photos, the server wants {PLACES[kind]}",
            "is the gallery complete?",
        )
    if len(set(names)) != len(names):
        raise SubmissionInvalid(f"query {record.id} names a photo twice")
    return names


def _photo_ids(names: Sequence[str]) -> list[int]:
    """CIRCO's photos by their COCO ids; equal ones spelled differently are the same photo."""
    odd = [name for name in names if not (name.isascii() and name.isdigit())]
    if odd:
        raise SubmissionInvalid(f"the photo {odd[0]!r} has no number for a name")
    ids = [int(name) for name in names]
    if len(set(ids)) != len(ids):
        raise SubmissionInvalid("a photo is named twice")
    return ids


def _photo_names(record: QueryRecord, names: Sequence[str]) -> list[str]:
    odd = [name for name in names if not name or "/" in name or name.endswith((".png", ".jpg"))]
    if odd:
        raise SubmissionInvalid(f"{odd[0]!r} is no name of a photo of CIRR")
    reference: Any = record.details.get("reference")
    if reference in names:
        raise SubmissionInvalid(f"query {record.id} ranks its own reference")
    return list(names)
