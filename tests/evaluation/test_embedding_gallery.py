"""Pre-computed vectors as a gallery: names, passes, errors, and no photo needed."""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from imagescope_tui.errors import (
    DatasetIncomplete,
    EvaluationError,
    PicturesUnavailable,
    UsageError,
)
from imagescope_tui.evaluation.galleries.embedding_gallery import open_embedding_gallery
from imagescope_tui.evaluation.runs.card import RunCard
from imagescope_tui.evaluation.runs.folder import RunFolder, read_records
from imagescope_tui.evaluation.runs.runner import RANKED_AT_ONCE, Hooks, Runner
from imagescope_tui.evaluation.task import BenchmarkQuery
from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.models import RoleModels
from imagescope_tui.search.types import Query, SearchOptions
from indexer.models.protocols import ModelError
from indexer.questions import PictureQuestion
from storage.records import PhotoFilter, PhotoId
from tests.evaluation.embedding_world import MODEL, brute_force, names_of, write_embeddings
from tests.indexer.space import RandomEncoder
from tests.pictures import paint
from tests.search.stand_ins import ScriptedModel

if TYPE_CHECKING:
    from imagescope_tui.evaluation.galleries.embedding_gallery import EmbeddingGallery
    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from indexer.answers import NearestAnswer

ENCODER = RandomEncoder(encoder_id="random/test", dim=8)
COUNT = 120
ROWS = np.random.default_rng(3).normal(size=(COUNT, 8)).astype(np.float16)
NAMES = names_of(COUNT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_embeddings(tmp_path, ROWS, vector_files=[50, 0, 70], name_files=[33, 87], row_group=20)
    return tmp_path


def opened(folder: Path, known: tuple[str, ...] = ()) -> EmbeddingGallery:
    return open_embedding_gallery(folder, encoder=ENCODER, known=known, patience_seconds=0.0)


async def nearest(
    gallery: Gallery,
    text: str,
    *,
    limit: int = 10,
    only: tuple[int, ...] = (),
    picture: Path | None = None,
) -> NearestAnswer:
    return await gallery.pictures.nearest(
        PictureQuestion(
            texts=(text,),
            pictures=(picture,) if picture else (),
            photo_filter=PhotoFilter(photo_ids=tuple(map(PhotoId, only))),
            limit=limit,
        )
    )


async def test_names_follow_the_vectors_across_files_and_row_groups(folder: Path) -> None:
    gallery = opened(folder)
    answer = await nearest(gallery, "a bird", limit=COUNT)
    scores = brute_force(ROWS, ENCODER.encode_texts(["a bird"])[0])
    expected = [NAMES[row] for row in np.argsort(-scores, kind="stable")]
    assert [gallery.name_of(photo.photo_id) for photo in answer.photos] == expected
    assert [gallery.photo_id_of(name) for name in expected] == [
        photo.photo_id for photo in answer.photos
    ]
    assert len(gallery) == COUNT
    gallery.close()


async def test_all_searches_that_wait_are_answered_in_one_pass(folder: Path) -> None:
    gallery = opened(folder)
    texts = [f"query {number}" for number in range(60)]
    together = await asyncio.gather(*(nearest(gallery, text) for text in texts))
    assert gallery.passes == 1
    alone = [await nearest(gallery, text) for text in texts[:3]]
    assert gallery.passes == 4
    assert [item.photos for item in alone] == [item.photos for item in together[:3]]
    gallery.close()


async def test_a_search_that_was_cancelled_does_not_disturb_the_others(folder: Path) -> None:
    gallery = opened(folder)
    dropped = asyncio.create_task(nearest(gallery, "dropped"))
    kept = asyncio.create_task(nearest(gallery, "kept"))
    await asyncio.sleep(0)
    dropped.cancel()
    assert len((await kept).photos) == 10
    with pytest.raises(asyncio.CancelledError):
        await dropped
    gallery.close()


async def test_a_filter_by_photos_is_answered_without_a_pass(folder: Path) -> None:
    gallery = opened(folder)
    whole = await nearest(gallery, "a bird", limit=COUNT)
    some = tuple(photo.photo_id for photo in whole.photos[::7])
    answer = await nearest(gallery, "a bird", only=(*some[::-1], COUNT + 1), limit=5)
    assert answer.photos == whole.photos[::7][:5]
    assert gallery.passes == 1
    assert gallery.name_of(answer.photos[0].photo_id) == NAMES[answer.photos[0].photo_id - 1]
    gallery.close()


async def test_what_means_nothing_finds_nothing(folder: Path) -> None:
    gallery = opened(folder)
    answer = await nearest(gallery, "  ")
    assert not answer.photos
    assert not answer.has_meaning
    assert gallery.passes == 0
    gallery.close()


async def test_pictures_and_facts_cannot_be_searched(folder: Path) -> None:
    gallery = opened(folder)
    with pytest.raises(PicturesUnavailable):
        await nearest(gallery, "like this", picture=folder / "reference.jpg")
    with pytest.raises(PicturesUnavailable):
        await gallery.pictures.nearest(
            PictureQuestion(texts=("a",), photo_filter=PhotoFilter(cameras=("x",)), limit=5)
        )
    gallery.close()


def test_a_name_that_is_not_there_has_no_id(folder: Path) -> None:
    gallery = opened(folder, tuple(NAMES[::9]))
    assert gallery.photo_id_of(NAMES[9]) == 10
    assert gallery.photo_id_of("train/elsewhere/1.jpg") is None
    assert gallery.photo_id_of(NAMES[3].removesuffix(".jpg")) is None
    gallery.close()


def test_names_are_read_once_to_find_any_number_of_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imagescope_tui.evaluation.galleries.row_names import RowNames

    gallery = opened(folder, tuple(NAMES[:2]))
    monkeypatch.setattr(RowNames, "_batches", None)
    assert [gallery.photo_id_of(name) for name in NAMES] == list(range(1, COUNT + 1))
    assert [gallery.name_of(PhotoId(number)) for number in (1, COUNT)] == [NAMES[0], NAMES[-1]]
    gallery.close()


def test_right_answers_that_are_not_in_the_metadata_are_told(folder: Path) -> None:
    with pytest.raises(DatasetIncomplete, match=r"1 of 2 photos .* such as train/lost\.jpg"):
        opened(folder, (NAMES[0], "train/lost.jpg"))


async def test_photos_are_shown_where_they_are_there(folder: Path) -> None:
    gallery = opened(folder)
    answer = await nearest(gallery, "a bird")
    first, second = (photo.photo_id for photo in answer.photos[:2])
    path = gallery.path_of(gallery.name_of(first))
    assert path == folder / "inat24" / gallery.name_of(first)
    path.parent.mkdir(parents=True)
    paint(path, "red")
    seen = await gallery.sight.of_photo(first, 32)
    assert seen is not None
    assert seen.jpeg.startswith(b"\xff\xd8")
    assert (
        await gallery.sight.of_photo(second, 32) is not None
        or not gallery.path_of(gallery.name_of(second)).exists()
    )
    assert await gallery.sight.caption_of(path) == ""
    gallery.close()


async def test_without_photos_no_stage_looks_and_stage_1_stands(tmp_path: Path) -> None:
    place = write_embeddings(tmp_path, ROWS, vector_files=[COUNT])
    elsewhere = tmp_path / "embeddings"
    place.rename(elsewhere)
    for empty in (place.parent, place.parent.parent):
        empty.rmdir()
    gallery = open_embedding_gallery(
        tmp_path, encoder=ENCODER, embeddings=elsewhere, patience_seconds=0.0
    )
    model = ScriptedModel()
    engine = SearchEngine(
        gallery.pictures,
        gallery.words,
        models=lambda: RoleModels(reasoner=model, verifier=model, evaluator=model),
        sight=gallery.sight,
    )
    result = await engine.search(
        Query(text="a bird", filter=PhotoFilter()),
        emit=lambda event: None,
        options=SearchOptions(stages=2, rank_by="picture", limit=10),
    )
    assert len(result.ranking) == 10
    [degradation] = result.degradations
    assert degradation.stage == 2
    assert "the photos are not there" in degradation.reason
    assert "441 GB" in degradation.hint
    with pytest.raises(ModelError):
        await gallery.sight.of_photo(PhotoId(1), 32)
    gallery.close()


def test_the_only_model_is_taken_and_of_several_one_must_be_named(folder: Path) -> None:
    other = write_embeddings(folder, ROWS, vector_files=[COUNT], model="vit-l-14")
    with pytest.raises(UsageError, match=f"{MODEL}, vit-l-14"):
        opened(folder)
    gallery = open_embedding_gallery(folder, encoder=ENCODER, embeddings=other)
    assert any("vit-l-14" in note and ENCODER.encoder_id in note for note in gallery.notes)
    gallery.close()


def test_an_encoder_of_another_length_is_refused(folder: Path) -> None:
    encoder = RandomEncoder(encoder_id="longer", dim=9)
    with pytest.raises(UsageError, match=f"{MODEL} have 8 .* longer have 9"):
        open_embedding_gallery(folder, encoder=encoder)


def test_a_pickle_beside_the_vectors_is_never_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "cache").mkdir()
    (folder / "cache" / f"{MODEL}--top-1000.pkl").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    monkeypatch.setattr(pickle, "load", None)
    monkeypatch.setattr(pickle, "loads", None)
    gallery = opened(folder, tuple(NAMES[:3]))
    assert len(gallery) == len(NAMES)
    gallery.close()


