"""JSON out of what a model wrote: plain, fenced, amid prose, or nearly right."""

from __future__ import annotations

import json
import re
from typing import Any, Final

# Thoughts open the answer; the same signs further on are words like others. Some chat templates
# open them, so that only the end is seen, on a line's end.
_THOUGHTS: Final = re.compile(
    r"\s*<think>.*?(?:</think>|\Z)|.*?</think>[ \t]*(?:\n|\Z)", re.DOTALL | re.IGNORECASE
)
_FENCE: Final = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL | re.IGNORECASE)
# Raw control characters inside strings are what grammars let through.
_DECODER: Final = json.JSONDecoder(strict=False)


def without_thoughts(text: str) -> str:
    """The answer without what the model thought aloud before it; trimmed."""
    thoughts = _THOUGHTS.match(text)
    return text[thoughts.end() :].strip() if thoughts else text.strip()


def read_object(text: str, *, is_cut: bool) -> dict[str, Any] | None:
    """The JSON object in an answer, None where there is none.

    Of an answer that was cut off (`is_cut`), only an object that was complete before the cut
    counts: what a repair would add was never said.
    """
    said = without_thoughts(text)
    fenced = _FENCE.search(said)
    for candidate in (said, fenced[1] if fenced else ""):
        found = _first_object(candidate)
        if found is not None:
            return found
    return None if is_cut else _repaired(fenced[1] if fenced else said)


def _first_object(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _repaired(text: str) -> dict[str, Any] | None:
    """Mends what small models get wrong: single quotes, trailing commas, comments."""
    # Only answers of servers that keep to no schema come here.
    from json_repair import repair_json

    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        found = repair_json(text[start : end + 1], return_objects=True)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None
