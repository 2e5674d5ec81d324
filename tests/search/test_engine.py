from __future__ import annotations

import asyncio

import pytest

from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.events import (
    CandidatesRetrieved,
    SearchEvent,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.types import Query, SearchOptions
from storage.records import PhotoFilter
from tests.search.stand_ins import ScriptedPictures, ScriptedWords

QUERY = Query(text="red barn", filter=PhotoFilter())


async def run(
    pictures: ScriptedPictures,
    words: ScriptedWords,
    query: Query = QUERY,
    options: SearchOptions | None = None,
) -> tuple[list[int], list[SearchEvent]]:
    events: list[SearchEvent] = []
    engine = SearchEngine(pictures, words)
    result = await engine.search(query, options=options or SearchOptions(), emit=events.append)
    assert events[-1] == SearchFinished(result=result)
    return [candidate.photo_id for candidate in result.ranking], events


async def test_what_both_find_comes_first() -> None:
    ranking, _ = await run(ScriptedPictures(ids=(1, 2, 3)), ScriptedWords(ids=(3, 4)))
    assert ranking[0] == 3
    assert set(ranking) == {1, 2, 3, 4}


async def test_words_are_told_before_the_pictures_answer() -> None:
    pictures = ScriptedPictures(ids=(1,))
    pictures.gate.clear()
    events: list[SearchEvent] = []

    def emit(event: SearchEvent) -> None:
        events.append(event)
        if isinstance(event, CandidatesRetrieved):
            pictures.gate.set()

    await SearchEngine(pictures, ScriptedWords(ids=(7,))).search(QUERY, emit=emit)
    first, second = (event for event in events if isinstance(event, CandidatesRetrieved))
    assert [candidate.photo_id for candidate in first.ranking] == [7]
    assert {candidate.photo_id for candidate in second.ranking} == {1, 7}


async def test_without_pictures_the_words_stand_and_the_reason_is_told() -> None:
    ranking, events = await run(ScriptedPictures(unavailable="no encoder"), ScriptedWords(ids=(5,)))
    assert ranking == [5]
    [degraded] = [event for event in events if isinstance(event, StageDegraded)]
    assert degraded.degradation.reason == "no encoder"


@pytest.mark.parametrize(
    ("rank_by", "expected"), [("picture", [1, 2]), ("words", [2, 3]), ("fused", [2, 3, 1])]
)
async def test_each_side_alone_stays_available(rank_by: str, expected: list[int]) -> None:
    options = SearchOptions(rank_by=rank_by)  # type: ignore[arg-type]
    ranking, _ = await run(ScriptedPictures(ids=(1, 2)), ScriptedWords(ids=(2, 3)), options=options)
    assert ranking == expected


async def test_copies_are_folded_unless_every_file_is_wanted() -> None:
    pictures = ScriptedPictures(ids=(1, 101, 2))
    assert (await run(pictures, ScriptedWords()))[0] == [1, 2]
    every = SearchOptions(fold_copies=False)
    assert (await run(pictures, ScriptedWords(), options=every))[0] == [1, 101, 2]


async def test_words_that_nobody_knows_are_told() -> None:
    events = (await run(ScriptedPictures(has_meaning=False), ScriptedWords(unknown=("xyzzy",))))[1]
    assert isinstance(events[-1], SearchFinished)
    assert events[-1].result.words_unknown == ("xyzzy",)


async def test_a_filter_alone_gives_the_newest() -> None:
    query = Query(filter=PhotoFilter(taken_from="2019"))
    ranking, events = await run(ScriptedPictures(ids=(9,)), ScriptedWords(ids=(3, 2, 1)), query)
    assert ranking == [3, 2, 1]
    assert isinstance(events[0], SearchStarted)


async def test_a_filter_alone_folds_copies_too_and_still_finds_as_many_as_asked() -> None:
    query = Query(filter=PhotoFilter(taken_from="2019"))
    words = ScriptedWords(ids=(1, 101, 201, 2, 3))
    found, _ = await run(ScriptedPictures(), words, query, options=SearchOptions(limit=2))
    assert found == [1, 2]
    every = SearchOptions(limit=2, fold_copies=False)
    assert (await run(ScriptedPictures(), words, query, options=every))[0] == [1, 101]


async def test_a_cancelled_search_lets_go_of_the_pictures() -> None:
    pictures = ScriptedPictures()
    pictures.gate.clear()
    told = asyncio.Event()

    def emit(event: SearchEvent) -> None:
        if isinstance(event, CandidatesRetrieved):
            told.set()

    search = asyncio.create_task(
        SearchEngine(pictures, ScriptedWords(ids=(1,))).search(QUERY, emit=emit)
    )
    await told.wait()
    search.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search
    await asyncio.sleep(0)
    assert pictures.was_cancelled
