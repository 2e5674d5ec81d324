"""A saved search opens again as what it was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from imagescope_tui.errors import TraceUnreadable
from imagescope_tui.search.events import SearchEvent, SearchFinished
from imagescope_tui.search.json_form import result_to_json
from imagescope_tui.search.strategies import options_for
from imagescope_tui.search.trace import event_to_json, open_trace
from imagescope_tui.search.types import Query, StrategyName, Turn
from storage.library import Library
from storage.records import HoursOfDay, PhotoFilter, TimeSpan
from tests.search.stand_ins import ScriptedModel, ScriptedSight, questions
from tests.search.test_stages import Asking, accepts, truth
from tests.ui.library_world import World, build_world

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.search.types import SearchResult


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("trace"), count=8)


async def searched(
    world: World, strategy: StrategyName = "ours"
) -> tuple[list[SearchEvent], SearchResult]:
    with Library.open_reader(world.folder) as library:
        photos = library.photos.page(PhotoFilter(), offset=0, limit=8)
    model = ScriptedModel(
        propositions=questions("Is it?", "Is it dark?", needs_reference=True),
        yes_no=truth(*(photo.id for photo in photos[3:5])),
        verdict=accepts(photos[3].id),
    )
    query = Query(
        text="but at night",
        reference=photos[-1].full_path,
        also_like=(photos[0].full_path,),
        unlike=(photos[1].full_path,),
        unwanted=("people",),
        history=(Turn(text="a lake", reading="a lake in summer"),),
        filter=PhotoFilter(
            folders=(world.root,),
            taken_from="2019",
            spans=(TimeSpan(first="2020", before="2021"),),
            hours=(HoursOfDay(first=22, before=5),),
            without=(PhotoFilter(extensions=("mp4",), traits=("gps",)),),
        ),
    )
    sight = ScriptedSight(captions={photo.id: "a lake" for photo in photos})
    asking = Asking(model, ids=tuple(photo.id for photo in photos), sight=sight)
    asking.pictures.seconds = {photos[0].id: 42.0}
    options = replace(options_for(strategy, top_k=6, stages=3), rank_by="picture")
    result = await asking.search(query, options)
    return asking.events, result


def saved(events: list[SearchEvent], library: Library, path: Path) -> Path:
    lines = [json.dumps(event_to_json(event, library)) for event in events]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("strategy", get_args(StrategyName))
async def test_a_trace_read_again_is_written_the_same(
    world: World, tmp_path: Path, strategy: StrategyName
) -> None:
    events, _ = await searched(world, strategy)
    with Library.open_reader(world.folder) as library:
        path = saved(events, library, tmp_path / "trace.jsonl")
        again = open_trace(path, library).events
        assert [type(event) for event in again] == [type(event) for event in events]
        written = saved(list(again), library, tmp_path / "again.jsonl")
        assert written.read_text("utf-8") == path.read_text("utf-8")


async def test_a_trace_of_an_earlier_version_opens(world: World, tmp_path: Path) -> None:
    """It knows no moments, imaginations, answers by captions, and none of the later options."""
    events, result = await searched(world)
    with Library.open_reader(world.folder) as library:
        path = saved(events, library, tmp_path / "trace.jsonl")
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for line in lines:
            for verification in (line, *line.get("verifications", ())):
                verification.pop("caption_answers", None)
            for intent in (line, line.get("intent", {})):
                intent.pop("imaginations", None)
            line.pop("reference_caption", None)
            for ranking in (line.get("ranking", ()), *line.get("rankings", {}).values()):
                for row in ranking:
                    del row["second"]
            for name in ("verifies", "questions", "fusion", "rrf_k", "answers_from", "as_coded"):
                line.get("options", {}).pop(name, None)
        path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
        finished = open_trace(path, library).events[-1]
    assert isinstance(finished, SearchFinished)
    assert finished.result.propositions == result.propositions


async def test_the_json_form_tells_what_was_imagined_and_what_captions_said(world: World) -> None:
    _, result = await searched(world, "xr")
    with Library.open_reader(world.folder) as library:
        form = result_to_json(result, library, limit=3)
    assert [item["source"] for item in form["intent"]["imaginations"]] == ["words", "picture"]
    assert [answer["said"] for answer in form["results"][0]["caption_answers"]] == [True, True]
    assert {"imagine_words", "imagine_picture", "claim"} <= form["prompts"].keys()


async def test_a_trace_and_the_json_form_keep_the_moment_that_was_found(
    world: World, tmp_path: Path
) -> None:
    events, result = await searched(world)
    with Library.open_reader(world.folder) as library:
        finished = open_trace(saved(events, library, tmp_path / "trace.jsonl"), library).events[-1]
        form = result_to_json(result, library, limit=9)
    assert isinstance(finished, SearchFinished)
    seconds = [candidate.second for candidate in finished.result.ranking]
    assert [second for second in seconds if second is not None] == [42.0]
    assert [hit["second"] for hit in form["results"]] == seconds


async def test_a_photo_the_library_has_lost_is_left_out(world: World, tmp_path: Path) -> None:
    events, result = await searched(world)
    with Library.open_reader(world.folder) as library:
        path = saved(events, library, tmp_path / "trace.jsonl")
        lost = library.photos.by_ids([result.ranking[0].photo_id])[result.ranking[0].photo_id]
        name = json.dumps(lost.path).strip('"')
        path.write_text(path.read_text("utf-8").replace(name, "elsewhere.jpg"), "utf-8")
        finished = open_trace(path, library).events[-1]
    assert isinstance(finished, SearchFinished)
    assert len(finished.result.ranking) == len(result.ranking) - 1


@pytest.mark.parametrize("content", ["", "nonsense\n", '{"event": "unknown"}\n', "[]\n", "\x00"])
def test_what_is_no_trace_is_refused(world: World, tmp_path: Path, content: str) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(content, "utf-8")
    with Library.open_reader(world.folder) as library, pytest.raises(TraceUnreadable):
        open_trace(path, library)
    with pytest.raises(TraceUnreadable):
        open_trace(path, None)


async def test_a_trace_is_foreign_where_the_library_has_none_of_its_photos(
    world: World, tmp_path: Path
) -> None:
    events, result = await searched(world)
    with Library.open_reader(world.folder) as library:
        path = saved(events, library, tmp_path / "trace.jsonl")
        assert not open_trace(path, library).is_foreign
        lost = library.photos.by_ids([result.ranking[0].photo_id])[result.ranking[0].photo_id]
        name = json.dumps(lost.path).strip('"')
        path.write_text(path.read_text("utf-8").replace(name, "elsewhere.jpg"), "utf-8")
        assert not open_trace(path, library).is_foreign
        path.write_text(path.read_text("utf-8").replace(str(world.root), "/elsewhere"), "utf-8")
        assert open_trace(path, library).is_foreign
        nothing = saved(events[:1], library, tmp_path / "nothing.jsonl")
        assert not open_trace(nothing, library).is_foreign


async def test_the_json_form_tells_stage_answers_and_verdict_of_each_result(world: World) -> None:
    _, result = await searched(world)
    with Library.open_reader(world.folder) as library:
        form = result_to_json(result, library, limit=3)
    assert len(form["results"]) == 3
    first = form["results"][0]
    assert first["stage"] == 3
    assert first["group"] == "match"
    assert first["verdict"] == {"accepted": True, "reason": "it fits"}
    assert [answer["said"] for answer in first["answers"]] == [True, True]
    assert form["rankings"].keys() == {"1", "2", "3"}
    assert form["intent"]["descriptions"][0] == "a barn"
    assert form["propositions"][0]["needs_reference"] is True
    assert form["model_calls"].keys() == {"captioner", "reasoner", "verifier", "evaluator"}
    assert form["history"] == [{"text": "a lake", "reading": "a lake in summer"}]
    assert form["prompts"].keys() == {"intent", "propositions", "question", "verdict"}
    assert json.loads(json.dumps(form)) == form


async def test_the_json_form_tells_the_date_of_each_result_and_who_says_so(world: World) -> None:
    _, result = await searched(world)
    with Library.open_reader(world.folder) as library:
        hits = result_to_json(result, library, limit=3)["results"]
    assert all(hit["date"] == hit["taken_at"] for hit in hits)
    assert {hit["date_from"] for hit in hits} == {"original"}


def test_an_unread_query_is_described_by_its_own_words(world: World) -> None:
    from imagescope_tui.search.types import SearchResult

    query = Query(text="a lake", filter=PhotoFilter())
    result = SearchResult(query=query, encoder_id="e", rankings={1: ()})
    with Library.open_reader(world.folder) as library:
        assert result_to_json(result, library, limit=1)["intent"] == {
            "edits": [],
            "descriptions": ["a lake"],
            "imaginations": [],
        }
        no_words = replace(result, query=replace(query, text=""))
        assert result_to_json(no_words, library, limit=1)["intent"]["descriptions"] == []
