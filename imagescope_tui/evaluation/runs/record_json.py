"""A query's record as a line of `queries.jsonl`."""

from __future__ import annotations

import dataclasses
from typing import Any

from imagescope_tui.evaluation.runs.record import QueryRecord, StageRecord


def record_to_json(record: QueryRecord) -> dict[str, Any]:
    """The record; scores are kept as they are, so that ties stay ties."""
    # Not dataclasses.asdict, which copies what a query found down to the last number.
    fields = _fields(record)
    return {
        **fields,
        "stages": {name: stage_to_json(item) for name, item in fields["stages"].items()},
    }


def record_from_json(fields: dict[str, Any]) -> QueryRecord:
    """The record that `record_to_json` was given; unknown fields are left out.

    Raises:
        KeyError, TypeError, ValueError: the fields are others.
    """
    known = {item.name for item in dataclasses.fields(QueryRecord)}
    values = {key: value for key, value in fields.items() if key in known}
    return QueryRecord(
        **{
            **values,
            "id": str(values["id"]),
            "stages": {
                str(name): stage_from_json(stage) for name, stage in values["stages"].items()
            },
            "groups": tuple(values["groups"]),
            "degradations": tuple(values["degradations"]),
        }
    )


def stage_to_json(stage: StageRecord) -> dict[str, Any]:
    """The stage as its fields."""
    return _fields(stage)


def _fields(record: QueryRecord | StageRecord) -> dict[str, Any]:
    return {item.name: getattr(record, item.name) for item in dataclasses.fields(record)}


def stage_from_json(fields: dict[str, Any]) -> StageRecord:
    """The stage of a record that was written as its fields."""
    return StageRecord(
        **{
            **fields,
            "ranking": tuple(str(name) for name in fields["ranking"]),
            "scores": tuple(float(score) for score in fields["scores"]),
            "target_ranks": tuple(
                None if rank is None else int(rank) for rank in fields["target_ranks"]
            ),
        }
    )
