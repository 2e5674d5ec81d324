"""The engine taken step by step does what it does at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from imagescope_tui.search.models import NO_MODELS, RoleModels
from imagescope_tui.search.strategies import STRATEGIES, options_for, roles_of, steps_of
from imagescope_tui.search.types import Query, SearchOptions, StrategyName, Turn
from storage.records import PhotoFilter
from tests.search.stand_ins import DESCRIPTIONS, ScriptedModel, ScriptedSight, questions
from tests.search.test_stages import DOWN, Asking, accepts, all_roles, order, truth

if TYPE_CHECKING:
    from imagescope_tui.search.types import SearchResult, Step

STRATEGY_NAMES: tuple[StrategyName, ...] = get_args(StrategyName)
TEXT = Query(text="red barn", filter=PhotoFilter())
EDIT = Query(text="at night", reference=Path("/photos/barn.jpg"), filter=PhotoFilter())
TALK = Query(text="now red", history=(Turn(text="a barn"),), filter=PhotoFilter())


def options_of(name: StrategyName, **changes: Any) -> SearchOptions:  # noqa: ANN401
    return replace(options_for(name), rank_by="picture", **changes)


async def stepwise(asking: Asking, query: Query, options: SearchOptions) -> SearchResult:
    result = asking.engine.begin(query, options)
    for step in steps_of(options):
        result = await asking.engine.step(step, result, options)
    return result


def scripted() -> Asking:
    model = ScriptedModel(
        propositions=questions("One?", "Two?"),
        yes_no=truth(2, 4, 5),
        verdict=accepts(4),
    )
    asking = Asking(model, sight=ScriptedSight(caption="a barn by day"))
    asking.pictures.orders[DESCRIPTIONS] = (6, 5, 4, 3, 2, 1)
    return asking


@pytest.mark.parametrize("name", STRATEGY_NAMES)
@pytest.mark.parametrize("query", [TEXT, EDIT, TALK], ids=["text", "edit", "talk"])
async def test_step_by_step_finds_what_a_search_finds(name: StrategyName, query: Query) -> None:
    options = options_of(name)
    at_once = await scripted().search(query, options)
    slowly = await stepwise(scripted(), query, options)
    # Only the screen ranks the plain words before the reasoner has read them.
    assert replace(slowly, costs={}) == replace(at_once, costs={})
    assert slowly.model_calls == at_once.model_calls
    assert {n: cost.tokens for n, cost in slowly.costs.items()} == {
        n: cost.tokens for n, cost in at_once.costs.items()
    }


@pytest.mark.parametrize("name", STRATEGY_NAMES)
async def test_every_step_goes_on_from_the_result_alone(name: StrategyName) -> None:
    """Each step by an engine of its own, as after a restart."""
    options = options_of(name)
    result = scripted().engine.begin(EDIT, options)
    for step in steps_of(options):
        result = await scripted().engine.step(step, result, options)
    assert result.rankings == (await scripted().search(EDIT, options)).rankings


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("imagescope", ("read", "ask", "retrieve", "verify", "judge")),
        ("ours", ("read", "ask", "retrieve", "verify", "judge")),
        ("xr", ("read", "ask", "retrieve", "verify")),
        ("inquire", ("ask", "retrieve", "verify")),
        ("retrieval", ("retrieve",)),
    ],
)
def test_the_steps_of_a_strategy(name: StrategyName, steps: tuple[Step, ...]) -> None:
    assert steps_of(options_for(name)) == steps


def test_stages_can_be_left_out() -> None:
    whole = options_for("imagescope")
    assert steps_of(replace(whole, verifies=False)) == ("read", "retrieve", "judge")
    assert steps_of(replace(whole, stages=2, verifies=False)) == ("read", "retrieve")
    assert steps_of(replace(whole, stages=1)) == ("read", "retrieve")
    assert steps_of(SearchOptions()) == ("retrieve",)
    assert steps_of(options_for("inquire", stages=3)) == ("ask", "retrieve", "verify")
    assert steps_of(options_for("xr", stages=3))[-1] == "judge"


def test_options_come_from_the_strategy_unless_given() -> None:
    assert (options_for("xr").top_k, options_for("xr").stages) == (100, 2)
    assert (options_for("xr", top_k=7).top_k, options_for("xr", stages=3).max_judged) == (7, 3)
    assert options_for("imagescope", max_judged=0).max_judged == 0


@pytest.mark.parametrize("name", STRATEGY_NAMES)
async def test_only_the_roles_of_a_step_are_asked_in_it(name: StrategyName) -> None:
    options = options_of(name)
    asking = scripted()
    result = asking.engine.begin(EDIT, options)
    for step in steps_of(options):
        before = result.model_calls
        result = await asking.engine.step(step, result, options)
        asked = {role for role, n in result.model_calls.items() if n > before.get(role, 0)}
        assert asked <= set(roles_of(step, options)), step


@pytest.mark.parametrize("name", STRATEGY_NAMES)
@pytest.mark.parametrize("has_models", [True, False])
async def test_no_failure_of_a_model_stops_the_steps(
    name: StrategyName, *, has_models: bool
) -> None:
    model = ScriptedModel(
        intent=DOWN, propositions=DOWN, yes_no=lambda q, s: DOWN, verdict=lambda s: DOWN, text=DOWN
    )
    asking = Asking(models=all_roles(model) if has_models else NO_MODELS)
    result = await stepwise(asking, TEXT, options_of(name))
    assert order(result) == [1, 2, 3, 4, 5, 6]
    stages = [item.stage for item in result.degradations]
    assert stages == sorted(set(stages))
    assert len(stages) == STRATEGIES[name].stages - (name in ("inquire", "retrieval"))


async def test_a_missing_reasoner_is_told_where_queries_are_read_one_after_the_other() -> None:
    asking = Asking(models=RoleModels(verifier=ScriptedModel()))
    options = options_of("imagescope", stages=1)
    result = await stepwise(asking, TEXT, options)
    assert [item.reason for item in result.degradations] == ["no reasoner is set up"]
    assert order(result) == [1, 2, 3, 4, 5, 6]


async def test_without_stage_two_the_evaluator_looks_at_what_stage_one_found() -> None:
    asking = scripted()
    result = await asking.search(EDIT, options_of("imagescope", verifies=False))
    assert sorted(result.rankings) == [1, 3]
    assert order(result) == [4, 6, 5, 3, 2, 1]
    assert not result.propositions


# -- retrieval and INQUIRE ------------------------------------------------------------------------


async def test_the_baseline_asks_no_model_and_takes_the_whole_conversation_as_it_stands() -> None:
    asking = scripted()
    result = await asking.search(TALK, options_of("retrieval", stages=3))
    assert [item.texts for item in asking.pictures.asked] == [("a barn, now red",)]
    assert result.model_calls == {}
    assert sorted(result.rankings) == [1]