def test_missing_pyarrow_is_told_with_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(EvaluationError) as caught:
        opened(folder)
    assert "imagescope-tui[eval]" in caught.value.hint


def _vectors(folder: Path) -> Path:
    return folder / "inat24" / "embs" / MODEL / "img_emb" / "img_emb_02.npy"


def _names(folder: Path) -> Path:
    return folder / "inat24" / "embs" / MODEL / "metadata" / "metadata_01.parquet"


def _cut_vectors(folder: Path) -> Path:
    path = _vectors(folder)
    path.write_bytes(path.read_bytes()[:-5])
    return path


def _no_vectors(folder: Path) -> Path:
    _vectors(folder).write_bytes(b"<html>Not found</html>")
    return _vectors(folder)


def _wider_vectors(folder: Path) -> Path:
    np.save(_vectors(folder), np.ones((70, 9), dtype=np.float16))
    return _vectors(folder)


def _whole_numbers(folder: Path) -> Path:
    np.save(_vectors(folder), np.ones((70, 8), dtype=np.int8))
    return _vectors(folder)


def _objects(folder: Path) -> Path:
    np.save(_vectors(folder), np.array([[{}] * 8] * 70, dtype=object), allow_pickle=True)
    return _vectors(folder)


def _by_column(folder: Path) -> Path:
    np.save(_vectors(folder), np.asfortranarray(np.ones((70, 8), dtype=np.float16)))
    return _vectors(folder)


