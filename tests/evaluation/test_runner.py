"""Runs broken off, servers that go, photos that are missing: nothing is lost or made up."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from imagescope_tui.errors import DatasetIncomplete, EvaluationError, RunUnusable
from imagescope_tui.evaluation.galleries.gallery_locks import using
from imagescope_tui.evaluation.runs.conversations import Conversations
from imagescope_tui.evaluation.runs.folder import read_records
from imagescope_tui.evaluation.task import BenchmarkQuery
from imagescope_tui.search.types import Turn
from indexer.models.chat_types import ChatUnavailable
from indexer.models.protocols import ModelMissing
from tests.evaluation.miniature_runs import bench
from tests.evaluation.miniature_runs import tests_encoder as encoder_of_tests
from tests.world.album import picture_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.evaluation.runs.plan import RunPlan
    from imagescope_tui.evaluation.runs.record import QueryRecord
    from imagescope_tui.evaluation.runs.runner import StepProgress
    from tests.evaluation.miniature_runs import Bench


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Bench]:
    with bench("circo", tmp_path, "val", is_captioned=True) as found:
        yield found


@pytest.fixture
def conversations(tmp_path: Path) -> Iterator[Bench]:
    with bench("visdial", tmp_path, "val", is_captioned=True) as found:
        yield found


class Killed(Exception):
    """Stands for the end of the process."""


def _kill_at(world: Bench, step: str, done: int) -> None:
    def look(progress: StepProgress) -> None:
        if (progress.step, progress.done) == (step, done):
            raise Killed

    world.hearer.on_step = look


def _figures(records: tuple[QueryRecord, ...]) -> list[dict[str, Any]]:
    """All but what differs from run to run: the time it took."""
    return [
        {
            "id": record.id,
            "failure": record.failure,
            "details": record.details,
            "stages": {name: replace(stage, seconds=0.0) for name, stage in record.stages.items()},
        }
        for record in records
    ]


async def _figures_of_broken_run(world: Bench, plan: RunPlan) -> list[dict[str, Any]]:
    for step, done in (("read", 2), ("ask", 1), ("retrieve", 3), ("verify", 2), ("judge", 1)):
        _kill_at(world, step, done)
        with pytest.raises(Killed):
            await world.run(plan)
        plan = replace(plan, is_resumed=True)
        _cut_last_line(plan.out)
    world.hearer.on_step = lambda progress: None
    await world.run(plan)
    return _figures(read_records(plan.out))


def _cut_last_line(run: Path) -> None:
    """As when the process dies while it writes."""
    for path in (run / "steps").glob("*.jsonl"):
        path.write_bytes(path.read_bytes()[:-5])


@pytest.mark.parametrize("name", ["circo", "visdial"])
async def test_run_killed_in_every_step_ends_as_an_unbroken_one(tmp_path: Path, name: str) -> None:
    with bench(name, tmp_path, "val", is_captioned=True) as world:  # type: ignore[arg-type]
        plan = world.plan("imagescope", limit=5, at_once=2)
        whole = _figures(await world.records("imagescope", run="whole", limit=5, at_once=2))
        assert await _figures_of_broken_run(world, plan) == whole


async def test_what_was_done_is_not_asked_for_again(world: Bench) -> None:
    plan = world.plan("imagescope", limit=3, at_once=1)
    _kill_at(world, "judge", 0)
    with pytest.raises(Killed):
        await world.run(plan)
    asked = len(world.server.requests)
    world.hearer.on_step = lambda progress: None
    await world.run(replace(plan, is_resumed=True))
    assert {request.role for request in world.server.requests[asked:]} <= {"evaluator", "probe"}


async def test_finished_run_is_reported_again_without_any_model(world: Bench) -> None:
    plan = world.plan("imagescope", limit=2)
    first = await world.run(plan)
    world.url = ""
    shutil.rmtree(plan.gallery)
    again = await world.run(replace(plan, is_resumed=True))
    assert again.report == first.report


async def test_run_with_other_options_is_refused_before_anything_is_asked(world: Bench) -> None:
    await world.run(world.plan("retrieval", limit=2))
    asked = len(world.server.asked_paths)
    with pytest.raises(RunUnusable, match=r"limit: 3, not 2"):
        await world.run(world.plan("retrieval", limit=3, is_resumed=True))
    with pytest.raises(RunUnusable, match=r"strategy: imagescope, not retrieval"):
        await world.run(world.plan("imagescope", run="retrieval", limit=2, is_resumed=True))
    with pytest.raises(RunUnusable, match="is there already"):
        await world.run(world.plan("retrieval", limit=2))
    assert len(world.server.asked_paths) == asked


# -- servers --------------------------------------------------------------------------------------


async def test_without_a_server_nothing_long_begins(world: Bench) -> None:
    world.url = ""
    plan = world.plan("imagescope")
    with pytest.raises(ModelMissing) as caught:
        await world.run(plan)
    assert "--stages 1" in caught.value.hint
    assert not plan.gallery.exists()
    assert not plan.out.exists()


async def test_server_that_goes_ends_the_run_and_degrades_no_query(world: Bench) -> None:
    plan = world.plan("imagescope", limit=4, at_once=2)

    def look(progress: StepProgress) -> None:
        if (progress.step, progress.done) == ("verify", 1):
            world.server.switch("all", "refuse")
            world.server.switch("models", "status_500")

    world.hearer.on_step = look
    with pytest.raises(ChatUnavailable) as caught:
        await world.run(plan)
    assert "--resume" in caught.value.hint
    world.server.mend()
    world.hearer.on_step = lambda progress: None
    done = await world.run(replace(plan, is_resumed=True))
    assert not done.report.degraded
    records = read_records(plan.out)
    whole = await world.records("imagescope", run="whole", limit=4, at_once=2)
    assert _figures(records) == _figures(whole)


async def test_server_that_answers_rubbish_degrades_and_counts(world: Bench) -> None:
    world.server.switch("reasoner", "garbage")
    done = await world.run(world.plan("imagescope", limit=2))
    assert done.report.degraded == 2
    assert done.report.failed == 0
    for record in read_records(done.folder):
        # Without questions nothing is checked, and the order stays.
        assert record.stages["2"].ranking == record.stages["1"].ranking


# -- photos ---------------------------------------------------------------------------------------


async def test_missing_and_broken_photos_are_counted_and_never_found(world: Bench) -> None:
    queries = world.benchmark.queries
    lost_target = queries[0].targets[0]
    assert queries[1].reference is not None
    lost_reference = queries[1].reference
    folder = world.benchmark.folder
    (folder / world.benchmark.photos[lost_target]).write_text("no picture")
    (folder / world.benchmark.photos[lost_reference]).unlink()
    with pytest.raises(DatasetIncomplete, match=r"2 of \d+ photos missing or unreadable") as caught:
        await world.run(world.plan("retrieval"))
    assert "--allow-missing" in caught.value.hint
    done = await world.run(world.plan("retrieval", allows_missing=True))
    card = world.card("retrieval")
    assert card.photos_missing == 2
    assert card.gallery_size == len(world.benchmark.photos) - 2
    records = {record.id: record for record in read_records(done.folder)}
    assert records[queries[0].id].stages["1"].target_ranks[0] is None
    assert lost_reference in records[queries[1].id].failure
    assert done.report.failed == sum(query.reference == lost_reference for query in queries)
    assert any("missing or unreadable" in note for note in world.hearer.notes)


async def test_two_runs_at_once_prepare_one_gallery_in_turn_and_agree(world: Bench) -> None:
    plans = [world.plan("retrieval", run=name, limit=2) for name in ("one", "two")]
    # Outside, for the run that ends first not to take the tests' encoder from the other.
    with encoder_of_tests():
        first, second = await asyncio.gather(*(world.run(plan) for plan in plans))
    assert _figures(read_records(first.folder)) == _figures(read_records(second.folder))
    assert any("waiting" in note for note in world.hearer.notes)


async def test_captions_of_a_gallery_stay_while_a_run_uses_it(world: Bench) -> None:
    plan = world.plan("retrieval", run="one", limit=2)
    await world.run(plan)
    other = replace(world.benchmark, captions={next(iter(world.benchmark.photos)): "a dog"})
    with using(plan.gallery):
        with pytest.raises(EvaluationError, match="another run uses the gallery") as caught:
            await world.run(replace(plan, benchmark=other, out=world.base / "runs/other"))
        assert "--gallery" in caught.value.hint
        await world.run(world.plan("retrieval", run="same", limit=2))
    done = await world.run(replace(plan, benchmark=other, out=world.base / "runs/other"))
    assert done.report.card.photos_captioned == 1


async def test_gallery_is_kept_and_only_what_changed_is_done_again(world: Bench) -> None:
    await world.run(world.plan("retrieval", run="first", limit=1))
    changed = world.benchmark.folder / next(iter(world.benchmark.photos.values()))
    changed.write_bytes(picture_of(next(reversed([*world.truth.scenes.values()])), "JPEG") + b"\0")
    world.hearer.events.clear()
    await world.run(world.plan("retrieval", run="second", limit=1))
    told = [json.loads(line) for line in map(_as_json, world.hearer.events)]
    assert (
        sum(event.get("photos", 0) for event in told if event["event"] == "photos_committed") == 1
    )


def _as_json(event: Any) -> str:  # noqa: ANN401 - any event
    from indexer.events import encode_event

    return encode_event(event)


# -- conversations --------------------------------------------------------------------------------


def test_round_hears_all_rounds_before_it_as_they_were_read() -> None:
    queries = [
        BenchmarkQuery(id="0/0", text="a"),
        BenchmarkQuery(id="1/0", text="x"),
        BenchmarkQuery(id="0/1", text="b", earlier="0/0"),
        BenchmarkQuery(id="0/2", text="c", earlier="0/1"),
    ]
    found = Conversations(queries)
    assert list(found.left(())) == [[0, 2, 3], [1]]
    assert list(found.left({0, 1})) == [[2, 3]]
    found.note(0, "whole a")
    assert found.history(3) == (Turn(text="a", reading="whole a"), Turn(text="b"))
    assert found.history(1) == ()


async def test_rounds_are_read_on_from_the_last_reading(conversations: Bench) -> None:
    records = await conversations.records("imagescope", limit=4)
    for before, after in itertools.pairwise(records):
        if after.id.endswith("/0"):
            continue
        turns = after.details["history"]
        assert turns[-1] == [before.details["text"], before.details["intent"]["descriptions"][-1]]
