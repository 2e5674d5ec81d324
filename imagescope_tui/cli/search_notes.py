"""What a search says on stderr: how the line was read, what could not be done, what is missing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from imagescope_tui.cli.search_explained import short_reading
from imagescope_tui.cli.terminal import is_shown, say
from imagescope_tui.counting import counted, listed, percent

if TYPE_CHECKING:
    from imagescope_tui.cli.search_found import Found
    from imagescope_tui.cli.search_request import SearchRequest
    from imagescope_tui.search.types import Degradation, SearchResult
    from storage.library import Library

_MISSING = {1: "searched by your words alone", 2: "nothing checked", 3: "nothing compared"}
_SECTIONS = {"match": "match", "maybe": "may", "rest": "are the rest", "unchecked": "not checked"}


def say_reading(request: SearchRequest, *, is_for_people: bool) -> None:
    """How the line was read, where it is more than words, and what is doubtful about it."""
    if is_for_people and (told := short_reading(request.reading)):
        say(f"read as: {told}")
    for hint in request.reading.hints:
        say(f"note: {hint}")


def say_notes(found: Found, *, tells_no_server: bool) -> None:
    """What could not be done, what nobody knows, and how well what was found fits."""
    result = found.result
    for line in _degradations(result, tells_no_server=tells_no_server):
        say(f"note: {line}")
    if result.words_unknown:
        say(f"note: not known here: {', '.join(result.words_unknown)}")
    if not found.hits:
        say("no match")
    elif found.hits[0].section == "unfit":
        best = max(item.chance or 0.0 for item in result.ranking)
        say(f"note: nothing fits well; the likeliest with a chance of {percent(best)}")


def say_sections(found: Found) -> None:
    """How many of the lines match, where nobody sees the names of the parts between them."""
    if is_shown() or found.request.query.is_timeline:
        return
    counts = {
        name: count
        for section, name in _SECTIONS.items()
        if (count := sum(hit.section == section for hit in found.hits))
    }
    if counts and list(counts) != ["match"]:
        say(f"note: of these {listed([f'{count:,} {name}' for name, count in counts.items()])}")


def _degradations(result: SearchResult, *, tells_no_server: bool) -> list[str]:
    """One line per reason."""
    by_reason: dict[tuple[str, str], list[Degradation]] = {}
    for item in result.degradations:
        if tells_no_server or not item.lacks_server:
            by_reason.setdefault((item.reason, item.hint), []).append(item)
    lines = []
    for (reason, hint), items in by_reason.items():
        missing = ", ".join(_MISSING[stage] for stage in dict.fromkeys(i.stage for i in items))
        lines.append(f"{missing}: {reason}" + (f" ({hint})" if hint else ""))
    return lines


def say_unseen(result: SearchResult, library: Library) -> None:
    """How far a library is whose photos were embedded by another encoder before."""
    if result.encoder_id is None:
        return
    counts = library.vectors.count_by_encoder()
    seen = counts.get(result.encoder_id, 0)
    # Asked second: it looks at every photo.
    if seen < max(counts.values(), default=0):
        waiting = library.contents.count_work(result.encoder_id, now=time.time())
        if waiting:
            say(
                f"note: this encoder has seen {counted(seen, 'photo')} so far, {waiting:,} more"
                " are found by words alone until imagescope index is through"
            )


def say_costs(result: SearchResult) -> None:
    """Seconds and requests of each stage."""
    for stage, cost in result.costs.items():
        calls = ", ".join(f"{role} {count}" for role, count in cost.model_calls.items())
        say(f"stage {stage}: {cost.seconds:.2f} s" + (f", asked: {calls}" if calls else ""))
