"""Stages 1 to 3 of one engine, with models that answer as they are told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.events import (
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    IntentReady,
    SearchEvent,
    StageDegraded,
)
from imagescope_tui.search.models import NO_MODELS, RoleModels
from imagescope_tui.search.sight import EVALUATOR_SIDE, VERIFIER_SIDE
from imagescope_tui.search.types import Query, SearchOptions, Turn
from indexer.models.chat_types import ChatMalformed, ChatUnavailable, YesNo
from storage.records import PhotoFilter
from tests.search.stand_ins import (
    DESCRIPTIONS,
    INTENT,
    ScriptedModel,
    ScriptedPictures,
    ScriptedSight,
    ScriptedWords,
    questions,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.types import SearchResult

QUERY = Query(text="red barn", filter=PhotoFilter())
EDIT = Query(text="at night", reference=Path("/photos/barn.jpg"), filter=PhotoFilter())
DEEP = SearchOptions(stages=3, rank_by="picture", top_k=4, max_judged=3)
OURS = replace(DEEP, strategy="ours")
DOWN = ChatUnavailable("nobody answers", "imagescope serve")


def all_roles(model: ScriptedModel) -> RoleModels:
    return RoleModels(captioner=model, reasoner=model, verifier=model, evaluator=model)


class Asking:
    """One search and what it told."""

    def __init__(
        self,
        model: ScriptedModel | None = None,
        *,
        ids: tuple[int, ...] = (1, 2, 3, 4, 5, 6),
        sight: ScriptedSight | None = None,
        models: RoleModels | None = None,
    ) -> None:
        self.pictures = ScriptedPictures(ids=ids)
        self.events: list[SearchEvent] = []
        self.roles = models or (all_roles(model) if model else NO_MODELS)
        self.engine = SearchEngine(
            self.pictures,
            ScriptedWords(),
            models=lambda: self.roles,
            sight=sight or ScriptedSight(),
        )

    async def search(self, query: Query = QUERY, options: SearchOptions = DEEP) -> SearchResult:
        self.events.clear()
        return await self.engine.search(query, options=options, emit=self.events.append)

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def order(result: SearchResult, stage: int | None = None) -> list[int]:
    ranking = result.ranking if stage is None else result.rankings[stage]
    return [candidate.photo_id for candidate in ranking]


def truth(*right: int) -> Callable[[str, tuple[int, ...]], YesNo]:
    """Yes for these photos, surely."""
    return lambda question, shown: YesNo(
        said=shown[-1] in right, p_yes=0.97 if shown[-1] in right else 0.03
    )


# -- stage 1 --------------------------------------------------------------------------------------


async def test_the_plain_ranking_is_told_before_the_reasoner_has_answered() -> None:
    model = ScriptedModel(gate=asyncio.Event())
    asking = Asking(model)
    search = asyncio.create_task(asking.search())
    await until(lambda: bool(asking.told(CandidatesRetrieved)))
    [first] = asking.told(CandidatesRetrieved)
    assert [item.photo_id for item in first.ranking] == [1, 2, 3, 4, 5, 6]
    assert not first.is_final
    assert model.gate is not None
    model.gate.set()
    await search


async def test_photos_are_ranked_by_the_descriptions_of_the_reasoner() -> None:
    asking = Asking(ScriptedModel())
    asking.pictures.orders[DESCRIPTIONS] = (6, 5, 4)
    result = await asking.search(options=replace(DEEP, stages=1, is_reasoned=True))
    assert order(result) == [6, 5, 4]
    assert result.intent.descriptions == DESCRIPTIONS
    assert [event.is_final for event in asking.told(CandidatesRetrieved)] == [False, True]


async def test_descriptions_that_say_nothing_to_the_encoder_lose_no_photo() -> None:
    asking = Asking(ScriptedModel())
    asking.pictures.meaningless = DESCRIPTIONS
    result = await asking.search(options=replace(DEEP, stages=1, is_reasoned=True))
    assert order(result) == [1, 2, 3, 4, 5, 6]
    assert [item.stage for item in result.degradations] == [1]


async def test_a_search_as_one_types_asks_no_model() -> None:
    model = ScriptedModel()
    await Asking(model).search(options=SearchOptions(stages=1))
    assert not model.requests


async def test_an_edit_is_read_with_the_references_caption_and_leaves_the_reference_out() -> None:
    model = ScriptedModel()
    asking = Asking(model, sight=ScriptedSight(caption="a barn by day"))
    await asking.search(EDIT, replace(DEEP, stages=1, is_reasoned=True))
    assert model.requests[0].text == "Reference: a barn by day\nRequest: at night"
    described = asking.pictures.asked[-1]
    assert described.texts == DESCRIPTIONS
    assert described.picture is None
    assert described.without == EDIT.reference


async def test_a_reference_without_caption_is_captioned_first() -> None:
    model = ScriptedModel(text="This image shows a barn at noon.")
    await Asking(model).search(EDIT, replace(DEEP, stages=1, is_reasoned=True))
    assert model.requests[0].pictures
    assert model.requests[1].text.startswith("Reference: A barn at noon.")


async def test_a_reference_that_nobody_can_describe_counts_by_its_picture() -> None:
    asking = Asking(models=RoleModels(reasoner=ScriptedModel()))
    await asking.search(EDIT, replace(DEEP, stages=1, is_reasoned=True))
    assert [item.picture for item in asking.pictures.asked] == [EDIT.reference]
    assert asking.told(IntentReady)


async def test_a_conversation_is_read_with_what_was_looked_for_before() -> None:
    model = ScriptedModel()
    history = (Turn(text="a barn"), Turn(text="in snow", reading="a barn in snow"))
    query = Query(text="now red", history=history, filter=PhotoFilter())
    asking = Asking(model)
    await asking.search(query, replace(DEEP, stages=1, is_reasoned=True))
    assert model.requests[0].text == "Reference: none\nEarlier: a barn in snow\nRequest: now red"
    assert asking.pictures.asked[0].texts == ("a barn, in snow, now red",)


@pytest.mark.parametrize("first", [{"edits": []}, ChatMalformed("cut off"), {"core": 7}])
async def test_nonsense_is_asked_again_once(first: object) -> None:
    model = ScriptedModel(intent=[first, INTENT])
    asking = Asking(model)
    result = await asking.search(options=replace(DEEP, stages=1, is_reasoned=True))
    assert result.intent.descriptions == DESCRIPTIONS
    assert "could not be used" in model.requests[1].text
    assert not asking.told(StageDegraded)


async def test_nonsense_twice_keeps_the_users_words() -> None:
    model = ScriptedModel(intent=[{}, {}])
    asking = Asking(model)
    result = await asking.search(options=replace(DEEP, stages=1, is_reasoned=True))
    assert order(result) == [1, 2, 3, 4, 5, 6]
    assert [item.stage for item in result.degradations] == [1]
    assert model.names["intent"] == 2


# -- stage 2 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [DEEP, OURS], ids=["imagescope", "ours"])
async def test_who_answers_as_expected_comes_first(options: SearchOptions) -> None:
    model = ScriptedModel(propositions=questions("One?", "Two?"), yes_no=truth(3, 4))
    result = await Asking(model).search(options=replace(options, stages=2))
    assert order(result, 2)[:2] == [3, 4]


async def test_an_expected_no_counts_as_much_as_a_yes() -> None:
    model = ScriptedModel(propositions=questions("Is there a cow?", expected="no"))
    model.yes_no = truth(1, 2)
    assert order(await Asking(model).search(options=replace(DEEP, stages=2))) == [3, 4, 1, 2, 5, 6]


async def test_an_unreadable_answer_satisfies_nothing() -> None:
    model = ScriptedModel(yes_no=lambda question, shown: YesNo(said=None))
    result = await Asking(model).search(options=replace(DEEP, stages=2))
    assert order(result) == order(result, 1)
    assert {item.score for item in result.verifications} == {0.0}


async def test_a_question_that_compares_shows_the_reference_first() -> None:
    model = ScriptedModel(propositions=questions("Is it darker?", needs_reference=True))
    asked: list[tuple[int, ...]] = []

    def yes_no(question: str, shown: tuple[int, ...]) -> YesNo:
        asked.append(shown)
        return YesNo(said=True)

    model.yes_no = yes_no
    await Asking(model).search(EDIT, replace(DEEP, stages=2))
    assert sorted(asked) == [(0, 1), (0, 2), (0, 3), (0, 4)]


async def test_a_photo_that_cannot_be_shown_is_not_asked_about() -> None:
    model = ScriptedModel(yes_no=truth(3, 4))
    asking = Asking(model, sight=ScriptedSight(unseen=frozenset({3})))
    result = await asking.search(options=replace(DEEP, stages=2))
    assert order(result)[0] == 4
    assert result.verifications[2].answers == (None,)


async def test_every_answer_is_told_as_it_comes() -> None:
    model = ScriptedModel(propositions=questions("One?", "Two?"))
    asking = Asking(model)
    await asking.search(options=replace(DEEP, stages=2))
    assert len(asking.told(CandidateVerified)) == 8
    [reranked] = asking.told(CandidatesReranked)
    assert reranked.cost.model_calls == {"reasoner": 1, "verifier": 8}


async def test_ours_asks_nothing_more_about_who_lags_far_behind() -> None:
    asked = questions("One?", "Two?", "Three?", "Four?")
    model = ScriptedModel(propositions=asked, yes_no=truth(1, 2))
    asking = Asking(model)
    result = await asking.search(options=replace(OURS, stages=2, top_k=6, max_judged=2))
    known = [sum(answer is not None for answer in item.answers) for item in result.verifications]
    assert known[:2] == [4, 4]
    assert max(known[2:]) < 4
    assert model.names["question"] == sum(known)


async def test_ours_leaves_the_least_promising_questions_for_the_evaluator() -> None:
    model = ScriptedModel()
    result = await Asking(model).search(options=replace(OURS, top_k=6))
    assert [item.answers[0] is None for item in result.verifications] == 4 * [False] + 2 * [True]
    assert len(result.verdicts) == 3


async def test_ours_remembers_answers_and_imagescope_asks_again() -> None:
    for options, expected in ((OURS, 4), (DEEP, 8)):
        model = ScriptedModel()
        asking = Asking(model)
        await asking.search(options=replace(options, stages=2))
        await asking.search(options=replace(options, stages=2))
        assert model.names["question"] == expected


async def test_models_are_shown_the_moment_that_was_found() -> None:
    model, sight = ScriptedModel(), ScriptedSight()
    asking = Asking(model, sight=sight)
    asking.pictures.seconds = {2: 42.0}
    result = await asking.search()
    assert sight.moments == {(2, VERIFIER_SIDE, 42.0), (2, EVALUATOR_SIDE, 42.0)}
    assert {item.photo_id: item.second for item in result.ranking if item.second} == {2: 42.0}


async def test_an_answer_about_one_moment_is_none_about_another() -> None:
    model = ScriptedModel()
    asking = Asking(model)
    for second, asked in ((42.0, 4), (42.0, 4), (7.0, 5)):
        asking.pictures.seconds = {2: second}
        await asking.search(options=replace(OURS, stages=2))
        assert model.names["question"] == asked


async def test_ours_lets_the_stage_one_score_decide_between_equal_answers() -> None:
    result = await Asking(ScriptedModel()).search(options=replace(OURS, stages=2))
    assert order(result) == [1, 2, 3, 4, 5, 6]
    scores = [item.score for item in result.verifications]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


# -- stage 3 --------------------------------------------------------------------------------------


def accepts(*right: int) -> Callable[[tuple[int, ...]], dict[str, str]]:
    return lambda shown: {
        "accepted": "yes" if shown[-1] in right else "no",
        "reason": "it fits" if shown[-1] in right else "it does not",
    }


async def test_imagescope_stops_at_the_first_accepted_and_moves_it_alone() -> None:
    model = ScriptedModel(verdict=accepts(2, 3))
    result = await Asking(model).search()
    assert order(result) == [2, 1, 3, 4, 5, 6]
    assert model.names["verdict"] == 2


async def test_ours_ranks_all_that_were_judged() -> None:
    result = await Asking(ScriptedModel(verdict=accepts(2, 3))).search(options=OURS)
    assert sorted(item.photo_id for item in result.verdicts) == [1, 2, 3]
    assert order(result)[:3] == [2, 3, 1]


async def test_the_evaluator_sees_the_reference_before_the_candidate() -> None:
    model = ScriptedModel()
    await Asking(model).search(EDIT)
    judged = [item for item in model.requests if item.text == "Request: at night"]
    assert [len(item.pictures) for item in judged] == [2, 2, 2]
    assert judged[0].pictures[0].jpeg == b"0"


async def test_a_verdict_that_makes_no_sense_is_unreadable_and_moves_nobody() -> None:
    model = ScriptedModel(verdict=lambda shown: ChatMalformed("no JSON"))
    result = await Asking(model).search()
    assert order(result) == order(result, 2)
    assert {item.accepted for item in result.verdicts} == {None}


# -- what cannot run ------------------------------------------------------------------------------


async def test_without_a_server_stage_one_stands_and_says_what_would_help() -> None:
    asking = Asking()
    result = await asking.search()
    assert order(result) == [1, 2, 3, 4, 5, 6]
    assert [(item.stage, item.hint) for item in result.degradations] == [
        (2, "imagescope serve, or set lmm.url"),
        (3, "imagescope serve, or set lmm.url"),
    ]


@pytest.mark.parametrize("options", [DEEP, OURS], ids=["imagescope", "ours"])
async def test_with_every_model_failing_the_ranking_is_plain_retrieval(
    options: SearchOptions,
) -> None:
    model = ScriptedModel(
        intent=DOWN, propositions=DOWN, yes_no=lambda q, s: DOWN, verdict=lambda s: DOWN, text=DOWN
    )
    plain = await Asking().search(options=SearchOptions(rank_by="picture"))
    asking = Asking(model)
    result = await asking.search(options=options)
    assert order(result) == order(plain)
    assert [item.stage for item in result.degradations] == [1, 2, 3]
    assert {item.hint for item in result.degradations} == {"imagescope serve"}


async def test_a_verifier_that_breaks_off_leaves_the_stage_one_order_and_its_answers() -> None:
    def yes_no(question: str, shown: tuple[int, ...]) -> YesNo | ChatUnavailable:
        return DOWN if shown == (4,) else YesNo(said=shown[-1] != 1)

    asking = Asking(ScriptedModel(yes_no=yes_no))
    result = await asking.search(options=replace(DEEP, stages=2))
    assert order(result) == [1, 2, 3, 4, 5, 6]
    assert result.verifications
    assert result.costs[2].model_calls["verifier"] >= 1


async def test_something_unforeseen_in_a_stage_leaves_the_photos_that_were_found() -> None:
    def verdict(shown: tuple[int, ...]) -> NoReturn:
        raise ZeroDivisionError

    result = await Asking(ScriptedModel(verdict=verdict)).search()
    assert order(result) == order(result, 2)
    assert [item.stage for item in result.degradations] == [3]


async def test_a_role_that_is_not_set_up_is_named() -> None:
    model = ScriptedModel()
    result = await Asking(models=RoleModels(reasoner=model, verifier=model)).search()
    [degraded] = result.degradations
    assert degraded.reason == "no evaluator is set up"


async def test_cancelling_a_search_cancels_every_request_in_flight() -> None:
    model = ScriptedModel()
    asking = Asking(model)

    def yes_no(question: str, shown: tuple[int, ...]) -> YesNo:
        return YesNo(said=True)

    gate = asyncio.Event()
    verifier = ScriptedModel(gate=gate, yes_no=yes_no)
    asking.roles = RoleModels(reasoner=model, verifier=verifier, evaluator=model)
    search = asyncio.create_task(asking.search())
    await until(lambda: len(verifier.requests) == 4)
    search.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search
    assert verifier.requests
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


# -- laws -----------------------------------------------------------------------------------------

World: TypeAlias = "tuple[dict[tuple[str, int], YesNo], frozenset[int], int]"
_P_YES = st.one_of(st.none(), st.floats(0, 1))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any answers to any questions about eight photos, any acceptances, any number of questions."""
    count = draw(st.integers(1, 3))
    answers = {
        (f"Question {n}?", photo): YesNo(
            said=draw(st.sampled_from([True, False, None])), p_yes=draw(_P_YES)
        )
        for n in range(count)
        for photo in range(1, 9)
    }
    return answers, draw(st.frozensets(st.integers(1, 8))), count


