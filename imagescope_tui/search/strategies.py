"""The strategies: settings of one and the same engine, and the steps that they take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from imagescope_tui.search.types import SearchOptions

if TYPE_CHECKING:
    from imagescope_tui.search.types import (
        AnswersFrom,
        Fusion,
        ImaginedFrom,
        Step,
        StrategyName,
    )
    from indexer.models.roles import Role

HeadOrder: TypeAlias = Literal["count", "count_by_likeness", "probability", "posterior"]

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
    """The reasoner reads the query into descriptions and writes the questions; else the query
    stands as it is, and the question is whether the photo shows it."""
    imagines_from: tuple[ImaginedFrom, ...] = ()
    """From what the wanted photo is imagined, beside being described."""
    fusion: Fusion = "mean"
    """How several descriptions make one ranking."""
    asks_imagined: bool = False
    """The questions are written from what was imagined, too."""
    questions: int | None = None
    """How many questions are asked at most; None for as many as are written."""
    answers_from: AnswersFrom = "picture"
    """What the questions are put to."""
    order: HeadOrder = "count"
    """What the answers make of the candidates they are about."""
    keeps_last_likeness: bool = True
    """Likenesses are scaled so that the last candidate keeps some; scaled to 0, its answers would
    count for nothing."""
    stops_when_clear: bool = False
    """Ask question by question, and nothing more about candidates that lag far behind."""
    stops_at_accepted: bool = True
    """The evaluator's first acceptance ends stage 3, and moves that candidate alone."""
    remembers: bool = False
    """Answers are kept by content, question and model, and not asked for again."""


STRATEGIES: dict[StrategyName, Strategy] = {
    "imagescope": Strategy(name="imagescope"),
    "ours": Strategy(
        name="ours",
        order="posterior",
        stops_when_clear=True,
        stops_at_accepted=False,
        remembers=True,
    ),
    "xr": Strategy(
        name="xr",
        stages=2,
        top_k=100,
        max_judged=0,
        imagines_from=("words", "picture"),
        fusion="rrf",
        asks_imagined=True,
        questions=3,
        answers_from="both",
        order="count_by_likeness",
        keeps_last_likeness=True,
    ),
    "inquire": Strategy(
        name="inquire",
        stages=2,
        last_stage=2,
        top_k=100,
        max_judged=0,
        reads=False,
        order="probability",
    ),
    "retrieval": Strategy(
        name="retrieval", stages=1, last_stage=1, top_k=0, max_judged=0, reads=False
    ),
}
"""As the papers say, where a paper and its code differ."""

_AS_CODED: dict[StrategyName, Strategy] = {
    "xr": replace(
        STRATEGIES["xr"],
        imagines_from=("words",),
        fusion="mean",
        asks_imagined=False,
        questions=None,
        keeps_last_likeness=False,
    ),
}
"""As the code does without its faults, where it differs: XR's imagines from the words alone, ranks
by the mean of all descriptions, writes the questions from the edits alone and asks all of them."""


def strategy_of(options: SearchOptions) -> Strategy:
    """The strategy with what the options change in it."""
    strategy = STRATEGIES[options.strategy]
    if options.as_coded:
        strategy = _AS_CODED.get(options.strategy, strategy)
    return replace(
        strategy,
        fusion=options.fusion or strategy.fusion,
        questions=options.questions or strategy.questions,
        answers_from=options.answers_from or strategy.answers_from,
    )


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
    strategy = strategy_of(options)
    checkers: dict[AnswersFrom, tuple[Role, ...]] = {
        "picture": ("verifier",),
        "caption": ("reasoner",),
        "both": ("verifier", "reasoner"),
    }
    roles: dict[Step, tuple[Role, ...]] = {
        "read": ("captioner", "reasoner"),
        "ask": ("reasoner",) if strategy.reads else (),
        "verify": checkers[strategy.answers_from],
        "judge": ("evaluator",),
    }
    return roles.get(step, ())
