"""The five steps of a search: each takes a run as the steps before left it, and writes it on.

Nothing is kept between steps but the result, so that a result may be written to disk after any of
them and taken up again by another process.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from imagescope_tui.search.evaluator import judge as judge_candidates
from imagescope_tui.search.events import (
    CandidateJudged,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
)
from imagescope_tui.search.imagination import imagine_from_picture, imagine_from_words
from imagescope_tui.search.models import NO_MODELS
from imagescope_tui.search.reasoner import read_query, whole_question, write_propositions
from imagescope_tui.search.reference import describe_reference
from imagescope_tui.search.run import FALLBACKS
from imagescope_tui.search.scoring import judged_order, promoted, reranked
from imagescope_tui.search.sight import EVALUATOR_SIDE
from imagescope_tui.search.strategies import roles_of, steps_of
from imagescope_tui.search.types import Degradation
from imagescope_tui.search.variants import VariantFusion
from imagescope_tui.search.verifier import Verifier
from indexer.models.protocols import ModelError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from imagescope_tui.search.models import RoleModels
    from imagescope_tui.search.retrieval import Retrieved
    from imagescope_tui.search.run import Meter, SearchRun
    from imagescope_tui.search.sight import Sight
    from imagescope_tui.search.types import (
        Candidate,
        Imagination,
        ImaginedFrom,
        Proposition,
        SearchIntent,
        Step,
        Verdict,
        Verification,
    )
    from indexer.models.chat_types import ChatModel
    from storage.records import PhotoId

    Ranking = tuple[Candidate, ...]

_LEFT_OUT = "searched by what else was described"

# -- stage 1 --------------------------------------------------------------------------------------


async def read(run: SearchRun) -> None:
    """The reference in words, and the query as edits and descriptions of the wanted photo."""
    if not run.query.text.strip():
        return
    meter = run.meter(1)
    await read_with(run, meter.models)
    run.put_cost(1, meter.cost())


async def read_with(run: SearchRun, models: RoleModels) -> None:
    """The same by models that somebody else counts."""

    async def understand() -> SearchIntent:
        reasoner = _present(models.reasoner, "reasoner")
        caption = await describe_reference(run.query, models, run.sight)
        run.put(reference_caption=caption)
        return await read_query(reasoner, run.query, caption)

    intent = await run.guarded(1, understand)
    if intent is not None:
        imagined = await _imaginations(run, models)
        intent = replace(intent, imaginations=imagined)
        run.put(intent=intent)
        run.emit(IntentReady(intent=intent))


async def _imaginations(run: SearchRun, models: RoleModels) -> tuple[Imagination, ...]:
    """The wanted photo as the strategy imagines it; what cannot be imagined is left out."""
    found: list[Imagination] = []
    for source in run.strategy.imagines_from:
        imagined = await run.guarded(1, partial(_IMAGINES[source], run, models), _LEFT_OUT)
        if imagined is not None:
            found.append(imagined)
    return tuple(found)


async def _from_words(run: SearchRun, models: RoleModels) -> Imagination:
    reasoner = _present(models.reasoner, "reasoner")
    return await imagine_from_words(reasoner, run.query, run.result.reference_caption)


async def _from_picture(run: SearchRun, models: RoleModels) -> Imagination | None:
    """None without a reference, or where it cannot be seen."""
    reference = run.query.reference
    seen = await _shown(run).of_file(reference, EVALUATOR_SIDE) if reference is not None else None
    if seen is None:
        return None
    return await imagine_from_picture(_present(models.captioner, "captioner"), run.query, seen)


_IMAGINES: dict[ImaginedFrom, Callable[[SearchRun, RoleModels], Awaitable[Imagination | None]]] = {
    "words": _from_words,
    "picture": _from_picture,
}


async def retrieve(run: SearchRun) -> None:
    """The ranking of stage 1: by the descriptions where there are any, else by the query."""
    meter = run.meter(1)
    found = await described(run) if is_read(run) else None
    found = found or await plain(run, meter, tells_words_first=False)
    run.put_retrieved(found, meter.cost(), is_final=True)


async def plain(run: SearchRun, meter: Meter, *, tells_words_first: bool = True) -> Retrieved:
    """By the query as it stands; to those who wait, what the words alone find is told first."""
    query, options = run.query, run.options
    if query.is_timeline:
        return await run.retrieval.timeline(query, options)

    def tell(found: tuple[Candidate, ...]) -> None:
        run.tell_first(found, meter.cost())

    return await run.retrieval.plain(query, options, tell if tells_words_first else None)


async def described(run: SearchRun) -> Retrieved | None:
    """By the reasoner's descriptions; None where nothing comes of them.

    Words of an edit that no photo holds are no trouble once it has been understood.
    """
    found = await run.retrieval.described(
        run.query,
        _variants(run),
        run.options,
        VariantFusion(run.strategy.fusion, run.options.rrf_k),
    )
    if found.degradation is not None:
        return None
    if not found.has_meaning:
        run.degrade_for(1, "none of the words it was read as means anything to the encoder")
        return None
    return replace(found, words_unknown=())


def again(run: SearchRun, found: Retrieved) -> Retrieved:
    """A ranking that was told before, to stand now that the query has been read or could not be."""
    unknown = () if run.result.intent.descriptions else found.words_unknown
    unseen = () if run.result.intent.descriptions else found.words_unseen
    return replace(found, degradation=None, words_unknown=unknown, words_unseen=unseen)


def _variants(run: SearchRun) -> list[tuple[str, ...]]:
    """The descriptions together, and each imagined caption by itself."""
    intent = run.result.intent
    return [intent.descriptions, *((item.caption,) for item in intent.imaginations)]


def is_read(run: SearchRun) -> bool:
    """Whether there are descriptions to rank by.

    Without a description of the reference they lack all that it shows: the picture itself, summed
    with the words, says more, unless a model imagined the wanted photo from it.
    """
    result = run.result
    has_seen = any(item.source == "picture" for item in result.intent.imaginations)
    is_whole = run.query.reference is None or bool(result.reference_caption) or has_seen
    return bool(result.intent.descriptions) and is_whole


# -- stages 2 and 3 -------------------------------------------------------------------------------


async def ask(run: SearchRun) -> None:
    """The questions that tell the wanted photo from others; needs no ranking."""
    if not run.query.text.strip() or not _has_models(run, "ask", stage=2):
        return
    meter = run.meter(2)
    written = await run.guarded(2, lambda: _questions(run, meter.models))
    run.put_cost(2, meter.cost())
    if written is not None:
        run.put(propositions=written)
        run.emit(PropositionsReady(propositions=written))


async def _questions(run: SearchRun, models: RoleModels) -> tuple[Proposition, ...]:
    if not run.strategy.reads:
        return (whole_question(run.query),)
    intent, strategy = run.result.intent, run.strategy
    imagined = intent.imaginations if strategy.asks_imagined else ()
    sources = [item.edits for item in imagined] or [intent.edits]
    return await write_propositions(
        _present(models.reasoner, "reasoner"),
        run.query,
        [edit for edits in sources for edit in edits],
        run.result.reference_caption,
        most=strategy.questions,
    )


async def verify(run: SearchRun) -> None:
    """The answers about the best candidates, and their order by them."""
    # Without questions it was told already why there are none.
    if run.result.propositions and run.result.ranking and _has_models(run, "verify", stage=2):
        await _rerank(run, 2, lambda models: _verified(run, models))


async def _verified(run: SearchRun, models: RoleModels) -> Ranking:
    heard: dict[PhotoId, Verification] = {}

    def hear(verification: Verification) -> None:
        heard[verification.photo_id] = verification
        run.emit(CandidateVerified(verification=verification))

    asked = roles_of("verify", run.options)
    verifying = Verifier(
        model=_present(models.verifier, "verifier") if "verifier" in asked else None,
        reader=_present(models.reasoner, "reasoner") if "reasoner" in asked else None,
        sight=_shown(run),
        strategy=run.strategy,
        memory=run.memory,
        propositions=run.result.propositions,
        reference=run.query.reference,
        on_verified=hear,
    )
    ranking, top_k = run.result.ranking, run.options.top_k
    try:
        verifications = await verifying.verify(
            ranking[:top_k], keep=run.options.max_judged, spare=_spare(run)
        )
    except ModelError:
        run.put(verifications=tuple(heard.values()))
        raise
    run.put(verifications=verifications)
    scores = {item.photo_id: item.score for item in verifications}
    return reranked(ranking, scores, top_k)


async def judge(run: SearchRun) -> None:
    """The evaluator's verdicts on the first candidates, and their order by them."""
    is_asked = bool(run.query.text.strip() and run.result.ranking)
    if is_asked and _has_models(run, "judge", stage=3):
        await _rerank(run, 3, lambda models: _judged(run, models))