def model_of(world: World) -> ScriptedModel:
    answers, accepted, count = world
    return ScriptedModel(
        propositions=questions(*(f"Question {n}?" for n in range(count))),
        yes_no=lambda question, shown: answers[question, shown[-1]],
        verdict=accepts(*accepted),
    )


@given(worlds(), st.integers(1, 8), st.integers(1, 4), st.sampled_from([DEEP, OURS]))
def test_each_stage_permutes_the_one_before_and_leaves_the_tail(
    world: World, top_k: int, max_judged: int, options: SearchOptions
) -> None:
    asking = Asking(model_of(world), ids=(1, 2, 3, 4, 5, 6, 7, 8))
    options = replace(options, top_k=top_k, max_judged=min(max_judged, top_k))
    result = asyncio.run(asking.search(options=options))
    first, second, third = (order(result, stage) for stage in (1, 2, 3))
    assert set(first[:top_k]) == set(second[:top_k])
    assert first[top_k:] == second[top_k:]
    assert set(second[: options.max_judged]) == set(third[: options.max_judged])
    assert second[options.max_judged :] == third[options.max_judged :]


@given(worlds(), st.integers(1, 8), st.integers(1, 4))
def test_ours_never_calls_the_models_more_than_imagescope(
    world: World, top_k: int, max_judged: int
) -> None:
    calls = {}
    for options in (DEEP, OURS):
        asking = Asking(model_of(world), ids=(1, 2, 3, 4, 5, 6, 7, 8))
        options = replace(options, top_k=top_k, max_judged=min(max_judged, top_k))
        result = asyncio.run(asking.search(options=options))
        calls[options.strategy] = sum(result.model_calls.values())
    assert calls["ours"] <= calls["imagescope"]


@given(worlds())
def test_candidates_that_satisfy_equally_many_keep_their_order(world: World) -> None:
    result = asyncio.run(Asking(model_of(world)).search(options=replace(DEEP, stages=2, top_k=6)))
    places = {photo: place for place, photo in enumerate(order(result, 1))}
    scores = {item.photo_id: item.score for item in result.verifications}
    keys = [
        (-scores[candidate.photo_id], places[candidate.photo_id]) for candidate in result.ranking
    ]
    assert keys == sorted(keys)
