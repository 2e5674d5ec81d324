"""What a search says on stderr: how the line was read, what could not be done, what is missing."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from imagescope_tui.cli.once_a_session import is_first_time
from imagescope_tui.cli.search_explained import short_reading
from imagescope_tui.cli.terminal import is_shown, say
from imagescope_tui.counting import counted, percent
from imagescope_tui.films_passed import asks_for_films, films_passed_words

if TYPE_CHECKING:
    from imagescope_tui.cli.search_found import Found
    from imagescope_tui.cli.search_request import SearchRequest
    from imagescope_tui.search.types import Degradation, SearchResult
    from storage.library import Library

_MISSING = {1: "searched by your words alone", 2: "nothing checked", 3: "nothing compared"}
_MODELS_WORK = {1: "read your words", 2: "check", 3: "compare"}
_LOOK_SECONDS = 0.05
"""What nobody notices; long enough for the folders of a hundred thousand photos on a disk."""


def say_reading(request: SearchRequest, *, is_for_people: bool) -> None:
    """How the line was read, where it is more than words, and what is doubtful about it."""
    told = short_reading(request.reading) if is_for_people else ""
    if told:
        say(f"read as: {told}")
    # A guess that stands in the reading is not told again.
    guesses = [chip.guess for chip in request.reading.chips if chip.guess and told]
    for hint in request.reading.hints:
        if not any(guess in hint for guess in guesses):
            say(f"note: {hint}")


def say_notes(found: Found) -> None:
    """What could not be done, what nobody knows, and how well what was found fits."""
    from imagescope_tui.search.half_known import only_in_words

    request, result = found.request, found.result
    if request.sort not in (None, request.order):
        say("note: what is like a picture comes by likeness: --sort changes nothing")
    for line in _degradations(found):
        say(f"note: {line}")
    if result.words_unknown:
        say(f"note: not known here: {', '.join(result.words_unknown)}")
    if half_known := only_in_words(result.ranking, result.words_unseen):
        say(f"note: {', '.join(half_known)}: only in words")
    if not found.hits:
        say("no match")
    elif found.hits[0].section == "unfit":
        best = max(item.chance or 0.0 for item in result.ranking)
        say(f"note: nothing fits well; the likeliest with a chance of {percent(best)}")


def say_sections(found: Found) -> None:
    """How many of the lines match, where nobody sees the names of the parts between them."""
    from imagescope_tui.search.sections import SECTION_NAMES

    if is_shown() or found.request.query.is_timeline:
        return
    counts = Counter(hit.section for hit in found.hits)
    # That nothing fits well has been said, and that all match needs not be.
    if not set(counts) <= {"match", "unfit"}:
        told = (f"{SECTION_NAMES[section]}: {count:,}" for section, count in counts.items())
        say(f"note: {' · '.join(told)}")


def _degradations(found: Found) -> list[str]:
    """One line per reason."""
    by_reason: dict[tuple[str, str], list[Degradation]] = {}
    without_server = []
    for item in found.result.degradations:
        if item.lacks_server:
            without_server.append(item.stage)
        else:
            by_reason.setdefault((item.reason, item.hint), []).append(item)
    lines = []
    if without_server and _tells_no_server(found.request):
        work = " and ".join(_MODELS_WORK[stage] for stage in dict.fromkeys(without_server))
        lines.append(f"found without a language model, which would {work} (imagescope serve)")
    for (reason, hint), items in by_reason.items():
        missing = ", ".join(_MISSING[stage] for stage in dict.fromkeys(i.stage for i in items))
        lines.append(f"{missing}: {reason}" + (f" ({hint})" if hint else ""))
    return lines


def _tells_no_server(request: SearchRequest) -> bool:
    """To who named the stages each time, to others once, and never where models are not meant."""
    if request.stages is not None:
        return True
    is_meant = request.options.rank_by != "words" and request.sort is None
    return is_meant and is_first_time("no-server")


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


def say_films_passed(request: SearchRequest, library: Library) -> None:
    """To who asks for films, that there are some which were not read."""
    if asks_for_films(request.query.filter.extensions) and (
        passed := films_passed_words(library.passed_over.count())
    ):
        say(f"note: {passed}")


def say_new_files(library: Library) -> None:
    """How many files are newer than the last look at the folders, if nobody is going to look."""
    from indexer.folders.new_files import count_new_files
    from storage.library import is_being_written

    if is_being_written(library.folder):
        return
    count = count_new_files(library, seconds=_LOOK_SECONDS)
    if count:
        is_are = "is" if count == 1 else "are"
        say(f"note: {counted(count, 'new file')} {is_are} not indexed yet (imagescope index)")


def say_costs(result: SearchResult) -> None:
    """Seconds and requests of each stage."""
    for stage, cost in result.costs.items():
        calls = ", ".join(f"{role} {count}" for role, count in cost.model_calls.items())
        say(f"stage {stage}: {cost.seconds:.2f} s" + (f", asked: {calls}" if calls else ""))
