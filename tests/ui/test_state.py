"""Events folded into views: laws that hold for any events."""

from __future__ import annotations

from functools import reduce as fold_left
from typing import TYPE_CHECKING, Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    SearchStarted,
    StageDegraded,
)
from imagescope_tui.search.types import (
    Answer,
    AtomicEdit,
    Candidate,
    Degradation,
    Proposition,
    Query,
    SearchIntent,
    SearchOptions,
    SearchResult,
    StageCost,
    Turn,
    Verdict,
    Verification,
)
from imagescope_tui.ui.index_heard import reduce_index
from imagescope_tui.ui.index_state import IndexView, told_to_pause
from imagescope_tui.ui.known import known_of, place_of, sections
from imagescope_tui.ui.notices import notices
from imagescope_tui.ui.progress import progress_sentence
from imagescope_tui.ui.state import SearchView, fold, reduce
from imagescope_tui.ui.status_words import search_words
from imagescope_tui.ui.why_page import Reasons, why_page
from indexer.events import (
    CaptionerReady,
    CaptionerUnavailable,
    CaptionProgress,
    CaptionsCommitted,
    EncoderReady,
    EncoderUnavailable,
    IndexerStarted,
    IndexHalted,
    IndexPaused,
    IndexProgress,
    IndexResumed,
    IndexUpToDate,
    PhotoFailed,
    PhotosCommitted,
    RootMoved,
    RootOffline,
    ScanFinished,
    ScanStarted,
    WatchDegraded,
)
from storage.records import ContentId, PhotoFilter, PhotoId

if TYPE_CHECKING:
    from imagescope_tui.search.events import SearchEvent

words = st.text(max_size=12)
photo_ids = st.integers(1, 50).map(PhotoId)
candidates = st.builds(
    Candidate,
    photo_id=photo_ids,
    content_id=st.integers(1, 50).map(ContentId),
    score=st.floats(0, 1),
)
rankings = st.lists(candidates, max_size=6, unique_by=lambda c: c.photo_id).map(tuple)
degradations = st.builds(
    Degradation, stage=st.integers(1, 3), reason=words, fallback=words, hint=words
)
queries = st.builds(
    Query,
    text=words,
    history=st.lists(st.builds(Turn, text=words), max_size=2).map(tuple),
    filter=st.just(PhotoFilter()),
)
options = st.builds(SearchOptions, stages=st.integers(1, 3), is_reasoned=st.booleans())
intents = st.builds(
    SearchIntent,
    edits=st.lists(st.builds(AtomicEdit, kind=st.just("addition"), text=words), max_size=2).map(
        tuple
    ),
    descriptions=st.lists(words, max_size=3).map(tuple),
)
costs = st.builds(
    StageCost,
    seconds=st.floats(0, 9),
    model_calls=st.dictionaries(st.sampled_from(["reasoner", "verifier"]), st.integers(1, 60)),
)
propositions = st.lists(
    st.builds(Proposition, statement=words, question=words, expected=st.booleans()), max_size=3
).map(tuple)
answers = st.none() | st.builds(
    Answer, said=st.none() | st.booleans(), p_yes=st.none() | st.floats(0, 1)
)


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[SearchEvent], SearchResult]:
    """A whole search, told as the engine promises, and its result."""
    query, asked = draw(queries), draw(options)
    events: list[SearchEvent] = [SearchStarted(query=query, options=asked)]
    first = draw(rankings)
    told: dict[str, Any] = {"rankings": {1: first}, "costs": {1: draw(costs)}}
    missing = draw(st.lists(degradations, max_size=3))
    if draw(st.booleans()):
        events.append(CandidatesRetrieved(ranking=draw(rankings), cost=draw(costs), is_final=False))
    if draw(st.booleans()):
        told["intent"] = draw(intents)
        events.append(IntentReady(intent=told["intent"]))
    events.append(CandidatesRetrieved(ranking=first, cost=told["costs"][1]))
    if asked.stages >= 2:
        events += _second_stage(draw, told)
    if asked.stages >= 3:
        events += _third_stage(draw, told)
    for degradation in missing:
        place = draw(st.integers(1, len(events)))
        events.insert(place, StageDegraded(degradation=degradation))
    told["degradations"] = tuple(
        event.degradation for event in events if isinstance(event, StageDegraded)
    )
    result = SearchResult(
        query=query,
        encoder_id=draw(st.none() | words),
        strategy=draw(st.sampled_from(["imagescope", "ours"])),
        words_unknown=draw(st.lists(words, max_size=3).map(tuple)),
        **told,
    )
    return [*events, SearchFinished(result=result)], result


