"""Events folded into views: laws that hold for any events."""

from __future__ import annotations

from functools import reduce as fold
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.events import (
    CandidatesRetrieved,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.types import Candidate, Degradation, Query, SearchResult
from imagescope_tui.ui.progress import progress_sentence
from imagescope_tui.ui.state import IndexView, SearchView, reduce, reduce_index
from indexer.events import (
    EncoderReady,
    EncoderUnavailable,
    IndexerStarted,
    IndexHalted,
    IndexProgress,
    IndexUpToDate,
    PhotoFailed,
    PhotosCommitted,
    RootOffline,
    ScanFinished,
    ScanStarted,
    WatchDegraded,
)
from storage.records import ContentId, PhotoFilter, PhotoId

words = st.text(max_size=12)
candidates = st.builds(
    Candidate,
    photo_id=st.integers(1, 50).map(PhotoId),
    content_id=st.integers(1, 50).map(ContentId),
    score=st.floats(0, 1),
)
rankings = st.lists(candidates, max_size=6, unique_by=lambda c: c.photo_id).map(tuple)
degradations = st.builds(Degradation, stage=st.just(1), reason=words, fallback=words)
queries = st.builds(Query, text=words, filter=st.just(PhotoFilter()))
results = st.builds(
    SearchResult,
    query=queries,
    encoder_id=st.none() | words,
    ranking=rankings,
    words_unknown=st.lists(words, max_size=3).map(tuple),
    degradations=st.lists(degradations, max_size=2).map(tuple),
    seconds=st.dictionaries(st.just(1), st.floats(0, 9)),
)
steps = st.one_of(
    st.builds(CandidatesRetrieved, ranking=rankings, seconds=st.floats(0, 9)),
    st.builds(StageDegraded, degradation=degradations),
)

roots = st.sampled_from(["/photos", "/mnt/drive", "/home/ada/Bilder"])
index_events = st.one_of(
    st.builds(EncoderReady, encoder_id=words, seconds=st.just(1.0)),
    st.builds(EncoderUnavailable, reason=words, hint=words),
    st.builds(ScanStarted, root=roots),
    st.builds(
        ScanFinished,
        root=roots,
        photos=st.integers(0, 9),
        added=st.just(0),
        modified=st.just(0),
        moved=st.just(0),
        deleted=st.just(0),
        seconds=st.just(0.1),
    ),
    st.builds(RootOffline, root=roots, photos=st.integers(0, 9), reason=words),
    st.builds(WatchDegraded, root=roots, reason=words, seconds_between_scans=st.just(300.0)),
    st.builds(PhotosCommitted, photos=st.integers(0, 64), revision=st.integers(0, 99)),
    st.builds(PhotoFailed, path=words, step=words, reason=words),
    st.builds(
        IndexProgress,
        done=st.integers(0, 100),
        total=st.integers(0, 100),
        failed=st.integers(0, 9),
        photos_per_second=st.floats(0, 99),
        seconds_left=st.none() | st.floats(0, 1e6),
        paused=st.booleans(),
    ),
    st.builds(IndexUpToDate, photos=st.integers(0, 9), failed=st.integers(0, 9), seconds=words),
    st.builds(IndexHalted, reason=words, hint=words),
)
index_traces = st.lists(index_events, max_size=12)


@given(queries, st.lists(steps, max_size=5), results)
def test_folding_a_whole_search_gives_its_result(
    query: Query, between: list[object], result: SearchResult
) -> None:
    events = [SearchStarted(query=query), *between, SearchFinished(result=result)]
    view = fold(reduce, events, SearchView())  # type: ignore[arg-type]
    assert view.phase == "done"
    assert view.query == result.query
    assert view.ranking == result.ranking
    assert view.degradations == result.degradations
    assert view.words_unknown == result.words_unknown
    assert view.encoder_id == result.encoder_id


@given(queries, rankings)
def test_the_old_ranking_stays_until_a_new_one_is_there(
    query: Query, ranking: tuple[Candidate, ...]
) -> None:
    view = reduce(SearchView(ranking=ranking, seconds=1.0), SearchStarted(query=query))
    assert view.phase == "searching"
    assert view.ranking == ranking
    assert view.seconds is None


@given(rankings)
def test_each_photo_has_its_rank(ranking: tuple[Candidate, ...]) -> None:
    view = SearchView(ranking=ranking)
    for rank, candidate in enumerate(ranking, start=1):
        assert view.candidate(candidate.photo_id) == (rank, candidate)
    assert view.candidate(PhotoId(999)) is None


@given(index_traces, words)
def test_an_encoder_that_was_ready_first_stays_known(trace: list[object], holder: str) -> None:
    before = fold(reduce_index, trace, IndexView())  # type: ignore[arg-type]
    after = reduce_index(before, IndexerStarted(indexing=False, holder=holder))
    assert (after.is_started, after.is_elsewhere, after.holder) == (True, True, holder)
    assert after.encoder_id == before.encoder_id
    assert not reduce_index(after, IndexerStarted(indexing=True)).is_elsewhere


@given(index_traces, roots)
def test_a_folder_that_was_looked_through_is_not_offline(trace: list[object], root: str) -> None:
    before = fold(reduce_index, trace, IndexView())  # type: ignore[arg-type]
    offline = reduce_index(before, RootOffline(root=root, photos=3, reason="gone"))
    assert root in {entry.root for entry in offline.offline}
    back = ScanFinished(root=root, photos=3, added=0, modified=0, moved=0, deleted=0, seconds=0.1)
    assert root not in {entry.root for entry in reduce_index(offline, back).offline}


@given(index_traces)
def test_the_revision_never_falls_and_progress_can_always_be_told(trace: list[object]) -> None:
    view, revision = IndexView(), 0
    for event in trace:
        view = reduce_index(view, event)  # type: ignore[arg-type]
        assert view.revision >= revision
        revision = view.revision
        assert "\n" not in progress_sentence(view)


def test_progress_is_told_as_people_say_it() -> None:
    progress = IndexProgress(
        done=610, total=1000, failed=0, photos_per_second=27.2, seconds_left=660.0
    )
    view = reduce_index(IndexView(is_started=True), progress)
    assert progress_sentence(view) == "indexing 61 % · 27/s · 11 min left"
    assert view.is_working
    assert not reduce_index(view, IndexUpToDate(photos=1000, failed=2, seconds=9.0)).is_working


def test_a_query_of_a_saved_trace_may_hold_a_picture() -> None:
    query = Query(reference=Path("/photos/a.jpg"), filter=PhotoFilter())
    assert reduce(SearchView(), SearchStarted(query=query)).query == query
