"""A run's folder survives kills, and is never taken for another run's."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.errors import RunUnusable
from imagescope_tui.evaluation.runs.card import RunCard, card_from_json, card_to_json
from imagescope_tui.evaluation.runs.folder import (
    CARD_NAME,
    QUERIES_NAME,
    RunFolder,
    expect_free,
    read_card,
    read_records,
)
from imagescope_tui.evaluation.runs.line_file import LineFile, read_lines
from imagescope_tui.evaluation.runs.record import QueryRecord, StageRecord
from imagescope_tui.evaluation.runs.record_json import record_from_json, record_to_json
from imagescope_tui.evaluation.runs.result_json import ResultReader, ResultWriter
from imagescope_tui.evaluation.task import MeasureSet
from imagescope_tui.search import types
from imagescope_tui.search.types import Query, SearchResult
from storage.records import PhotoFilter, PhotoId

if TYPE_CHECKING:
    from collections.abc import Sequence

CARD = RunCard(
    dataset="circo",
    split="val",
    fingerprint="f",
    folder="/data",
    queries=3,
    strategy="imagescope",
    stages=(1, 2),
    options={"top_k": 20},
    encoder_id="e",
    models={"reasoner": "m"},
    gallery_size=7,
    measures=MeasureSet(recall=(1, 5), hits=(10,)),
    notes=("odd",),
)

_TEXTS = st.text(max_size=12)
_SCORES = st.floats(allow_nan=False, allow_infinity=False)
_STAGES = st.builds(
    StageRecord,
    ranking=st.lists(_TEXTS, max_size=4).map(tuple),
    scores=st.lists(_SCORES, max_size=4).map(tuple),
    target_ranks=st.lists(st.none() | st.integers(1, 9), max_size=3).map(tuple),
    seconds=st.floats(0, 9),
    model_calls=st.dictionaries(_TEXTS, st.integers(0, 9), max_size=2),
    tokens=st.integers(0, 9),
)
_RECORDS = st.builds(
    QueryRecord,
    id=_TEXTS,
    stages=st.dictionaries(st.sampled_from(["1", "2", "picture"]), _STAGES, max_size=2),
    targets=st.integers(0, 4),
    groups=st.lists(_TEXTS, max_size=2).map(tuple),
    failure=_TEXTS,
    degradations=st.lists(st.fixed_dictionaries({"stage": st.integers(1, 3)}), max_size=2).map(
        tuple
    ),
    details=st.dictionaries(_TEXTS, _TEXTS, max_size=2),
)


@given(record=_RECORDS)
def test_record_comes_back_as_it_was(record: QueryRecord) -> None:
    assert record_from_json(record_to_json(record)) == record


def test_card_comes_back_as_it_was() -> None:
    assert card_from_json(card_to_json(CARD)) == CARD


@given(values=st.lists(st.dictionaries(_TEXTS, _TEXTS, max_size=3), max_size=6), data=st.data())
def test_file_cut_anywhere_keeps_its_whole_lines(
    values: list[dict[str, str]], data: st.DataObject
) -> None:
    """Whatever of the last line is on disk when the writer dies, going on loses and mixes none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.jsonl"
        _append(path, values)
        whole = path.read_bytes() if values else b""
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        kept = list(read_lines(path))
        assert kept == values[: whole[:cut].count(b"\n")]
        _append(path, [{"next": "one"}])
        assert list(read_lines(path)) == [*kept, {"next": "one"}]


def _append(path: Path, values: Sequence[dict[str, str]]) -> None:
    lines = LineFile(path)
    for value in values:
        lines.append(value)
    lines.close()


@given(records=st.lists(_RECORDS, min_size=3, max_size=3), order=st.permutations(range(3)))
def test_records_come_in_the_order_of_the_data_set(
    records: list[QueryRecord], order: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as base:
        folder = RunFolder.begin(Path(base) / "run", CARD)
        for number in order:
            folder.put(number, records[number])
        assert folder.done() == {0, 1, 2}
        folder.close()
        assert read_records(folder.folder) == tuple(records)


def test_folder_that_cannot_be_made_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunUnusable, match="cannot be written") as caught:
        expect_free(tmp_path / "file" / "run")
    assert "--out" in caught.value.hint
    expect_free(tmp_path / "some" / "run")
    assert not (tmp_path / "some").exists()


