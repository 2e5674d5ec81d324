"""Results as JSON: a promise to other programs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.search.facts_json import facts_to_json
from imagescope_tui.search.grouping import group_of
from imagescope_tui.search.half_known import only_in_words
from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.sections import best_by_likeness
from imagescope_tui.search.strategies import STRATEGIES
from indexer.wire import filter_to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imagescope_tui.search.prompting import PromptName
    from imagescope_tui.search.query_language import ParsedQuery
    from imagescope_tui.search.types import (
        Answer,
        Candidate,
        Order,
        Proposition,
        Query,
        SearchIntent,
        SearchResult,
        StageCost,
        Verdict,
        Verification,
    )
    from indexer.answers import WhereAnswer
    from storage.library import Library
    from storage.records import Photo, PhotoFilter, PhotoId

SCHEMA = 1


def result_to_json(
    result: SearchResult,
    library: Library,
    *,
    limit: int,
    ranking: Sequence[Candidate] | None = None,
    order: Order = "match",
    reading: ParsedQuery | None = None,
    where: Mapping[PhotoId, WhereAnswer] | None = None,
) -> dict[str, Any]:
    """The whole result, as `search --format json` prints it; `limit` results at most.

    Args:
        result: what was found.
        library: where it was found.
        limit: how many results are told of; the rankings are always whole.
        ranking: the results in another order than they were found in.
        order: what that order is called.
        reading: how the line was read.
        where: for the photos that were looked into, where the words of the query are seen.
    """
    shown, photos = existing(result.ranking if ranking is None else ranking, library)
    stacked = library.photos.by_ids([one for item in shown[:limit] for one in item.stack])
    return {
        "schema": SCHEMA,
        **query_to_json(result.query),
        "reading": reading_to_json(reading) if reading else None,
        "sort": order,
        "strategy": result.strategy,
        "encoder": result.encoder_id,
        "intent": intent_to_json(result.intent, result.query),
        "propositions": [proposition_to_json(item) for item in result.propositions],
        "results": [
            {
                **_hit_to_json(place, candidate, photos[candidate.photo_id], result, library),
                "stack": _stack_to_json(candidate, stacked),
                **_where_of(candidate, where),
            }
            for place, candidate in enumerate(shown[:limit], start=1)
        ],
        "rankings": {
            str(stage): [
                str(photos[item.photo_id].full_path) for item in ranked if item.photo_id in photos
            ]
            for stage, ranked in result.rankings.items()
        },
        "words_unknown": list(result.words_unknown),
        "words_only_in_names": list(only_in_words(result.ranking, result.words_unseen)),
        "degraded": [dataclasses.asdict(item) for item in result.degradations],
        "seconds": {str(stage): round(cost.seconds, 4) for stage, cost in result.costs.items()},
        "model_calls": result.model_calls,
        "tokens": {str(stage): cost.tokens for stage, cost in result.costs.items()},
        "prompts": _prompts(result),
    }


def existing(
    ranking: Sequence[Candidate], library: Library
) -> tuple[tuple[Candidate, ...], dict[PhotoId, Photo]]:
    """The candidates without those that were deleted meanwhile, and the photos they are."""
    photos = library.photos.by_ids([candidate.photo_id for candidate in ranking])
    return tuple(candidate for candidate in ranking if candidate.photo_id in photos), photos


def reading_to_json(reading: ParsedQuery) -> dict[str, Any]:
    """How a line was read: what is looked for, the parts that were understood, what was dropped."""
    return {
        "text": reading.text,
        "alternatives": list(reading.alternatives),
        "unwanted": list(reading.unwanted),
        "chips": [dataclasses.asdict(chip) for chip in reading.chips],
        "dropped": list(reading.dropped),
        "hints": list(reading.hints),
    }


def _stack_to_json(candidate: Candidate, photos: Mapping[PhotoId, Photo]) -> list[str]:
    """The paths of the photos that this one stands for, as far as they are there."""
    return [str(photos[one].full_path) for one in candidate.stack if one in photos]


def _prompts(result: SearchResult) -> dict[str, str]:
    """Which prompts were used, by name: results of two versions can be told apart."""
    imagined = {item.source for item in result.intent.imaginations}
    used: dict[PromptName, bool] = {
        "intent": bool(result.intent.descriptions),
        "imagine_words": "words" in imagined,
        "imagine_picture": "picture" in imagined,
        "propositions": bool(result.propositions) and STRATEGIES[result.strategy].reads,
        "question": any(any(item.answers) for item in result.verifications),
        "claim": any(any(item.caption_answers) for item in result.verifications),
        "verdict": bool(result.verdicts),
    }
    return {name: prompt(name).id for name, is_used in used.items() if is_used}


def query_to_json(query: Query) -> dict[str, Any]:
    """What was asked; paths as text, and of the filters those that are set."""
    return {
        "query": query.text,
        "alternatives": list(query.alternatives),
        "unwanted": list(query.unwanted),
        "filters": _set_filters(query.filter),
        "reference": str(query.reference) if query.reference else None,
        "also_like": [str(path) for path in query.also_like],
        "unlike": [str(path) for path in query.unlike],
        "history": [dataclasses.asdict(turn) for turn in query.history],
    }


def _set_filters(photo_filter: PhotoFilter) -> dict[str, Any]:
    fields = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in filter_to_wire(photo_filter).items()
        if value
    }
    if photo_filter.without:
        fields["without"] = [_set_filters(other) for other in photo_filter.without]
    return fields


def intent_to_json(intent: SearchIntent, query: Query) -> dict[str, Any]:
    """The reading; the query's own words where no reasoner read it."""
    own = [query.whole_text] if query.whole_text else []
    return {
        "edits": [dataclasses.asdict(edit) for edit in intent.edits],
        "descriptions": list(intent.descriptions) or own,
        "imaginations": [dataclasses.asdict(item) for item in intent.imaginations],
    }


