"""What the status line says of the search: each part with its state and time; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.search.half_known import only_in_words
from imagescope_tui.search.sections import NOTHING_FITS
from imagescope_tui.ui import wording
from imagescope_tui.ui.arranging import BY_LIKENESS, sections_shown
from imagescope_tui.ui.known import is_unfit
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.search.sections import Section
    from imagescope_tui.search.types import Degradation
    from imagescope_tui.ui.arranging import OrderShown
    from imagescope_tui.ui.settings import ModelServerView
    from imagescope_tui.ui.state import SearchView

NO_SERVER = "no model server: imagescope serve"


@dataclass(frozen=True, slots=True)
class Words:
    """Text, and whether it tells of trouble."""

    text: str
    is_trouble: bool = False


def search_words(view: SearchView, *, unserved: str = "") -> list[Words]:
    """The stages, and what they could not do.

    `unserved`: why no model was asked, where one was wanted.
    """
    return _of_phase(view, [Words(unserved)] if unserved else [])


def unserved_words(server: ModelServerView) -> str:
    """Why no model could be asked, and what would help."""
    if server.state == "starting":
        return "the model server is starting"
    return "the model server is ready: / Enter" if server.state == "ready" else NO_SERVER


def _of_phase(view: SearchView, unserved: list[Words]) -> list[Words]:
    match view.phase:
        case "idle":
            return []
        case "failed":
            return [Words(f"search failed: {printable(view.problem)}", is_trouble=True)]
        case "stopped":
            return [*(_deep_stages(view) if view.is_deep else []), Words("stopped")]
        case "searching" | "done" if view.is_deep:
            return _deep_stages(view)
        case "searching":
            return _on_the_way(view)
        case "done":
            return _with_unserved(_stages(view), unserved)


def _with_unserved(stages: list[Words], unserved: list[Words]) -> list[Words]:
    """What would help comes first, and times last, so that nothing that matters is cut."""
    return [*unserved, *sorted(stages, key=lambda words: bool(unserved) and not words.is_trouble)]


def _on_the_way(view: SearchView) -> list[Words]:
    if view.seconds is None:
        return [Words("searching …")]
    return [Words(f"words ✓ {wording.elapsed(view.seconds)}"), Words("pictures …")]


def _stages(view: SearchView) -> list[Words]:
    time = f" {wording.elapsed(view.seconds)}" if view.seconds is not None else ""
    if view.degradations:
        return [Words(f"words ✓{time}"), *_troubles(view)]
    return [Words(f"search ✓{time}"), *_unknown(view), *_half_known(view), *_unfit(view)]


def _unfit(view: SearchView) -> list[Words]:
    return [Words(NOTHING_FITS, is_trouble=True)] if is_unfit(view) else []


def _unknown(view: SearchView) -> list[Words]:
    if not view.words_unknown:
        return []
    unknown = ", ".join(f"“{printable(word)}”" for word in view.words_unknown)
    return [Words(f"not known: {unknown}", is_trouble=True)]


def _half_known(view: SearchView) -> list[Words]:
    """Where nothing fits at all, that is what is said."""
    words = () if is_unfit(view) else only_in_words(view.ranking, view.words_unseen)
    return [Words(f"{', '.join(map(printable, words))}: only in words")] if words else []


def _deep_stages(view: SearchView) -> list[Words]:
    """What could not be done, what was, then what goes on, so that nothing that matters is cut."""
    stages = [_reading(view), _found(view), _checking(view), _judging(view)]
    done = [words for words in stages if words and "✓" in words.text]
    coming = [words for words in stages if words and "✓" not in words.text]
    return [*_troubles(view), *done, *_unknown(view), *coming]


def _reading(view: SearchView) -> Words | None:
    cost, found = view.costs.get(1), view.found_seconds
    if view.is_read:
        spent = cost.seconds - (found or 0.0) if cost else 0.0
        return Words(f"read ✓ {wording.elapsed(spent)}" if spent > 0 else "read ✓")
    return Words("reading …") if view.stage == 1 else None


def _found(view: SearchView) -> Words | None:
    if view.found_seconds is None:
        return Words("searching …") if view.stage == 1 else None
    return Words(f"{_number_found(view)} ✓ {wording.elapsed(view.found_seconds)}")


def _checking(view: SearchView) -> Words | None:
    if 2 in view.rankings:
        return Words(f"checked ✓ {wording.elapsed(view.costs[2].seconds)}")
    if not 0 < view.stage <= 2 or not _runs_to(view, 2):
        return None
    total = len(view.to_check) * len(view.propositions)
    return Words(f"checking {view.answers_given} of {total}" if total else "checking …")


def _judging(view: SearchView) -> Words | None:
    if 3 in view.rankings:
        return Words(f"judged ✓ {wording.elapsed(view.costs[3].seconds)}")
    if view.stage != 3 or view.options is None:
        return None
    total = min(view.options.max_judged, len(view.ranking))
    return Words(f"judging {len(view.verdicts)} of {total}") if total else None


def _runs_to(view: SearchView, stage: int) -> bool:
    return view.options is not None and view.options.stages >= stage


def _troubles(view: SearchView) -> list[Words]:
    """Stages that failed for one reason are named together."""
    stages: dict[str, list[str]] = {}
    for part in view.degradations:
        stages.setdefault(_reason(part), []).append(stage_name(part, view))
    return [
        Words(f"{', '.join(dict.fromkeys(names))} ✗ {reason}", is_trouble=True)
        for reason, names in stages.items()
    ]


def _reason(part: Degradation) -> str:
    """Where something is known to help, it is said instead of what was done without.

    What a server wrote beside its status stands in Why.
    """
    reason = printable(part.reason).partition(": ")[0]
    if part.hint:
        return f"{reason} · {printable(part.hint)}"
    return f"{reason}: {printable(part.fallback)}"


def stage_name(part: Degradation, view: SearchView) -> str:
    """What a reader calls the part of the search that could not run."""
    if part.stage > 1:
        return "checking" if part.stage == 2 else "judging"
    is_compared = any(found.picture_rank is not None for found in view.rankings.get(1, ()))
    return "reading" if view.is_deep and is_compared else "pictures"


def outcome_words(
    view: SearchView, limit: int, shown: OrderShown, passed: int = 0, *, is_brief: bool = False
) -> str:
    """`1 match · 212 ranked · by match ▾`: how many, and in which order they are on the screen.

    Without ▾ where there is but one; in brief without what the place in the grid tells as well.
    `passed`: how many photos filters alone let pass; 0 where there are none.
    """
    order_told = shown.name if shown.name == BY_LIKENESS else f"{shown.name} ▾"
    found = found_words(view, limit)
    if view.phase == "idle" and passed:
        found = f"{passed:,} found"
    if found and (matches := match_words(sections_shown(view, shown.order))):
        found = matches if is_brief else f"{matches} · {found}"
    return " · ".join(part for part in (found, order_told) if part)


def match_words(parts: tuple[Section, ...]) -> str:
    """`12 matches`; where there is none how many may be; empty where all are.

    Empty as well where nothing fits, which is told elsewhere.
    """
    matches, maybe = parts.count("match"), parts.count("maybe")
    if matches == len(parts) or "unfit" in parts:
        return ""
    if matches:
        return counted(matches, "match", "matches")
    return f"{maybe:,} maybe" if maybe else "no match"


def found_words(view: SearchView, limit: int) -> str:
    """`212 found`; `best 500` where there may be more; `212 ranked` where all were compared."""
    count = len(view.ranking)
    if view.phase == "idle" or (view.phase == "searching" and view.seconds is None):
        return ""
    return f"best {count:,}" if count >= limit else _number_found(view)


def _number_found(view: SearchView) -> str:
    # The pictures' ranking leaves nothing out: to call its tail found would be a lie.
    is_compared = any(candidate.picture_rank is not None for candidate in view.ranking)
    return f"{len(view.ranking):,} {'ranked' if is_compared else 'found'}"


def place_words(index: int, count: int, marked: int) -> str:
    """`3 marked · 12 of 212`."""
    parts = [f"{marked:,} marked" if marked else ""]
    if count:
        parts.append(f"{index + 1:,} of {count:,}")
    return " · ".join(part for part in parts if part)