async def _judged(run: SearchRun, models: RoleModels) -> Ranking:
    stops_at_accepted = run.strategy.stops_at_accepted
    verdicts = await judge_candidates(
        _present(models.evaluator, "evaluator"),
        _shown(run),
        run.query,
        run.result.ranking[: _judged_count(run)],
        stops_at_accepted=stops_at_accepted,
        on_judged=lambda verdict: _put_verdict(run, verdict),
    )
    if not stops_at_accepted:
        return judged_order(run.result.ranking, verdicts)
    accepted = [item.photo_id for item in verdicts if item.accepted]
    return promoted(run.result.ranking, accepted[0] if accepted else None)


def _spare(run: SearchRun) -> int:
    """How many questions a strategy leaves unasked so that it may judge several candidates.

    `imagescope` may end with its first verdict. Who always gives as many as are allowed must have
    saved the others before, so that no search takes more calls than by `imagescope`: the questions
    that promise least, asked last, are left out.
    """
    if run.strategy.stops_at_accepted or "judge" not in steps_of(run.options):
        return 0
    return max(0, min(run.options.max_judged, run.options.top_k, len(run.result.ranking)) - 1)


def _judged_count(run: SearchRun) -> int:
    """One, and as many more as questions were saved; see `_spare`."""
    if run.strategy.stops_at_accepted:
        return run.options.max_judged
    return min(run.options.max_judged, 1 + _calls_saved(run))


