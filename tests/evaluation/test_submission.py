"""Files for the test servers: their shape, and what is refused before it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from imagescope_tui.errors import SubmissionInvalid
from imagescope_tui.evaluation.reports.submission import write_submissions
from tests.evaluation.finished_runs import a_card, a_record, a_stage, failed_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.runs.record import QueryRecord, StageRecord

GOLDEN = Path(__file__).parent / "golden"


def ranked(*names: str) -> StageRecord:
    scores = tuple(float(-place) for place in range(len(names)))
    return a_stage(ranking=names, scores=scores)


def cirr_card(**changes: Any) -> RunCard:  # noqa: ANN401 - any field
    values: dict[str, Any] = {
        "dataset": "cirr", "split": "test1", "submission": "cirr", "has_targets": False,
        "queries": 2, "stages": (1, 2),
    }  # fmt: skip
    return a_card(**{**values, **changes})


def cirr_record(query: str, shift: int, **changes: Any) -> QueryRecord:  # noqa: ANN401 - any field
    names = [f"test1-{(place + shift) % 60}-0-img1" for place in range(60)]
    stages = {"1": ranked(*names), "2": ranked(*reversed(names))}
    details = {"reference": "test1-999-0-img0"}
    return a_record(query, **{"stages": stages, "details": details, "targets": 0, **changes})


def circo_card(**changes: Any) -> RunCard:  # noqa: ANN401 - any field
    return cirr_card(
        **{
            "dataset": "circo",
            "split": "test",
            "submission": "circo",
            "stages": (1,),
            "excludes_reference": False,
            **changes,
        }
    )


def circo_record(query: str, shift: int) -> QueryRecord:
    names = [str(1000 + (place * 7 + shift) % 60) for place in range(60)]
    return cirr_record(query, 0, stages={"1": ranked(*names)})


def same_as_golden(path: Path) -> bool:
    return path.read_text("utf-8") == (GOLDEN / path.name).read_text("utf-8")


def test_cirrs_files_are_the_official_shape(tmp_path: Path) -> None:
    records = [cirr_record("12", 3), cirr_record("7", 0)]
    paths = write_submissions(tmp_path, cirr_card(), records)
    assert [path.name for path in paths] == [
        "submission-cirr-test1-stage1.json",
        "submission-cirr-test1-stage2.json",
    ]
    assert all(map(same_as_golden, paths))
    whole = json.loads(paths[0].read_text("utf-8"))
    assert list(whole) == ["version", "metric", "7", "12"]
    assert {len(whole[key]) for key in ("7", "12")} == {50}


def test_the_subset_task_names_three_photos(tmp_path: Path) -> None:
    card = cirr_card(dataset="cirr-subset", submission="cirr-subset", stages=(1,))
    records = [cirr_record("7", 0), cirr_record("12", 3)]
    (path,) = write_submissions(tmp_path, card, records)
    assert same_as_golden(path)
    whole = json.loads(path.read_text("utf-8"))
    assert whole["metric"] == "recall_subset"
    assert len(whole["7"]) == 3


def test_circos_file_is_the_official_shape(tmp_path: Path) -> None:
    (path,) = write_submissions(
        tmp_path, circo_card(), [circo_record("1", 5), circo_record("0", 0)]
    )
    assert same_as_golden(path)
    whole = json.loads(path.read_text("utf-8"))
    assert list(whole) == ["0", "1"]
    assert all(len(ids) == len(set(ids)) == 50 for ids in whole.values())
    assert all(type(photo) is int for ids in whole.values() for photo in ids)


@pytest.mark.data
def test_circos_file_is_shaped_like_the_official_example(
    tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    example = json.loads(
        (shared_data("annotations") / "CIRCO/submission_example_val.json").read_text("utf-8")
    )
    records = [circo_record(str(number), number) for number in range(len(example))]
    (path,) = write_submissions(tmp_path, circo_card(split="val", queries=len(example)), records)
    whole = json.loads(path.read_text("utf-8"))
    assert list(whole) == list(example)
    for key, ids in example.items():
        assert len(whole[key]) == len(ids)
        assert {type(photo) for photo in whole[key]} == {type(photo) for photo in ids}


def test_a_data_set_without_a_test_server_has_no_submission(tmp_path: Path) -> None:
    assert write_submissions(tmp_path, cirr_card(submission=None), [cirr_record("1", 0)]) == ()


def test_a_part_of_a_split_has_no_submission(tmp_path: Path) -> None:
    records = [cirr_record("1", 0), cirr_record("2", 0)]
    assert write_submissions(tmp_path, cirr_card(limit=2), records) == ()


def test_where_the_answers_are_known_a_gallery_too_small_for_the_server_is_no_error(
    tmp_path: Path,
) -> None:
    small = cirr_record("1", 0, stages={"1": ranked("dev-1-0-img1"), "2": ranked("dev-1-0-img1")})
    card = cirr_card(split="val", has_targets=True, queries=1)
    assert write_submissions(tmp_path, card, [small]) == ()
    assert list(tmp_path.iterdir()) == []


def refusals() -> dict[str, tuple[RunCard, list[QueryRecord]]]:
    short = cirr_record("2", 0, stages={"1": ranked("test1-1-0-img1"), "2": a_stage()})
    twice = cirr_record("2", 0, stages={"1": ranked(*["test1-1-0-img1"] * 50)})
    own = cirr_record("2", 0, details={"reference": "test1-4-0-img1"})
    paths = cirr_record("2", 0, stages={"1": ranked(*(f"test1/{n}.png" for n in range(50)))})
    good = cirr_record("1", 0)
    return {
        "not all": (cirr_card(), [good]),
        "1 queries failed": (cirr_card(), [good, failed_record("2")]),
        "without the reference": (
            cirr_card(excludes_reference=False),
            [good, cirr_record("2", 0)],
        ),
        "there twice": (cirr_card(), [good, good]),
        "no number for an id": (cirr_card(), [good, cirr_record("two", 0)]),
        "no ranking of stage 3": (cirr_card(stages=(3,)), [good, cirr_record("2", 0)]),
        "ranks 1 photos, the server wants 50": (cirr_card(), [good, short]),
        "names a photo twice": (cirr_card(stages=(1,)), [good, twice]),
        "its own reference": (cirr_card(), [good, own]),
        "no name of a photo": (cirr_card(stages=(1,)), [good, paths]),
        "from 0 to 1": (circo_card(), [circo_record("1", 0), circo_record("2", 0)]),
        "no number for a name": (circo_card(), [circo_record("0", 0), cirr_record("1", 0)]),
    }


@pytest.mark.parametrize("reason", list(refusals()))
def test_what_the_server_would_turn_away_is_not_written(tmp_path: Path, reason: str) -> None:
    card, records = refusals()[reason]
    with pytest.raises(SubmissionInvalid, match=reason.strip()):
        write_submissions(tmp_path, card, records)
    assert list(tmp_path.iterdir()) == []


def test_one_photo_spelled_in_two_ways_is_refused(tmp_path: Path) -> None:
    names = [*(str(number) for number in range(1, 50)), "0001"]
    record = cirr_record("0", 0, stages={"1": ranked(*names)})
    with pytest.raises(SubmissionInvalid, match="twice"):
        write_submissions(tmp_path, circo_card(queries=1), [record])
