"""A query of a run opens in the screen as the search that it was."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.comparisons.trace import screen_command, write_trace
from imagescope_tui.evaluation.runs.record import StageRecord
from imagescope_tui.evaluation.runs.result_json import ResultWriter
from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    SearchStarted,
)
from imagescope_tui.search.trace import open_trace
from imagescope_tui.search.types import Query, SearchOptions, Turn
from storage.library import Library
from storage.records import PhotoFilter
from tests.evaluation.finished_runs import a_card, a_record, failed_record
from tests.search.stand_ins import ScriptedModel, questions
from tests.search.test_stages import Asking, accepts, truth
from tests.ui.library_world import World, build_world

if TYPE_CHECKING:
    from imagescope_tui.evaluation.runs.record import QueryRecord
    from imagescope_tui.search.types import SearchResult
    from storage.records import Photo


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("trace"), count=8)


def photos_of(world: World) -> tuple[Photo, ...]:
    with Library.open_reader(world.folder) as library:
        return library.photos.page(PhotoFilter(), offset=0, limit=8)


async def searched(photos: tuple[Photo, ...]) -> SearchResult:
    model = ScriptedModel(
        propositions=questions("Is it?", "Is it dark?"),
        yes_no=truth(*(photo.id for photo in photos[3:5])),
        verdict=accepts(photos[3].id),
    )
    query = Query(
        text="but at night",
        reference=photos[-1].full_path,
        history=(Turn(text="a lake", reading="a lake in summer"),),
        filter=PhotoFilter(),
    )
    asking = Asking(model, ids=tuple(photo.id for photo in photos))
    return await asking.search(query, SearchOptions(stages=3, top_k=6, strategy="imagescope"))


def recorded(result: SearchResult, photos: tuple[Photo, ...]) -> QueryRecord:
    """What a run keeps of the search; photos go by their file names."""
    names = {photo.id: photo.full_path.name for photo in photos}
    written = ResultWriter(names.__getitem__).result(result)
    stages = {
        str(stage): StageRecord(
            ranking=tuple(names[item.photo_id] for item in ranking),
            scores=tuple(item.score for item in ranking),
            target_ranks=(1,),
            seconds=0.5,
        )
        for stage, ranking in result.rankings.items()
    }
    details = {
        **{key: written[key] for key in written if key not in ("rankings", "costs")},
        "text": result.query.text,
        "reference": photos[-1].full_path.name,
        "targets": [photos[3].full_path.name],
        "history": [[turn.text, turn.reading] for turn in result.query.history],
    }
    return a_record("7", stages=stages, details=details)


async def test_a_trace_of_a_record_reads_as_the_search_it_was(world: World, tmp_path: Path) -> None:
    photos = photos_of(world)
    result = await searched(photos)
    paths = {photo.full_path.name: photo.full_path for photo in photos}
    card = a_card(stages=(1, 2, 3), options={"stages": 3, "top_k": 6, "of_later": True})
    with Library.open_reader(world.folder) as library:
        write_trace(
            tmp_path / "7.jsonl",
            card,
            recorded(result, photos),
            library=library,
            path_of=paths.__getitem__,
        )
        events = open_trace(tmp_path / "7.jsonl", library).events
    started, finished = events[0], events[-1]
    assert isinstance(started, SearchStarted)
    assert started.options.top_k == 6
    assert isinstance(finished, SearchFinished)
    for stage, ranking in result.rankings.items():
        found = [item.photo_id for item in finished.result.rankings[stage]]
        assert found == [item.photo_id for item in ranking]
    assert finished.result.verifications == result.verifications
    assert finished.result.verdicts == result.verdicts
    assert finished.result.propositions == result.propositions
    assert finished.result.intent == result.intent
    assert finished.result.query == result.query
    kinds = {type(event) for event in events}
    assert kinds >= {
        IntentReady, PropositionsReady, CandidateVerified, CandidatesReranked, CandidateJudged,
    }  # fmt: skip


async def test_photos_that_the_gallery_lost_are_left_out(world: World, tmp_path: Path) -> None:
    photos = photos_of(world)
    result = await searched(photos)
    paths = {photo.full_path.name: photo.full_path for photo in photos}
    first = result.rankings[1][0].photo_id
    gone = next(photo.full_path.name for photo in photos if photo.id == first)
    del paths[gone]
    with Library.open_reader(world.folder) as library:
        write_trace(
            tmp_path / "7.jsonl",
            a_card(stages=(1, 2, 3)),
            recorded(result, photos),
            library=library,
            path_of=paths.__getitem__,
        )
        finished = open_trace(tmp_path / "7.jsonl", library).events[-1]
    assert isinstance(finished, SearchFinished)
    assert len(finished.result.rankings[1]) == len(result.rankings[1]) - 1
    assert first not in [item.photo_id for item in finished.result.verifications]


def test_a_failed_or_empty_record_is_refused_in_a_line(world: World, tmp_path: Path) -> None:
    paths: dict[str, Path] = {}
    with Library.open_reader(world.folder) as library:
        for record, reason in (
            (failed_record("7"), "failed"),
            (a_record("7"), "does not tell how it came about"),
        ):
            with pytest.raises(RunUnusable, match=reason):
                write_trace(
                    tmp_path / "7.jsonl",
                    a_card(),
                    record,
                    library=library,
                    path_of=paths.__getitem__,
                )
    assert list(tmp_path.iterdir()) == []


def test_the_command_that_opens_a_trace_is_quoted_for_a_shell() -> None:
    path = Path("/runs/my $HOME run/traces/it's #4.jsonl")
    command = screen_command(a_card(gallery="/data/two words"), path)
    assert shlex.split(command, comments=True) == [
        "imagescope-tui", "--library", "/data/two words", "--trace", str(path),
    ]  # fmt: skip
