"""The strategies: settings of one and the same engine, and the steps that they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.search.types import SearchOptions

if TYPE_CHECKING:
    from imagescope_tui.search.types import Step, StrategyName
    from indexer.models.chat_types import Role

MAX_JUDGED = 3
"""How many candidates the evaluator looks at where stage 3 is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How a query is read, and how stages 2 and 3 make an order of what the models said."""

    name: StrategyName
    stages: int = 3
    """The last stage it runs unless told otherwise."""
    last_stage: int = 3
    """The last stage it has at all."""
    top_k: int = 20
    """How many candidates the verifier looks at unless told otherwise."""
    max_judged: int = MAX_JUDGED
    """How many candidates the evaluator looks at unless told otherwise."""
    reads: bool = True
    """The reasoner reads the query into descriptions and writes the questions."""
    is_soft: bool = False
    """Order by the sum of log-odds over the stage-1 prior, not by how many answers fit."""
    stops_when_clear: bool = False
    """Ask nothing more about candidates that lag far behind."""
    stops_at_accepted: bool = True
    """The evaluator's first acceptance ends stage 3, and moves that candidate alone."""
    remembers: bool = False
    """Answers are kept by content, question and model, and not asked for again."""


STRATEGIES: dict[StrategyName, Strategy] = {
    "imagescope": Strategy(name="imagescope"),
    "ours": Strategy(
        name="ours",
        is_soft=True,
        stops_when_clear=True,
        stops_at_accepted=False,
        remembers=True,
    ),
    "xr": Strategy(name="xr", stages=2, top_k=100, max_judged=0),
    "inquire": Strategy(
        name="inquire", stages=2, last_stage=2, top_k=100, max_judged=0, reads=False
    ),
    "retrieval": Strategy(
        name="retrieval", stages=1, last_stage=1, top_k=0, max_judged=0, reads=False
    ),
}


def options_for(
    name: StrategyName,
    *,
    stages: int | None = None,
    top_k: int | None = None,
    max_judged: int | None = None,
) -> SearchOptions:
    """The options of a whole search by a strategy: its own settings where None is given."""
    strategy = STRATEGIES[name]
    last = min(strategy.stages if stages is None else stages, strategy.last_stage)
    judged = strategy.max_judged if max_judged is None else max_judged
    if max_judged is None and last >= 3:
        judged = judged or MAX_JUDGED
    return SearchOptions(
        strategy=name,
        stages=last,
        is_reasoned=strategy.reads,
        top_k=strategy.top_k if top_k is None else top_k,
        max_judged=judged,
    )


def steps_of(options: SearchOptions) -> tuple[Step, ...]:
    """The steps of a search, in the order in which each model is asked once for all queries.

    `read` and `ask` are the reasoner's, `retrieve` the encoder's, `verify` the verifier's and
    `judge` the evaluator's. `ask` needs no ranking, so that it may come before `retrieve`.
    """
    strategy = STRATEGIES[options.strategy]
    last = min(options.stages, strategy.last_stage)
    is_verified = last >= 2 and options.verifies
    has: dict[Step, bool] = {
        "read": strategy.reads and (options.is_reasoned or last >= 2),
        "ask": is_verified,
        "retrieve": True,
        "verify": is_verified,
        "judge": last >= 3,
    }
    return tuple(step for step, is_there in has.items() if is_there)


def roles_of(step: Step, options: SearchOptions) -> tuple[Role, ...]:
    """Who may be asked in a step; nobody where it needs no chat model."""
    roles: dict[Step, tuple[Role, ...]] = {
        "read": ("captioner", "reasoner"),
        "ask": ("reasoner",) if STRATEGIES[options.strategy].reads else (),
        "verify": ("verifier",),
        "judge": ("evaluator",),
    }
    return roles.get(step, ())