def _calls_saved(run: SearchRun) -> int:
    """How many questions stage 2 did without, of those it had to ask; 0 where it did not run."""
    result = run.result
    if 2 not in result.rankings:
        return 0
    asked = sum(
        result.costs[2].model_calls.get(role, 0) for role in roles_of("verify", run.options)
    )
    return max(0, len(result.verifications) * len(result.propositions) - asked)


def _put_verdict(run: SearchRun, verdict: Verdict) -> None:
    run.put(verdicts=(*run.result.verdicts, verdict))
    run.emit(CandidateJudged(verdict=verdict))


async def _rerank(
    run: SearchRun,
    stage: Literal[2, 3],
    work: Callable[[RoleModels], Awaitable[Ranking]],
) -> None:
    meter = run.meter(stage)
    ranking = await run.guarded(stage, lambda: work(meter.models))
    if ranking is None:
        run.put_cost(stage, meter.cost())
    else:
        run.put_reranked(stage, ranking, meter.cost())


def _has_models(run: SearchRun, step: Step, *, stage: int) -> bool:
    """Whether there is anybody to ask; says so where there is not."""
    if not roles_of(step, run.options):
        return True
    if run.sight is None or run.models == NO_MODELS:
        run.degrade(
            Degradation(
                stage=stage,
                reason="no model server is set up",
                fallback=FALLBACKS[stage],
                hint="imagescope serve, or set lmm.url",
                lacks_server=True,
            )
        )
        return False
    return True


def _shown(run: SearchRun) -> Sight:
    if run.sight is None:
        raise ModelError("no photo can be shown to the models")
    return run.sight


def _present(model: ChatModel | None, role: str) -> ChatModel:
    if model is None:
        raise ModelError(f"no {role} is set up", f"set lmm.url, or lmm.{role}.url")
    return model