def _second_stage(draw: st.DrawFn, told: dict[str, Any]) -> list[SearchEvent]:
    first = told["rankings"][1]
    told["propositions"] = draw(propositions)
    events: list[SearchEvent] = [PropositionsReady(propositions=told["propositions"])]
    count = len(told["propositions"])
    row = st.lists(answers, min_size=count, max_size=count).map(tuple)
    verifications = []
    for candidate in first:
        partial = Verification(photo_id=candidate.photo_id, answers=(None,) * count)
        whole = Verification(photo_id=candidate.photo_id, answers=draw(row))
        events += [CandidateVerified(verification=item) for item in (partial, whole)]
        verifications.append(whole)
    told["verifications"] = tuple(verifications)
    return [*events, _reranked(draw, told, 2)]


def _third_stage(draw: st.DrawFn, told: dict[str, Any]) -> list[SearchEvent]:
    judged = told["rankings"][1][: draw(st.integers(0, 3))]
    told["verdicts"] = tuple(
        Verdict(
            photo_id=item.photo_id, accepted=draw(st.none() | st.booleans()), reason=draw(words)
        )
        for item in judged
    )
    events: list[SearchEvent] = [CandidateJudged(verdict=verdict) for verdict in told["verdicts"]]
    return [*events, _reranked(draw, told, 3)]


def _reranked(draw: st.DrawFn, told: dict[str, Any], stage: Literal[2, 3]) -> CandidatesReranked:
    ranking = tuple(draw(st.permutations(told["rankings"][1])))
    told["rankings"] = {**told["rankings"], stage: ranking}
    told["costs"] = {**told["costs"], stage: draw(costs)}
    return CandidatesReranked(stage=stage, ranking=ranking, cost=told["costs"][stage])


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
    st.builds(IndexPaused, reason=st.sampled_from(["asked", "battery"])),
    st.builds(IndexResumed),
    st.builds(CaptionerReady, model=words),
    st.builds(CaptionerUnavailable, reason=words, hint=words),
    st.builds(CaptionsCommitted, captions=st.integers(0, 64), revision=st.integers(0, 99)),
    st.builds(
        CaptionProgress,
        done=st.integers(0, 100),
        total=st.integers(0, 100),
        captions_per_second=st.floats(0, 99),
        seconds_left=st.none() | st.floats(0, 1e6),
        paused=st.booleans(),
    ),
    st.builds(IndexUpToDate, photos=st.integers(0, 9), failed=st.integers(0, 9), seconds=words),
    st.builds(IndexHalted, reason=words, hint=words),
)
index_traces = st.lists(index_events, max_size=12)


@given(searches())
def test_folding_the_events_of_a_search_gives_what_its_result_says(
    search: tuple[list[SearchEvent], SearchResult],
) -> None:
    events, result = search
    for view in (fold(events[:-1]), fold(events)):
        assert view.query == result.query
        assert view.ranking == result.ranking
        assert view.rankings == result.rankings
        assert view.intent == result.intent
        assert view.propositions == result.propositions
        assert tuple(view.verifications.values()) == result.verifications
        assert tuple(view.verdicts.values()) == result.verdicts
        assert view.costs == result.costs
        assert view.seconds == result.seconds
        assert view.degradations == result.degradations
    assert (view.phase, view.stage) == ("done", 0)
    assert view.words_unknown == result.words_unknown
    assert view.encoder_id == result.encoder_id
    assert view.strategy == result.strategy


@given(searches(), st.integers(0, 30))
def test_every_moment_of_a_search_can_be_told(
    search: tuple[list[SearchEvent], SearchResult], until: int
) -> None:
    view = fold(search[0][:until])
    said = [words.text for words in search_words(view)]
    shown = why_page(Reasons(view=view, names={}), 40)
    assert not any("\n" in text for text in (*said, *(line.text for line in shown)))
    assert len(sections(view)) == len(view.ranking)
    for candidate in view.ranking:
        assert len(known_of(view, candidate.photo_id).checks) <= max(1, len(view.propositions))