def _no_names(folder: Path) -> Path:
    _names(folder).write_bytes(b"PAR1 and nothing else PAR1")
    return _names(folder)


def _cut_names(folder: Path) -> Path:
    path = _names(folder)
    path.write_bytes(path.read_bytes()[:-50])
    return path


def _other_column(folder: Path) -> Path:
    import pyarrow as arrow
    from pyarrow import parquet

    parquet.write_table(arrow.table({"path": ["a"]}), _names(folder))
    return _names(folder)


def _one_file_less(folder: Path) -> Path:
    _names(folder).unlink()
    return Path("120 vectors, but 33 names")


def _none_at_all(folder: Path) -> Path:
    (folder / "inat24").rename(folder / "elsewhere")
    return folder / "inat24"


@pytest.mark.parametrize(
    "damage",
    [
        _cut_vectors,
        _no_vectors,
        _wider_vectors,
        _whole_numbers,
        _objects,
        _by_column,
        _no_names,
        _cut_names,
        _other_column,
        _one_file_less,
        _none_at_all,
    ],
)
def test_damaged_files_are_named_in_one_line(folder: Path, damage: object) -> None:
    assert callable(damage)
    named = damage(folder)
    with pytest.raises(DatasetIncomplete) as caught:
        opened(folder)
    assert str(named) in caught.value.message
    assert "\n" not in caught.value.message