def proposition_to_json(proposition: Proposition) -> dict[str, Any]:
    """A question and the answer that the wanted photo gives."""
    return dataclasses.asdict(proposition)


def cost_to_json(cost: StageCost) -> dict[str, Any]:
    """Seconds, requests per role, and tokens."""
    return {**dataclasses.asdict(cost), "seconds": round(cost.seconds, 4)}


def chance_to_json(candidate: Candidate) -> float | None:
    """How likely it fits."""
    return None if candidate.chance is None else round(candidate.chance, 4)


def parts_to_json(candidate: Candidate) -> dict[str, float | int | list[str] | None]:
    """What the stage-1 score is made of."""
    return {
        "picture": candidate.picture_score,
        "picture_rank": candidate.picture_rank,
        "image": candidate.image_part,
        "caption": candidate.caption_part,
        "standing": candidate.standing,
        "words": candidate.words_score,
        "words_rank": candidate.words_rank,
        "words_held": list(candidate.words_held),
        "words_share": round(candidate.words_share, 4),
        "holds_names": candidate.holds_names,
        "shows_unwanted": candidate.shows_unwanted,
    }


def where_to_json(answer: WhereAnswer) -> list[dict[str, Any]] | None:
    """The words of the query in one photo; None where the encoder cannot tell where they are.

    `map` is how far each part of `area` answers, row by row from the top, from 0 to 1; `area` is
    left, top, right and bottom in fractions of the photo, the whole of which is 0, 0, 1, 1.
    """
    if answer.words is None:
        return None
    area = [round(edge, 4) for edge in answer.area]
    return [
        {
            "word": word.word,
            "score": word.score,
            "place": word.place,
            "area": area,
            "map": [list(row) for row in word.light],
        }
        for word in answer.words
    ]


def _where_of(
    candidate: Candidate, where: Mapping[PhotoId, WhereAnswer] | None
) -> dict[str, list[dict[str, Any]] | None]:
    if where is None:
        return {}
    answer = where.get(candidate.photo_id)
    return {"where": where_to_json(answer) if answer else None}


def _hit_to_json(
    place: int, candidate: Candidate, photo: Photo, result: SearchResult, library: Library
) -> dict[str, Any]:
    caption = library.captions.of(photo.content_id) if photo.content_id is not None else None
    copies = library.photos.copies(photo.content_id) if photo.content_id is not None else ()
    verification = _of(result.verifications, photo.id)
    verdict = _of(result.verdicts, photo.id)
    return {
        "rank": place,
        "path": str(photo.full_path),
        "second": candidate.second,
        "score": round(candidate.score, 6),
        "chance": chance_to_json(candidate),
        "stage": 3 if verdict else 2 if _is_asked(verification) else 1,
        "group": group_of(
            candidate,
            result.propositions,
            verification,
            verdict,
            best=best_by_likeness(result.query, result.intent),
        ),
        "caption": caption.text if caption else None,
        "text": _text_of(photo, library),
        "taken_at": photo.taken_at,
        "date": photo.moment,
        "date_from": photo.dated_by or "file",
        **facts_to_json(library.facts.of(photo.id), library.places.of([photo.id]).get(photo.id)),
        "offline": photo.offline_since is not None,
        "copies": [str(copy.full_path) for copy in copies if copy.id != photo.id],
        "companions": [str(path) for path in library.companions.of([photo.id]).get(photo.id, ())],
        "parts": parts_to_json(candidate),
        "answers": answers_to_json(verification, result.propositions),
        "caption_answers": caption_answers_to_json(verification, result.propositions),
        "verdict": verdict_to_json(verdict) if verdict else None,
    }


def _text_of(photo: Photo, library: Library) -> str | None:
    """What was read in it; None where it holds no text, as far as is known."""
    if photo.content_id is None:
        return None
    return library.picture_texts.of([photo.content_id]).get(photo.content_id)


def _of(items: Sequence[Any], photo_id: PhotoId) -> Any:  # noqa: ANN401 - either kind
    return next((item for item in items if item.photo_id == photo_id), None)


def _is_asked(verification: Verification | None) -> bool:
    return verification is not None and any((*verification.answers, *verification.caption_answers))


def answers_to_json(
    verification: Verification | None, propositions: Sequence[Proposition]
) -> list[dict[str, Any]]:
    """The answers that were given, each with its question."""
    return _answers_to_json(propositions, verification.answers if verification else ())


def caption_answers_to_json(
    verification: Verification | None, propositions: Sequence[Proposition]
) -> list[dict[str, Any]]:
    """The same by the photo's caption."""
    return _answers_to_json(propositions, verification.caption_answers if verification else ())


def _answers_to_json(
    propositions: Sequence[Proposition], answers: Sequence[Answer | None]
) -> list[dict[str, Any]]:
    pairs = zip(propositions, answers, strict=False)
    return [_answer_to_json(question, answer) for question, answer in pairs if answer is not None]


def _answer_to_json(proposition: Proposition, answer: Answer) -> dict[str, Any]:
    return {
        "question": proposition.question,
        "expected": proposition.expected,
        "said": answer.said,
        "p_yes": None if answer.p_yes is None else round(answer.p_yes, 4),
    }


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """Accepted, rejected or unreadable, and why."""
    return {"accepted": verdict.accepted, "reason": verdict.reason}
