"""What the rows of a table were measured with, so that a reader sees what tells runs apart."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.evaluation.runs.card import RunCard

_OPTIONS: Final = ("top_k", "max_judged", "questions", "fusion", "answers_from", "as_coded")
"""Those that are told only where runs of one strategy differ in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """How one run came to its figures, as far as a table of several needs it."""

    run: str
    strategy: str
    picture_encoder: str
    caption_encoder: str | None
    """None where captions have no encoder of their own."""
    rank_by: str | None
    caption_weight: float | None
    """None where no photo has a caption."""
    others: Mapping[str, str]
    """Options and models in which runs of the same strategy differ."""


def settings_of(runs: Sequence[tuple[str, RunCard]]) -> tuple[RunSettings, ...]:
    """One of each run, in their order; runs come with their names."""
    by_strategy: dict[str, list[RunCard]] = defaultdict(list)
    for _, card in runs:
        by_strategy[card.strategy].append(card)
    return tuple(
        RunSettings(
            run=name,
            strategy=card.strategy,
            picture_encoder=card.encoder_id,
            caption_encoder=card.caption_encoder_id,
            rank_by=card.options.get("rank_by"),
            caption_weight=card.caption_weight if card.photos_captioned else None,
            others=_others(card, by_strategy[card.strategy]),
        )
        for name, card in runs
    )


def settings_line(settings: RunSettings) -> str:
    """One line for a person: `RUN: strategy, …`."""
    told = [settings.strategy]
    if settings.rank_by:
        told.append(f"ranked by {settings.rank_by}")
    told.append(f"pictures by {settings.picture_encoder}")
    if settings.caption_encoder:
        told.append(f"captions by {settings.caption_encoder}")
    if settings.caption_weight is not None:
        told.append(f"caption weight {settings.caption_weight:g}")
    told += [f"{name} {value}" for name, value in settings.others.items()]
    return f"{settings.run}: {', '.join(told)}"


def settings_to_json(settings: RunSettings) -> dict[str, Any]:
    """All fields; a promise to other programs."""
    return dataclasses.asdict(settings)


def option_name(name: str) -> str:
    """A field of `SearchOptions` as people say it."""
    return _OPTION_NAMES.get(name, name.replace("_", " "))


_OPTION_NAMES: Final = {
    "rank_by": "ranked by",
    "limit": "places ranked",
    "top_k": "photos verified at most",
    "max_judged": "photos judged at most",
    "is_reasoned": "reading of the query before stage 1",
    "verifies": "stage 2 before stage 3",
    "questions": "questions at most",
    "as_coded": "as the publication's code does",
}


def in_words(value: Any) -> str:  # noqa: ANN401 - a value of JSON
    """A setting's value as people say it; `none` where there is none."""
    if value is None or value in ("", (), []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(in_words, value))
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _others(card: RunCard, alike: Sequence[RunCard]) -> dict[str, str]:
    roles = sorted({role for other in alike for role in other.models})
    values = {option_name(name): [other.options.get(name) for other in alike] for name in _OPTIONS}
    values |= {role: [other.models.get(role) for other in alike] for role in roles}
    mine = next(place for place, other in enumerate(alike) if other is card)
    return {
        name: in_words(found[mine])
        for name, found in values.items()
        if any(value != found[mine] for value in found)
    }
