"""What the engine is asked for the lines of a conversation."""

from __future__ import annotations

from pathlib import Path

from imagescope_tui.ui.asked import Asked, SaidTurn
from storage.records import Photo, PhotoId, RootId

PHOTO = Photo(
    id=PhotoId(7),
    root_id=RootId(1),
    root=Path("/photos"),
    path="a.jpg",
    size_bytes=1,
    mtime_ns=0,
)


def said(*lines: str) -> Asked:
    *before, last = lines
    return Asked(line=last, turns=tuple(SaidTurn(line=line) for line in before))


def test_alternatives_and_what_is_unwanted_reach_the_engine() -> None:
    query = said("cat OR dog without people").query
    assert query.alternatives == ("cat", "dog")
    assert query.unwanted == ("people",)


def test_each_alternative_refines_what_was_said_before() -> None:
    query = said("at the beach", "cat OR dog").query
    assert [turn.text for turn in query.history] == ["at the beach"]
    assert query.alternatives == ("at the beach, cat", "at the beach, dog")


def test_what_is_unwanted_in_any_line_stays_unwanted() -> None:
    assert said("dog without people", "in snow, no cars").query.unwanted == ("people", "cars")


def test_a_phrase_does_not_go_on_into_the_next_line() -> None:
    wanted = said("dog without people", "snow").filter
    assert wanted.without_words == said("dog without people").filter.without_words


def test_filters_alone_are_a_timeline_and_what_must_not_be_seen_is_looked_for() -> None:
    assert said("date:2019").is_timeline
    assert not said("without people").is_timeline
    assert not said("without people").is_empty
    assert said("").is_empty


def test_words_beside_similar_pictures_are_new_and_change_an_edit() -> None:
    alike = said("dog").about(PHOTO, is_edit=False)
    assert alike.is_like
    assert alike.typed("cat").query.reference is None
    edit = said("dog").about(PHOTO, is_edit=True)
    assert edit.typed("at night").query.is_edit


def test_a_refined_search_by_a_picture_keeps_the_picture() -> None:
    refined = said("").about(PHOTO, is_edit=False).refined("at night", SaidTurn(line=""))
    assert refined.typed("at noon").query.is_edit


def test_the_way_back_leads_to_what_was_asked() -> None:
    first = said("dog date:2019")
    assert first.about(PHOTO, is_edit=False).before == first
    assert first.about(PHOTO, is_edit=False).photo_id == PHOTO.id
    assert first.about(PHOTO, is_edit=False).without(0).before is None


def test_a_chip_that_was_guessed_ends_in_a_question_mark() -> None:
    assert said("7/8/20").chip_labels == ("7 August 2020?",)
