"""What is asked of a run, and what follows from it: stages, roles, and the card without models."""

from __future__ import annotations

import dataclasses
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, get_args

from imagescope_tui.search.prompting import PromptName, prompt
from imagescope_tui.search.strategies import STRATEGIES, roles_of, steps_of
from indexer.captions.prompt import caption_prompt

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.task import Benchmark, BenchmarkQuery
    from imagescope_tui.search.types import SearchOptions
    from indexer.models.roles import Role

_LIBRARIES = (
    "imagescope-tui",
    "numpy",
    "open_clip_torch",
    "torch",
    "sentence-transformers",
    "pillow",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """One run as it was asked for."""

    benchmark: Benchmark
    options: SearchOptions
    stages: tuple[int, ...]
    """Those that are reported, in order; `options.stages` is the last."""
    out: Path
    gallery: Path
    """The library of the photos; for vectors on disk, their folder, which is only read."""
    is_resumed: bool = False
    limit: int | None = None
    caption_weight: float
    excludes_reference: bool
    at_once: int
    allows_missing: bool = False
    """Whether it runs although photos cannot be read."""

    @property
    def queries(self) -> tuple[BenchmarkQuery, ...]:
        """Those that are run: the first ones, up to the limit."""
        return self.benchmark.queries[: self.limit]

    @property
    def ranks_vectors(self) -> bool:
        """Whether vectors on disk stand for the photos."""
        return self.benchmark.name == "inquire-fullrank"

    @property
    def needs_captions(self) -> bool:
        """Whether captions of the gallery change anything, so that a model should write them."""
        return self.caption_weight > 0 and STRATEGIES[self.options.strategy].reads

    @property
    def roles(self) -> tuple[Role, ...]:
        """Whose answers the run cannot do without, each once."""
        asked = [role for step in steps_of(self.options) for role in roles_of(step, self.options)]
        has_pictures = any(query.reference for query in self.queries)
        if not has_pictures or self.benchmark.captions:
            # Nothing is to be described that has no description yet.
            asked = [role for role in asked if role != "captioner"]
        return tuple(dict.fromkeys(asked))


def planned_fields(plan: RunPlan) -> dict[str, Any]:
    """The fields of the run's card that are known before any model is loaded."""
    benchmark = plan.benchmark
    return {
        "dataset": benchmark.name,
        "split": benchmark.split,
        "fingerprint": benchmark.fingerprint,
        "captions_fingerprint": benchmark.captions_fingerprint,
        "folder": str(benchmark.folder.absolute()),
        "gallery": str(plan.gallery.absolute()),
        "queries": len(plan.queries),
        "limit": plan.limit,
        "strategy": plan.options.strategy,
        "stages": plan.stages,
        "options": dataclasses.asdict(plan.options),
        "caption_weight": plan.caption_weight,
        "excludes_reference": plan.excludes_reference,
        "measures": benchmark.measures,
        "submission": benchmark.submission,
        "has_targets": benchmark.has_targets,
        "prompts": prompt_ids() if plan.roles else {},
    }


def plan_differences(plan: RunPlan, card: RunCard) -> tuple[str, ...]:
    """What tells a plan from a run that was begun, as far as is known without models."""
    from imagescope_tui.evaluation.runs.card import differences

    return differences(dataclasses.replace(card, **planned_fields(plan)), card)


def prompt_ids() -> dict[str, str]:
    """The hash of every prompt, by its name: results of two texts are two results."""
    return {
        "caption": caption_prompt().id,
        **{name: prompt(name).id for name in get_args(PromptName)},
    }


def versions() -> dict[str, str]:
    """Of Python and of the libraries that make the figures."""
    return {"python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