async def test_numbers_that_are_none_are_told_with_their_row(folder: Path) -> None:
    rows = ROWS[:70].copy()
    rows[41, 3] = np.nan
    np.save(_vectors(folder), rows)
    gallery = opened(folder)
    outcomes = await asyncio.gather(
        nearest(gallery, "one"), nearest(gallery, "two"), return_exceptions=True
    )
    for outcome in outcomes:
        assert isinstance(outcome, DatasetIncomplete)
        assert f"{_vectors(folder)}: row 41 " in outcome.message
    gallery.close()


async def test_a_file_that_shrinks_between_opening_and_reading_is_told(folder: Path) -> None:
    gallery = opened(folder)
    _vectors(folder).write_bytes(_vectors(folder).read_bytes()[:200])
    with pytest.raises(DatasetIncomplete, match=r"img_emb_02\.npy"):
        await nearest(gallery, "a bird")
    gallery.close()


async def _run(gallery: EmbeddingGallery, out: Path, queries: tuple[BenchmarkQuery, ...]) -> None:
    async def always(roles: object) -> bool:
        return True

    async def ready(roles: object) -> None:
        return None

    card = RunCard(
        dataset="inquire-fullrank",
        split="test",
        fingerprint="",
        folder="",
        queries=len(queries),
        strategy="retrieval",
        encoder_id=gallery.encoder_id,
        gallery_size=len(gallery),
    )
    run = RunFolder.begin(out, card)
    runner = Runner(
        queries,
        gallery,
        SearchEngine(gallery.pictures, gallery.words),
        run,
        Hooks(prepare=ready, are_there=always),
        options=SearchOptions(strategy="retrieval", stages=1),
        stages=(1,),
        at_once=2,
        ranked_at_once=RANKED_AT_ONCE,
    )
    try:
        await runner.run()
    finally:
        run.close()


async def test_a_run_reads_the_vectors_once_for_all_its_queries(folder: Path) -> None:
    gallery = opened(folder)
    queries = tuple(
        BenchmarkQuery(id=str(place), text=f"query {place}", targets=(NAMES[place],))
        for place in range(30)
    )
    await _run(gallery, folder / "run", queries)
    assert gallery.passes == 1
    for place, record in enumerate(read_records(folder / "run")):
        scores = brute_force(ROWS, ENCODER.encode_texts([f"query {place}"])[0])
        rank = int((scores > scores[place]).sum()) + 1
        assert record.stages["1"].target_ranks == (rank,)
        assert record.stages["1"].ranking[0] == NAMES[int(np.argmax(scores))]
    gallery.close()


async def test_damaged_vectors_end_a_run_and_are_not_queries_that_failed(folder: Path) -> None:
    gallery = opened(folder)
    _vectors(folder).write_bytes(_vectors(folder).read_bytes()[:200])
    with pytest.raises(DatasetIncomplete):
        await _run(gallery, folder / "run", (BenchmarkQuery(id="1", text="a bird"),))
    assert read_records(folder / "run") == ()
    gallery.close()


async def test_pages_of_names_that_are_damaged_are_told(folder: Path) -> None:
    gallery = opened(folder)
    data = bytearray(_names(folder).read_bytes())
    data[4:400] = b"\xff" * 396
    _names(folder).write_bytes(bytes(data))
    with pytest.raises(DatasetIncomplete, match=r"metadata_01\.parquet"):
        await nearest(gallery, "a bird", limit=COUNT)
    gallery.close()
