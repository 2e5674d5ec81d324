"""The three stages on the screen: asked by Enter, told as they go, never in the reader's way."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    StageDegraded,
)
from imagescope_tui.search.trace import event_to_json, open_trace
from imagescope_tui.search.types import (
    Candidate,
    Degradation,
    Query,
    SearchOptions,
    Verification,
)
from imagescope_tui.ui.known import judged_of, known_of
from imagescope_tui.ui.settings import ModelServerView
from imagescope_tui.ui.state import fold
from imagescope_tui.ui.status_words import search_words
from imagescope_tui.ui.widgets.query_line import QueryInput
from indexer.events import PhotosCommitted
from storage.library import Library
from storage.records import PhotoFilter, PhotoId
from tests.ui.library_world import add_photo
from tests.ui.scripted_search import ScriptedEngine, candidates, deep_story
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer, World

LINE = "a dog jumping into a lake"
QUERY = Query(text=LINE, filter=PhotoFilter(taken_from="2019-01-01", cameras=("fuji",)))
DEEP = SearchOptions(stages=3, is_reasoned=True, strategy="ours", top_k=12)


@pytest.fixture
def engine(world: World) -> ScriptedEngine:
    return ScriptedEngine(candidates(world.folder))


@asynccontextmanager
async def asked(
    opened: Opener,
    engine: ScriptedEngine,
    size: tuple[int, int] = (140, 40),
    **changes: Any,  # noqa: ANN401
) -> AsyncIterator[tuple[ImagescopeApp, Pilot[int]]]:
    """The app after a line was typed and Enter was pressed."""
    settings = {"make_engine": lambda _: engine, "has_models": lambda: True, **changes}
    async with opened(size, **settings) as (app, pilot):
        app.browse.query_one(QueryInput).value = LINE
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pilot.press("enter")
        if engine.waits_behind is None:
            await settled(pilot)
        yield app, pilot
        engine.gate.set()


def status(app: ImagescopeApp) -> str:
    return screen_text(app).splitlines()[-2]


def stop_at(kind: type, world: World) -> int:
    """How many events come up to and with the last one of a kind."""
    story = deep_story(QUERY, DEEP, candidates(world.folder))
    return max(n for n, event in enumerate(story, start=1) if isinstance(event, kind))


async def test_typing_asks_no_model_and_enter_asks_them_all(
    opened: Opener, engine: ScriptedEngine
) -> None:
    async with asked(opened, engine) as (app, _):
        (_, quick), (query, deep) = engine.asked
        assert (quick.stages, quick.is_reasoned) == (1, False)
        assert (deep.stages, deep.is_reasoned, deep.strategy) == (3, True, "ours")
        assert query.text == LINE
        assert app.focused is app.browse.grid


async def test_without_a_server_enter_says_what_would_help_until_there_is_one(
    opened: Opener, engine: ScriptedEngine
) -> None:
    served: list[bool] = []
    async with asked(opened, engine, has_models=lambda: bool(served)) as (app, pilot):
        assert "no model server: imagescope serve" in status(app)
        assert len(engine.asked) == 1
        assert app.browse.grid.count == 40
        served.append(True)
        await pilot.press("slash", "enter")
        await settled(pilot)
        assert "no model server" not in status(app)
        assert engine.asked[-1][1].stages == 3


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (CandidatesRetrieved, "read ✓ 0.41 s · 40 ranked ✓ 20 ms · checking …"),
        (IntentReady, "read ✓ · 40 ranked ✓ 20 ms · checking …"),
        (PropositionsReady, "checking 0 of 36"),
        (CandidateVerified, "checking 36 of 36"),
        (CandidateJudged, "checked ✓ 1.4 s · judging 2 of 3"),
        (CandidatesReranked, "checked ✓ 1.4 s · judged ✓ 0.61 s"),
    ],
)
def test_the_status_line_tells_each_stage(
    engine: ScriptedEngine, world: World, kind: type, said: str
) -> None:
    events = deep_story(QUERY, DEEP, engine.found)
    view = fold(islice(events, stop_at(kind, world)))
    told = " · ".join(words.text for words in search_words(view))
    assert told.endswith(said)


async def test_what_stage_1_found_stays_on_screen_while_models_work(
    opened: Opener, engine: ScriptedEngine
) -> None:
    engine.waits_behind = 1
    async with asked(opened, engine) as (app, pilot):
        await until(pilot, lambda: app.browse.view.is_deep)
        assert app.browse.grid.count == 40
        assert "IMG_2000.JPG" in screen_text(app)


async def test_cards_that_move_never_steal_a_selection_that_was_made(
    opened: Opener, engine: ScriptedEngine, world: World
) -> None:
    engine.waits_behind = stop_at(CandidateVerified, world)
    async with asked(opened, engine) as (app, pilot):
        await until(pilot, lambda: app.browse.view.answers_given == 36)
        await pilot.press("right", "left")
        before = app.browse.photo
        assert app.browse.grid.index == 0
        engine.gate.set()
        await settled(pilot)
        assert app.browse.photo == before
        assert app.browse.grid.index == 4
        assert app.browse.grid.scroll_y == 0


async def test_who_has_selected_nothing_sees_the_best_photo_in_the_end(
    opened: Opener, engine: ScriptedEngine, world: World
) -> None:
    engine.waits_behind = stop_at(CandidateVerified, world)
    async with asked(opened, engine) as (app, pilot):
        await until(pilot, lambda: app.browse.view.answers_given == 36)
        engine.gate.set()
        await settled(pilot)
        assert app.browse.grid.index == 0
        assert app.browse.photo is not None
        assert app.browse.photo.path.endswith("IMG_2004.JPG")


async def test_cards_show_what_was_checked_judged_and_not_asked(
    opened: Opener, engine: ScriptedEngine
) -> None:
    async with asked(opened, engine, (160, 50)) as (app, _):
        text = screen_text(app)
        for said in ("1 ✓✓✗ fits", "✓✓✓ does not fit", "10 ✓?✗", "13 · IMG_2012"):
            assert said in text
        for section in ("matches", "maybe", "the rest", "not checked"):
            assert f" {section} " in text


async def test_what_models_say_does_not_fit_stands_in_the_rest_also_while_they_work(
    opened: Opener, engine: ScriptedEngine, world: World
) -> None:
    engine.waits_behind = stop_at(CandidateVerified, world)
    async with asked(opened, engine, (160, 50)) as (app, pilot):
        await until(pilot, lambda: app.browse.view.answers_given == 36)
        await settled(pilot, besides="search")
        for _ in range(2):
            grid, view = app.browse.grid, app.browse.view
            refused = [
                item.section
                for n in range(grid.count)
                if (item := grid._model.item(n)) is not None
                and known_of(view, item.photo.id).checks.count("✗") > 1
            ]
            assert len(refused) > 5
            assert set(refused) == {"rest"}
            engine.gate.set()
            await settled(pilot)
        rejected = [key for key in view.verdicts if judged_of(view, key) == "rejected"]
        assert rejected
        shown = [item for n in range(grid.count) if (item := grid._model.item(n)) is not None]
        assert {item.section for item in shown if item.photo.id in rejected} == {"rest"}


async def test_ctrl_c_stops_the_models_and_keeps_what_they_said(
    opened: Opener, engine: ScriptedEngine, world: World
) -> None:
    engine.waits_behind = stop_at(CandidateVerified, world)
    async with asked(opened, engine) as (app, pilot):
        await until(pilot, lambda: app.browse.view.answers_given == 36)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: engine.cancelled == 1)
        assert app.browse.view.phase == "stopped"
        assert "stopped" in status(app)
        assert "✓✗✗" in screen_text(app)
        assert app.return_value is None


async def test_a_new_line_cancels_what_the_models_do(
    opened: Opener, engine: ScriptedEngine, world: World
) -> None:
    engine.waits_behind = stop_at(PropositionsReady, world)
    async with asked(opened, engine) as (app, pilot):
        await until(pilot, lambda: bool(app.browse.view.propositions))
        await pilot.press("slash", *" now")
        await until(pilot, lambda: engine.cancelled == 1)
        await until(pilot, lambda: app.browse.view.phase == "done")
        assert engine.asked[-1][1].stages == 1
        assert "✗" not in screen_text(app)


async def test_a_growing_library_asks_the_models_nothing_again(
    opened: Opener, engine: ScriptedEngine, client: StandInIndexer, world: World
) -> None:
    async with asked(opened, engine) as (app, pilot):
        with Library.open_writer(world.folder) as library:
            add_photo(world, library, library.roots.all()[0].id, 900)
            revision = library.revision
        client.on_event(PhotosCommitted(photos=1, revision=revision))
        await until(pilot, lambda: app.snapshot is not None and app.snapshot.photos == 41)
        await settled(pilot)
        assert len(engine.asked) == 2


async def test_why_fills_the_table_while_answers_come(
    opened: Opener, engine: ScriptedEngine, world: World
) -> None:
    engine.waits_behind = stop_at(PropositionsReady, world) + 3
    async with asked(opened, engine, (160, 50)) as (app, pilot):
        await until(pilot, lambda: app.browse.view.answers_given == 9)
        await pilot.press("tab")
        await until(pilot, lambda: "› 1 IMG_2002.JPG  ✓ 97  ✓ 88  ✓ 94" in screen_text(app))
        text = screen_text(app)
        assert "  2 IMG_2003.JPG  …     …     …" in text
        assert "✓ 3  Are there people? no · 94 %" in text
        assert "− removal: people" in text
        assert "full: “a brown dog in mid-air" in text


async def test_why_ends_with_verdict_time_and_calls(opened: Opener, engine: ScriptedEngine) -> None:
    async with asked(opened, engine, (160, 60)) as (app, pilot):
        await pilot.press("home", "tab")
        await settled(pilot)
        text = screen_text(app)
        assert "moved up from the 5th place" in text
        assert "fits: “A brown dog is in the air above the lake" in text
        assert "the picture itself 0.33 · its caption 0.26" in text
        assert "checking  1.4 s · reasoner 1 · verifier 36 · 28,410 tokens" in text


async def test_at_80_columns_why_is_a_page_with_the_table_beside_the_words(
    opened: Opener, engine: ScriptedEngine
) -> None:
    async with asked(opened, engine, (80, 24)) as (app, pilot):
        await pilot.press("home", "tab", "tab")
        await settled(pilot)
        lines = screen_text(app).splitlines()
        assert any("1st of 40" in line and "Candidates" in line for line in lines)
        assert any("› 1 IMG_2004.JPG  ✓  ✓  ✗  yes" in line for line in lines)
        assert all(len(line) <= 80 for line in lines)


def without_answers(
    query: Query, options: SearchOptions, found: Sequence[Candidate]
) -> Iterator[SearchEvent]:
    """A deep search whose checking breaks down."""
    lost = Degradation(
        stage=2,
        reason="no model server answers",
        fallback="the ranking of stage 1 stands",
        hint="imagescope serve",
    )
    for event in deep_story(query, options, found):
        if isinstance(event, CandidateVerified):
            told = event.verification
            yield CandidateVerified(
                verification=Verification(photo_id=told.photo_id, answers=(None, None, None))
            )
        elif isinstance(event, CandidatesRetrieved | IntentReady | PropositionsReady):
            yield event
        elif isinstance(event, SearchFinished):
            yield StageDegraded(degradation=lost)
            yield StageDegraded(degradation=replace(lost, stage=3))
            result = event.result
            yield SearchFinished(
                result=replace(
                    result,
                    rankings={1: result.rankings[1]},
                    verdicts=(),
                    degradations=(lost, replace(lost, stage=3)),
                )
            )
        elif not isinstance(event, CandidatesReranked | CandidateJudged):
            yield event


async def test_a_stage_that_cannot_run_says_why_and_what_would_help(
    opened: Opener, engine: ScriptedEngine
) -> None:
    engine.deep = without_answers
    async with asked(opened, engine, (140, 60)) as (app, pilot):
        assert "checking, judging ✗ no model server answers · imagescope serve" in status(app)
        assert app.browse.grid.count == 40
        await pilot.press("tab")
        await settled(pilot)
        assert "checking ✗ no model server answers" in screen_text(app)
        assert "the ranking of stage 1 stands" in screen_text(app)


async def test_a_model_server_that_starts_is_told_in_the_title_and_to_who_asked_for_it(
    opened: Opener, engine: ScriptedEngine, client: StandInIndexer
) -> None:
    told: list[Callable[[ModelServerView], None]] = []

    async def follow(tell: Callable[[ModelServerView], None]) -> None:
        told.append(tell)

    async with asked(opened, engine, follow_server=follow, has_models=lambda: False) as (
        app,
        pilot,
    ):
        await until(pilot, lambda: bool(told))
        told[0](ModelServerView(state="starting", detail="loading the weights"))
        await settled(pilot)
        assert "model server: loading the weights …" in screen_text(app).splitlines()[0]
        assert "the model server is starting" in status(app)
        told[0](ModelServerView(state="ready"))
        await settled(pilot)
        assert "model server" not in screen_text(app).splitlines()[0]
        assert "the model server is ready: / Enter" in status(app)
        assert "caption_with None" in client.asked


async def test_a_saved_search_opens_as_it_was_until_something_is_asked(
    opened: Opener, engine: ScriptedEngine, client: StandInIndexer, world: World
) -> None:
    trace = tuple(deep_story(QUERY, DEEP, engine.found))
    async with opened((160, 50), trace=trace, make_engine=lambda _: engine) as (app, pilot):
        await settled(pilot)
        assert app.browse.asked.query == QUERY
        assert "1 ✓✓✗ fits" in screen_text(app)
        client.on_event(PhotosCommitted(photos=1, revision=9999))
        await settled(pilot)
        assert engine.asked == []
        await pilot.press("s")
        await until(pilot, lambda: bool(engine.asked))
        await settled(pilot)
        assert "✓✓✗ fits" not in screen_text(app)


async def test_a_trace_of_another_library_is_told_until_something_is_asked(
    opened: Opener, engine: ScriptedEngine, world: World, tmp_path: Path
) -> None:
    told = "None of the photos of this trace are in this library"
    file = tmp_path / "trace.jsonl"
    with Library.open_reader(world.folder) as library:
        lines = [
            json.dumps(event_to_json(event, library))
            for event in deep_story(QUERY, DEEP, engine.found)
        ]
        file.write_text("\n".join(lines).replace(str(world.root), "/elsewhere"), "utf-8")
        saved = open_trace(file, library)
    assert saved.is_foreign
    async with opened((160, 50), trace=saved.events, is_trace_foreign=True) as (app, pilot):
        await settled(pilot)
        assert app.browse.grid.count == 0
        assert told in screen_text(app)
        assert "made with another library" in screen_text(app)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert app.browse.grid.count == 40
        assert told not in screen_text(app)


async def test_a_trace_with_a_stranger_photo_still_opens(
    opened: Opener, engine: ScriptedEngine
) -> None:
    gone = Candidate(photo_id=PhotoId(9999), content_id=None, score=1.0)
    found = (gone, *engine.found)
    trace = tuple(deep_story(QUERY, DEEP, found))
    async with opened((160, 50), trace=trace) as (app, pilot):
        await settled(pilot)
        assert app.browse.grid.count == 41
        await pilot.press("escape", "tab")
        await settled(pilot)
        assert "Candidates" in screen_text(app)
