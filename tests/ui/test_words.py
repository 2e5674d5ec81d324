"""What empty places, notices and panels say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagescope_tui.search.query_language import Chip, LineContext, parse_query
from imagescope_tui.search.sections import SECTION_NAMES
from imagescope_tui.search.types import Candidate, Degradation, Query, SearchOptions, StageCost
from imagescope_tui.ui.index_state import IndexView, OfflineRoot, Problem, UnwatchedRoot
from imagescope_tui.ui.known import sections
from imagescope_tui.ui.library_reader import LibrarySnapshot, PhotoDetail
from imagescope_tui.ui.notices import notices
from imagescope_tui.ui.passed_words import passed
from imagescope_tui.ui.photo_words import Line, about, about_briefly
from imagescope_tui.ui.state import SearchView
from imagescope_tui.ui.status_words import NO_SERVER, found_words, place_words, search_words
from imagescope_tui.ui.why_page import Reasons, why_page
from imagescope_tui.ui.why_words import Finding, places_of_words, why_found
from imagescope_tui.ui.widgets.reading_notes import note_lines
from imagescope_tui.ui.widgets.title_line import folder_words
from imagescope_tui.ui.wording import hanging
from indexer.answers import WhereAnswer, WordPlace
from storage.records import (
    Caption,
    ContentId,
    Facts,
    LibraryNames,
    NameCount,
    Photo,
    PhotoFilter,
    PhotoId,
    Place,
    Root,
    RootId,
)
from storage.safe_text import printable

ROOT = Root(id=RootId(1), path=Path("/home/ada/Photos"))
SNAPSHOT = LibrarySnapshot(exists=True, roots=(ROOT,))
QUERY = Query(text="dog", filter=PhotoFilter())
PHOTO = Photo(
    id=PhotoId(1),
    root_id=RootId(1),
    root=ROOT.path,
    path="lake/dog.jpg",
    size_bytes=4_200_000,
    mtime_ns=0,
    content_id=ContentId(1),
    taken_at="2020-07-18T16:02:00",
)
DETAIL = PhotoDetail(
    photo=PHOTO,
    facts=Facts(width=4000, height=3000, format="JPEG", camera="X-T3", keywords=("lake",)),
    caption=Caption(
        content_id=ContentId(1), text="A dog leaps into a lake.", model_id="m", prompt_id="p"
    ),
    copies=(PHOTO,),
)


def candidate(**changes: object) -> Candidate:
    fields: dict[str, object] = {"photo_id": PhotoId(1), "content_id": ContentId(1), "score": 0.5}
    return Candidate(**{**fields, **changes})  # type: ignore[arg-type]


def texts(lines: object) -> str:
    return "\n".join(line.text for line in lines)  # type: ignore[attr-defined]


def test_the_title_never_makes_one_path_of_two() -> None:
    roots = (ROOT, Root(id=RootId(2), path=Path("/media/ada/camera-card")))
    two = LibrarySnapshot(exists=True, roots=roots)
    assert folder_words(two, Path("/home/ada"), 40) == "~/Photos, /media/ada/camera-card"
    assert folder_words(two, Path("/home/ada"), 28) == "~/Photos and 1 more folder"
    three = LibrarySnapshot(exists=True, roots=(*roots, ROOT))
    assert folder_words(three, Path("/home/ada"), 90) == "~/Photos and 2 more folders"


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (
            IndexView(halted=Problem(reason="the disk is full")),
            "stopped: the disk is full",
        ),
        (IndexView(is_elsewhere=True, holder="process 4711 indexes"), "Process 4711 indexes; what"),
        (IndexView(is_elsewhere=True), "Another imagescope indexes this library; what it adds"),
        (
            IndexView(offline=(OfflineRoot(root="/mnt/usb", photos=1204, reason="not mounted"),)),
            "/mnt/usb is not there (not mounted); its 1,204 photos stay",
        ),
        (
            IndexView(
                unwatched=(
                    UnwatchedRoot(
                        root="/nas", reason="a network folder", seconds_between_scans=300
                    ),
                )
            ),
            "/nas is looked through every 5 min",
        ),
        (IndexView(encoder_problem=Problem(reason="no weights", hint="pull")), "no weights · pull"),
        (IndexView(encoder_id="pocket/1/0123456789abcdef"), "m shows models"),
        (
            IndexView(captioner_problem=Problem(reason="no server", hint="imagescope serve")),
            "Captions wait: no server · imagescope serve",
        ),
    ],
)
def test_each_trouble_has_a_line(index: IndexView, said: str) -> None:
    (notice,) = notices(index, (), None)
    assert said in notice.text


def test_the_most_pressing_notice_comes_first() -> None:
    index = IndexView(
        encoder_id="pocket/1/0123456789abcdef", halted=Problem(reason="full"), is_elsewhere=True
    )
    shown = notices(index, (), Problem(reason="too new"))
    assert [notice.key for notice in shown] == ["library", "halted", "elsewhere", "pocket"]


def test_a_root_the_library_knows_to_be_away_is_told_before_the_indexer_tells() -> None:
    away = Root(id=RootId(1), path=Path("/mnt/usb"), offline_since=1.0)
    (notice,) = notices(IndexView(), (away,), None)
    assert "/mnt/usb is not there" in notice.text


def test_a_real_model_needs_no_notice() -> None:
    assert notices(IndexView(encoder_id="open_clip:x"), (ROOT,), None) == ()


def test_where_tmux_keeps_the_colours_a_note_says_what_lets_them_pass() -> None:
    index = IndexView(encoder_id="open_clip:x")
    (notice,) = notices(index, (ROOT,), None, tmux_client="xterm-256color")
    line = 'set -as terminal-features ",xterm*:RGB"'
    assert notice.text.endswith(line)
    assert notice.brief.endswith(line)
    assert len(notice.brief) < 68


def test_facts_come_in_the_order_people_ask_for_them() -> None:
    lines = [line.text for line in about(DETAIL, Path("/home/ada")) if line.text]
    assert lines == [
        "dog.jpg",
        "18 July 2020 16:02",
        "X-T3",
        "4000×3000 · JPEG · 4.2 MB",
        "“A dog leaps into a lake.”",
        "keywords: lake",
        "~/Photos/lake/dog.jpg",
        "also ~/Photos/lake/dog.jpg",
    ]
    assert about_briefly(DETAIL, Path("/"))[0].text == (
        "18 July 2020 16:02 · X-T3 · 4000×3000 · JPEG · 4.2 MB"
    )


def test_what_its_owner_says_of_a_photo_and_what_lies_beside_it_is_told() -> None:
    detail = PhotoDetail(
        photo=PHOTO,
        facts=Facts(rating=4, label="Re\x1b[31md", keywords=("lake",), people=("Ada",)),
        companions=(Path("/home/ada/Photos/lake/dog\x1b.CR2"), Path("/p/dog.mov")),
    )
    said = texts(about(detail, Path("/home/ada"))).split("\n")
    assert "★★★★ · Re[31md" in said
    assert {"keywords: lake", "people: Ada", "with dog.CR2, dog.mov"} <= set(said)
    rejected = PhotoDetail(photo=PHOTO, facts=Facts(rating=-1))
    assert "rejected" in texts(about(rejected, Path("/")))


def test_what_a_photo_says_of_itself_is_told_and_what_is_wrong_stands_out() -> None:
    rome = Place(
        name="Rome",
        country="Italy",
        country_code="IT",
        latitude=41.9,
        longitude=12.5,
        quarter="Trastevere",
    )
    facts = Facts(
        artist="Jo",
        people=("Ada", "Bo"),
        is_favourite=True,
        rating=4,
        remarks=("a remark " * 50,),
        damage="a part is missing",
        notes=("only the first 1000 keywords are kept",),
    )
    detail = PhotoDetail(photo=PHOTO, facts=facts, place=rome, text="EXIT  12\x1b")
    lines = about(detail, Path("/home/ada"))
    said = [line.text for line in lines]
    assert said[1] == "18 July 2020 16:02 · Trastevere, Rome, Italy"
    assert {"people: Ada, Bo", "by Jo", "♥ · ★★★★", "text: “EXIT 12”"} <= set(said)
    assert max(map(len, said)) <= 160
    looks = {line.text: line.emphasis for line in lines}
    assert looks["damaged: a part is missing"] == "warning"
    assert looks["only the first 1000 keywords are kept"] == "quiet"
    brief = about_briefly(detail, Path("/"))
    assert brief[0].text == "18 July 2020 16:02 · Trastevere, Rome, Italy · 4.2 MB"
    assert brief[1] == Line("damaged: a part is missing", "warning")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("with Ada", "✓ with Ada · Ada, Bo"),
        ("is:damaged", "✓ damaged · a part is missing"),
        ("is:favourite", "✓ favourite · ♥"),
        ("has:gps", "✓ has a place · Sintra, Portugal · 38.8, -9.4"),
    ],
)
def test_a_filter_that_was_passed_is_told_with_the_fact_that_passes_it(
    line: str, said: str
) -> None:
    facts = Facts(
        people=("Ada", "Bo"), damage="a part is missing", is_favourite=True, city="Sintra"
    )
    facts = replace(facts, country="Portugal", latitude=38.8, longitude=-9.4)
    names = LibraryNames(people=(NameCount(name="Ada", photos=1),))
    chips = parse_query(line, LineContext(names=names)).chips
    assert texts(passed(chips, PhotoDetail(photo=PHOTO, facts=facts))) == f"Filters\n{said}"


def test_why_says_which_words_a_photo_says_itself() -> None:
    detail = PhotoDetail(
        photo=PHOTO, facts=Facts(people=("Ada",), artist="Jo", city="Sintra"), text="Way OUT"
    )
    assert places_of_words("ada jo sintra out", detail) == {
        "names of people": ("ada",),
        "name of the place": ("sintra",),
        "description": ("jo",),
        "text of the picture": ("out",),
    }


def test_many_copies_are_counted_instead_of_named() -> None:
    many = PhotoDetail(photo=PHOTO, copies=(PHOTO,) * 1000)
    said = texts(about(many, Path("/")))
    assert said.count("also ") == 5
    assert "and 995 more copies" in said


def test_why_names_the_places_where_words_were_found() -> None:
    found = candidate(
        words_rank=2, words_score=1.0, picture_rank=11, picture_score=0.31, standing=3.1
    )
    view = SearchView(phase="done", query=QUERY, ranking=(found,), words_unknown=("xyz",))
    finding = Finding(rank=1, candidate=found, view=view)
    said = texts(why_page(Reasons(view=view, detail=DETAIL, finding=finding, names={}), 60))
    assert "1st of 1" in said
    assert "11th among the pictures" in said
    assert "likeness 0.31, stands out (3.1 σ)" in said
    assert "2nd among the words" in said
    assert "dog in the file name" in said
    assert "dog in the caption" in said
    assert "“xyz”" in said


def test_why_says_first_which_words_a_photo_holds_and_not_that_these_are_not_seen() -> None:
    named = candidate(words_rank=1, words_held=("dog",), picture_rank=3, picture_score=0.1)
    view = SearchView(phase="done", query=QUERY, ranking=(named,))
    words = tuple(
        WordPlace(word=word, score=0.0, place=None, light=((0.0,),)) for word in ("dog", "lake")
    )
    finding = Finding(rank=1, candidate=named, view=view)
    lines = why_found(finding, DETAIL, 60, where=WhereAnswer(words=words))
    assert [line.text for line in lines if line.emphasis == "head"] == ["Words", "Where", "Picture"]
    assert [line.text for line in lines if "not seen" in line.text] == ["lake 0.00, not seen"]
    lines = why_found(finding, DETAIL, 60, where=WhereAnswer(words=words[:1]))
    assert [line.text for line in lines if line.emphasis == "head"] == ["Words", "Picture"]


@pytest.mark.parametrize("above", ["", "PLATFORM\n" * 30])
def test_why_quotes_the_text_of_the_picture_where_its_words_stand(above: str) -> None:
    read = candidate(words_rank=1, words_held=("lindbergh",))
    view = SearchView(phase="done", query=QUERY, ranking=(read,))
    detail = PhotoDetail(photo=PHOTO, facts=Facts(), text=f"{above}Charles LINDBERGH")
    lines = why_found(Finding(rank=1, candidate=read, view=view), detail, 60)
    assert "lindbergh in the text of the picture" in texts(lines)
    assert texts(lines).count("text: “Charles LINDBERGH”") == 1
    assert texts(about(detail, Path("/"))).count("text: “") == 1


def test_why_names_the_one_that_a_photo_of_an_open_stack_was_found_behind() -> None:
    others = candidate(photo_id=PhotoId(98)), candidate(photo_id=PhotoId(99), stack=(PHOTO.id,))
    view = SearchView(phase="done", query=QUERY, ranking=others)
    said = texts(why_page(Reasons(view=view, detail=DETAIL, names={}), 60))
    assert "behind the 2nd of 2" in said
    assert "same burst" in said


def test_why_says_how_likely_the_photo_fits() -> None:
    for chance, said in ((0.617, "62 %"), (0.0004, "under 1 %"), (0.9999, "over 99 %")):
        found = candidate(picture_rank=1, picture_score=0.31, chance=chance)
        view = SearchView(phase="done", query=QUERY, ranking=(found,))
        finding = Finding(rank=1, candidate=found, view=view)
        lines = why_page(Reasons(view=view, detail=DETAIL, finding=finding, names={}), 60)
        assert f"fits with a chance of {said}" in texts(lines)


def test_the_status_and_the_groups_say_that_nothing_fits_well() -> None:
    doubtful = candidate(picture_rank=1, picture_score=0.2, chance=0.02)
    fitting = candidate(picture_rank=1, picture_score=0.4, chance=0.7)
    costs = {1: StageCost(seconds=0.02)}
    for ranking, is_unfit in (((doubtful,), True), ((fitting, doubtful), False)):
        view = SearchView(phase="done", query=QUERY, costs=costs, ranking=ranking)
        assert ("nothing fits well" in texts(search_words(view))) is is_unfit
        names = [SECTION_NAMES[section] for section in sections(view)]
        assert names == (["nothing fits well"] if is_unfit else ["matches", "the rest"])


def test_a_photo_of_the_timeline_was_not_found_but_is_there() -> None:
    assert "timeline" in texts(why_page(Reasons(view=SearchView(), detail=DETAIL, names={}), 60))


def test_half_known_words_are_told_beside_the_time() -> None:
    named = candidate(
        picture_rank=1,
        picture_score=0.1,
        chance=0.02,
        words_rank=1,
        words_share=1.0,
        words_held=("boat",),
    )
    view = SearchView(
        phase="done", query=QUERY, costs={1: StageCost(seconds=0.02)}, ranking=(named,)
    )
    assert "boat: only in words" in texts(search_words(view))


def found(**changes: object) -> SearchView:
    return SearchView(
        phase="done",
        query=Query(text="dog lake", unwanted=("people",), filter=PhotoFilter()),
        ranking=(candidate(**changes),),
    )


def why(view: SearchView, **parts: object) -> str:
    finding = Finding(rank=1, candidate=view.ranking[0], view=view)
    reasons = Reasons(view=view, detail=DETAIL, finding=finding, names={}, **parts)  # type: ignore[arg-type]
    return texts(why_page(reasons, 60))


def test_why_tells_which_words_are_held_and_where() -> None:
    said = why(found(words_rank=1, words_held=("dog", "lakes"), words_share=0.6))
    assert "they are 60 % of what is asked" in said
    assert "dog in the file name" in said
    assert "lakes in another form, or among the facts" in said


def test_why_tells_what_the_photo_may_show_that_it_must_not() -> None:
    assert "may show people: 62 %" in why(found(shows_unwanted=0.62))


def test_why_tells_that_a_card_stands_for_others() -> None:
    others = (PhotoId(2), PhotoId(3))
    assert "stands for 2 photos more" in why(found(stack=others))


@pytest.mark.parametrize(
    ("query", "how"),
    [
        (QUERY, "by match"),
        (Query(reference=Path("/a.jpg"), filter=PhotoFilter()), "by likeness"),
        (Query(unwanted=("people",), filter=PhotoFilter()), "by date"),
    ],
)
def test_why_calls_the_place_by_what_the_order_is_called(query: Query, how: str) -> None:
    assert f"1st of 1 {how}" in why(replace(found(picture_rank=1), query=query))


def test_why_tells_what_answers_to_each_filter() -> None:
    chips = (
        Chip(label="July 2020", source="July 2020", kind="date"),
        Chip(label="in lake", source="in:lake", kind="folder"),
        Chip(label="camera x-t3", source="camera:x-t3", kind="camera"),
        Chip(label="not people", source="-people", kind="not"),
    )
    said = why(found(), chips=chips, dropped=("photos", "with"))
    assert "✓ July 2020 · 18 July 2020 16:02" in said
    assert "✓ in lake · Photos/lake" in said
    assert "✓ camera x-t3 · X-T3" in said
    assert "✓ not people" not in said
    assert "Not searched, for it tells nothing: photos, with" in said


def test_the_filters_of_the_timeline_are_told_too() -> None:
    chips = (Chip(label="July 2020", source="July 2020", kind="date"),)
    page = why_page(Reasons(view=SearchView(), detail=DETAIL, names={}, chips=chips), 60)
    assert "✓ July 2020 · 18 July 2020 16:02" in texts(page)


@given(st.lists(st.text(max_size=90), max_size=3), st.integers(20, 200))
def test_notes_of_the_reading_fit_their_place_or_say_that_they_do_not(
    problems: list[str], width: int
) -> None:
    lines = note_lines(tuple(problems), (), width)
    assert len(lines) <= 4
    whole = [line for text in problems for line in hanging(f"! {printable(text)}", width, 2)]
    assert [text for text, _ in lines] == whole or lines[-1][0].endswith("…")


def test_the_status_names_stages_and_what_they_could_not_do() -> None:
    broken = Degradation(stage=1, reason="no encoder", fallback="only names")
    costs = {1: StageCost(seconds=0.12)}
    view = SearchView(phase="done", query=QUERY, costs=costs, degradations=(broken,))
    said = texts(search_words(view))
    assert "words ✓ 0.12 s" in said
    assert "pictures ✗ no encoder: only names" in said


def test_a_ranking_of_everything_is_not_called_found() -> None:
    by_words = SearchView(phase="done", ranking=(candidate(words_rank=1),))
    compared = SearchView(phase="done", ranking=(candidate(picture_rank=1),))
    assert found_words(by_words, 500) == "1 found"
    assert found_words(compared, 500) == "1 ranked"
    assert found_words(compared, 1) == "best 1"


def test_the_place_is_told_with_what_is_marked() -> None:
    assert place_words(11, 212, 3) == "3 marked · 12 of 212"
    assert place_words(0, 0, 0) == ""


def test_after_a_failed_reasoner_why_says_what_happened_and_the_status_stands_once() -> None:
    lost = Degradation(
        stage=1,
        reason="127.0.0.1 answered with status 503: the queue is full",
        fallback="searched for your words as they stand",
    )
    options = SearchOptions(stages=3)
    view = SearchView(phase="done", query=QUERY, options=options, degradations=(lost,))
    for width in (30, 80):
        told = texts(why_page(Reasons(view=view, names={}), width))
        assert told.startswith("Not done\n")
        assert told.count("503") == 1
        assert "the queue is full\nsearched for your words as they stand" in told
    first, *others = [words.text for words in search_words(view)]
    assert first.startswith("pictures ✗ 127.0.0.1 answered with status 503: searched for")
    assert "503" not in "".join(others)


def test_a_failed_search_is_told_in_why_too() -> None:
    view = SearchView(phase="failed", query=QUERY, problem="disk I/O error")
    assert "disk I/O error" in texts(why_page(Reasons(view=view, names={}), 40))


def test_nothing_is_judged_before_the_judging_begins() -> None:
    options = SearchOptions(stages=3)
    for stage, is_told in ((1, False), (2, False), (3, True)):
        ranking = (candidate(),)
        view = SearchView(
            phase="searching", query=QUERY, options=options, stage=stage, ranking=ranking
        )
        assert ("judging" in " ".join(it.text for it in search_words(view))) == is_told
    empty = SearchView(phase="searching", query=QUERY, options=options, stage=3)
    assert "judging" not in " ".join(it.text for it in search_words(empty))


def test_narrow_places_are_told_which_other_program_indexes() -> None:
    who = "imagescope-tui, terminal pts/3, since 14:02 (process 1234)"
    view = IndexView(is_elsewhere=True, holder=f"another imagescope indexes this library: {who}")
    [notice] = notices(view, (), None)
    assert notice.brief == f"Indexed by {who}"
    [later] = notices(replace(view, holder=view.holder.replace("14:02", "15:09")), (), None)
    assert later.key != notice.key


def test_what_would_help_is_said_first_and_the_time_last_so_that_neither_is_cut_in_vain() -> None:
    far, costs = candidate(chance=0.01, picture_score=0.01), {1: StageCost(seconds=0.069)}
    view = SearchView(phase="done", query=QUERY, ranking=(far,), costs=costs)
    told = [words.text for words in search_words(view, unserved=NO_SERVER)]
    assert told == [NO_SERVER, "nothing fits well", "search ✓ 69 ms"]
    told = [words.text for words in search_words(view)]
    assert told == ["search ✓ 69 ms", "nothing fits well"]