@given(rankings)
def test_below_the_last_match_no_section_calls_anything_a_match(
    ranking: tuple[Candidate, ...],
) -> None:
    order = {"match": 0, "maybe": 1, "rest": 2, "unchecked": 3}
    places = [order[section] for section in sections(SearchView(ranking=ranking))]
    assert places == sorted(places)


@given(queries, rankings, options)
def test_the_old_ranking_stays_until_a_new_one_is_there(
    query: Query, ranking: tuple[Candidate, ...], asked: SearchOptions
) -> None:
    before = SearchView(ranking=ranking, costs={1: StageCost(seconds=1.0)})
    view = reduce(before, SearchStarted(query=query, options=asked))
    assert view.phase == "searching"
    assert view.ranking == ranking
    assert view.seconds is None


@given(rankings)
def test_each_photo_has_its_rank(ranking: tuple[Candidate, ...]) -> None:
    view = SearchView(ranking=ranking)
    for rank, candidate in enumerate(ranking, start=1):
        assert place_of(view, candidate.photo_id) == (rank, candidate)
    assert place_of(view, PhotoId(999)) is None


@given(index_traces, words)
def test_an_encoder_that_was_ready_first_stays_known(trace: list[object], holder: str) -> None:
    before = fold_left(reduce_index, trace, IndexView())  # type: ignore[arg-type]
    after = reduce_index(before, IndexerStarted(indexing=False, holder=holder))
    assert (after.is_started, after.is_elsewhere, after.holder) == (True, True, holder)
    assert after.encoder_id == before.encoder_id
    assert not reduce_index(after, IndexerStarted(indexing=True)).is_elsewhere


@given(index_traces, roots)
def test_a_folder_that_was_looked_through_is_not_offline(trace: list[object], root: str) -> None:
    before = fold_left(reduce_index, trace, IndexView())  # type: ignore[arg-type]
    offline = reduce_index(before, RootOffline(root=root, photos=3, reason="gone"))
    assert root in {entry.root for entry in offline.offline}
    back = ScanFinished(root=root, photos=3, added=0, modified=0, moved=0, deleted=0, seconds=0.1)
    assert root not in {entry.root for entry in reduce_index(offline, back).offline}


def test_a_folder_that_moved_is_told_once_and_not_offline_where_it_was() -> None:
    view = reduce_index(IndexView(), RootOffline(root="/usb", photos=3, reason="gone"))
    for before, after in (("/usb", "/media/a"), ("/media/a", "/usb"), ("/usb", "/media/b")):
        view = reduce_index(view, RootMoved(before=before, root=after, photos=3))
    assert view.offline == ()
    (notice,) = [item for item in notices(view, (), None) if item.key.startswith("moved")]
    assert notice.text == "/usb is now /media/b: 3 photos kept."


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


def test_captioning_is_told_while_nothing_else_goes_on() -> None:
    captions = CaptionProgress(done=120, total=1000, captions_per_second=3.04, seconds_left=14400)
    view = reduce_index(IndexView(is_started=True, up_to_date=True), captions)
    assert progress_sentence(view) == "captioning 12 % · 3.0/s · 4 h left"
    done = CaptionProgress(done=1000, total=1000, captions_per_second=3.0, seconds_left=None)
    assert progress_sentence(reduce_index(view, done)) == ""


def test_an_order_to_pause_is_known_also_where_nothing_waits() -> None:
    idle = IndexView(is_started=True, up_to_date=True)
    paused = told_to_pause(idle, is_paused=True)
    assert progress_sentence(paused) == "paused · i goes on"
    assert not told_to_pause(paused, is_paused=False).is_paused


def test_why_it_is_paused_is_told_until_it_goes_on() -> None:
    idle = IndexView(is_started=True, up_to_date=True)
    spared = reduce_index(idle, IndexPaused(reason="battery"))
    assert progress_sentence(spared) == "paused: on battery · i goes on"
    busy = IndexProgress(
        done=1, total=4, failed=0, photos_per_second=0.0, seconds_left=None, paused=True
    )
    assert progress_sentence(reduce_index(spared, busy)) == "paused: on battery at 25 % · i goes on"
    assert progress_sentence(reduce_index(spared, IndexResumed())) == ""
    asked = reduce_index(idle, IndexPaused(reason="asked"))
    assert progress_sentence(asked) == "paused · i goes on"