def test_taken_folder_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("")
    with pytest.raises(RunUnusable, match="is there already, and holds no run") as caught:
        RunFolder.begin(tmp_path, CARD)
    assert "--resume" not in caught.value.hint
    assert "--out" in caught.value.hint
    RunFolder.begin(tmp_path / "run", CARD).close()
    with pytest.raises(RunUnusable, match="is there already") as caught:
        expect_free(tmp_path / "run")
    assert "--resume" in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"dataset": "cirr"}, "dataset: cirr, not circo"),
        ({"fingerprint": "g"}, "fingerprint: g, not f"),
        ({"strategy": "ours"}, "strategy: ours, not imagescope"),
        ({"options": {"top_k": 5}}, "options.top_k: 5, not 20"),
        ({"models": {"reasoner": "n"}}, "models.reasoner: n, not m"),
        ({"encoder_id": "x"}, "encoder_id: x, not e"),
        ({"limit": 2}, "limit: 2, not None"),
    ],
)
def test_another_run_is_not_gone_on_with(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    RunFolder.begin(tmp_path / "run", CARD).close()
    with pytest.raises(RunUnusable) as caught:
        RunFolder.resume(tmp_path / "run", replace(CARD, **changes))
    assert told in caught.value.message


def test_moved_data_and_other_versions_are_the_same_run(tmp_path: Path) -> None:
    RunFolder.begin(tmp_path / "run", CARD).close()
    moved = replace(CARD, folder="/elsewhere", versions={"python": "4"}, notes=())
    folder = RunFolder.resume(tmp_path / "run", moved)
    folder.close()
    assert folder.card == moved


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    folder = RunFolder.begin(tmp_path / "run", CARD)
    with pytest.raises(RunUnusable, match="another process"):
        RunFolder.resume(tmp_path / "run", CARD)
    folder.close()


@pytest.mark.parametrize("content", ["", "{}", "[]", "nonsense"])
def test_folder_without_a_run_is_said_so(tmp_path: Path, content: str) -> None:
    with pytest.raises(RunUnusable, match="holds no run"):
        read_card(tmp_path)
    (tmp_path / CARD_NAME).write_text(content)
    with pytest.raises(RunUnusable, match="describes no run"):
        read_card(tmp_path)


def test_line_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / QUERIES_NAME).write_text('{"number": 0}\n')
    with pytest.raises(RunUnusable, match="line 1"):
        read_records(tmp_path)


def test_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunUnusable, match="cannot be"):
        RunFolder.begin(tmp_path / "file" / "run", CARD)


def test_result_comes_back_with_every_field() -> None:
    """A field that a later version of the engine adds must not be lost between two steps."""
    result = _full_result()
    names = [f"p{number}" for number in range(9)]
    written = ResultWriter(lambda photo: names[photo]).result(result)
    reader = ResultReader(lambda name: PhotoId(names.index(name)))
    assert reader.result(written, result.query) == result
    for field in dataclasses.fields(SearchResult):
        assert getattr(result, field.name), field.name


def _full_result() -> SearchResult:
    edit = types.AtomicEdit(kind="addition", text="a dog")
    answer = types.Answer(said=True, p_yes=0.7)
    candidates = tuple(
        types.Candidate(
            photo_id=PhotoId(number),
            content_id=None,
            score=0.5 / number,
            picture_score=0.4,
            picture_rank=number,
            image_part=0.3,
            caption_part=0.2,
            words_score=1.5,
            words_rank=2,
            standing=3.0,
        )
        for number in (1, 2)
    )
    return SearchResult(
        query=Query(text="x", filter=PhotoFilter()),
        encoder_id="e",
        strategy="xr",
        reference_caption="a cat",
        intent=types.SearchIntent(
            edits=(edit,),
            descriptions=("a", "b"),
            imaginations=(types.Imagination(source="words", edits=(edit,), caption="c"),),
        ),
        propositions=(
            types.Proposition(statement="s", question="q", expected=True, needs_reference=True),
        ),
        rankings={1: candidates, 2: candidates[::-1]},
        verifications=(
            types.Verification(
                photo_id=PhotoId(1), answers=(answer, None), caption_answers=(None,), score=2.0
            ),
        ),
        verdicts=(types.Verdict(photo_id=PhotoId(2), accepted=True, reason="r"),),
        words_unknown=("zzz",),
        words_unseen=("boat",),
        degradations=(
            types.Degradation(stage=1, reason="r", fallback="f", hint="h", is_unanswered=True),
        ),
        costs={1: types.StageCost(seconds=1.0, model_calls={"reasoner": 2}, tokens=3)},
    )
