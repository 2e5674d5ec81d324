"""Requests and replies of the child process: one JSON object per line, names as bytes survive.

    → {"request": 7, "do": "nearest", "question": {"texts": ["a red barn"], "limit": 500, …}}
    ← {"reply": 7, "answer": {…}}
    → {"request": 8, "do": "where", "photo": 12, "second": null, "words": ["red barn"]}
    ← {"reply": 8, "error": "…", "hint": "…"}
    → {"request": 9, "do": "stacks", "contents": [5, 3, 8, 1]}
    ← {"reply": 9, "answer": {"stacks": [[5, 8]]}}

Events of `indexer.events` come on the same stream, each with the key `event`.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.answers import (
    ChanceLine,
    NearestAnswer,
    NearPhoto,
    SideWeights,
    WhereAnswer,
    WordPlace,
)
from indexer.questions import PictureQuestion
from storage.records import (
    Circle,
    ContentId,
    DaysOfYear,
    HoursOfDay,
    PhotoFilter,
    PhotoId,
    TimeSpan,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def encode_line(message: dict[str, Any]) -> str:
    """One line of ASCII; lone surrogates of odd file names become escapes and come back."""
    return json.dumps(message, default=str)


def decode_line(line: str | bytes) -> dict[str, Any] | None:
    """The object in a line; None for anything else."""
    try:
        message = json.loads(line)
    except (RecursionError, ValueError):
        return None
    return message if isinstance(message, dict) else None


def filter_to_wire(photo_filter: PhotoFilter) -> dict[str, Any]:
    """The filter as JSON values."""
    return {
        **dataclasses.asdict(photo_filter),
        "folders": [str(folder) for folder in photo_filter.folders],
        "without": [filter_to_wire(other) for other in photo_filter.without],
    }


def filter_from_wire(fields: dict[str, Any]) -> PhotoFilter:
    """The filter that `filter_to_wire` was given.

    Raises:
        TypeError: a field is unknown.
    """
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
    }
    for field, parse in _FILTER_PARTS.items():
        values[field] = tuple(parse(item) for item in values.get(field, ()))
    return PhotoFilter(**values)


_FILTER_PARTS: dict[str, Callable[[Any], Any]] = {
    "folders": Path,
    "spans": lambda fields: TimeSpan(**fields),
    "days": lambda fields: DaysOfYear(**fields),
    "hours": lambda fields: HoursOfDay(**fields),
    "near": lambda fields: Circle(**fields),
    "without": filter_from_wire,
}


def question_to_wire(question: PictureQuestion) -> dict[str, Any]:
    """The question as JSON values."""
    return {
        **dataclasses.asdict(question),
        "pictures": [str(path) for path in question.pictures],
        "unlike": [str(path) for path in question.unlike],
        "without": str(question.without) if question.without else None,
        "photo_filter": filter_to_wire(question.photo_filter),
    }


def question_from_wire(fields: dict[str, Any]) -> PictureQuestion:
    """The question that `question_to_wire` was given.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    without = fields["without"]
    return PictureQuestion(
        texts=tuple(str(text) for text in fields["texts"]),
        pictures=tuple(Path(str(path)) for path in fields["pictures"]),
        unlike=tuple(Path(str(path)) for path in fields["unlike"]),
        without=Path(str(without)) if without else None,
        photo_filter=filter_from_wire(fields["photo_filter"]),
        limit=int(fields["limit"]),
        also=tuple(ContentId(int(content)) for content in fields["also"]),
    )


def answer_to_wire(answer: NearestAnswer) -> dict[str, Any]:
    """The answer as JSON values; photos as rows, for there are many."""
    fields = dataclasses.asdict(dataclasses.replace(answer, photos=()))
    rows = [
        (
            *(photo.photo_id, photo.content_id),
            *(photo.score, photo.picture, photo.caption, photo.second),
        )
        for photo in answer.photos
    ]
    return {**fields, "photos": rows}


def answer_from_wire(fields: dict[str, Any]) -> NearestAnswer:
    """The answer that `answer_to_wire` was given."""
    photos = tuple(
        NearPhoto(
            photo_id=PhotoId(row[0]),
            content_id=ContentId(row[1]),
            score=float(row[2]),
            picture=float(row[3]),
            caption=None if row[4] is None else float(row[4]),
            second=None if row[5] is None else float(row[5]),
        )
        for row in fields["photos"]
    )
    known = fields.get("words_known")
    words_known = None if known is None else tuple(known)
    told = fields.get("weights")
    weights = None if told is None else SideWeights(**told)
    line = fields.get("chances")
    chances = None if line is None else ChanceLine(**line)
    return NearestAnswer(
        **{
            **fields,
            "photos": photos,
            "words_known": words_known,
            "words_named": tuple(fields.get("words_named", ())),
            "weights": weights,
            "chances": chances,
        }
    )


def stacks_from_wire(fields: dict[str, Any]) -> tuple[tuple[ContentId, ...], ...]:
    """The stacks in an answer."""
    return tuple(tuple(ContentId(key) for key in contents) for contents in fields["stacks"])


def where_to_wire(answer: WhereAnswer) -> dict[str, Any]:
    """The answer as JSON values."""
    return dataclasses.asdict(answer)


def where_from_wire(fields: dict[str, Any]) -> WhereAnswer:
    """The answer that `where_to_wire` was given."""
    told = fields["words"]
    words = None if told is None else tuple(_word_from_wire(word) for word in told)
    left, top, right, bottom = fields["area"]
    return WhereAnswer(words=words, area=(left, top, right, bottom), problem=fields["problem"])


def _word_from_wire(fields: dict[str, Any]) -> WordPlace:
    return WordPlace(**{**fields, "light": tuple(tuple(row) for row in fields["light"])})
