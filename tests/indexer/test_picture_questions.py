"""What a lookup can be asked beside one text: several pictures, unlike ones, certain contents."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.questions import PictureQuestion
from indexer.ranking.lookup import VectorLookup
from indexer.wire import decode_line, encode_line, question_from_wire, question_to_wire
from storage.library import Library
from storage.records import ContentId, DaysOfYear, HoursOfDay, PhotoFilter, TimeSpan
from tests.indexer.space import PICTURES, RandomEncoder, encoder_of, shelve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.indexer.space import Shelved


@pytest.fixture
def shelved(tmp_path: Path) -> Iterator[Shelved]:
    with Library.open_writer(tmp_path / "library") as opened:
        yield shelve(opened, 40)


@pytest.fixture
def lookup(shelved: Shelved) -> Iterator[VectorLookup]:
    opened = VectorLookup(
        shelved.library, encoder_of(PICTURES), lambda _: pytest.fail("nothing to decode")
    )
    yield opened
    opened.close()


def path_of(shelved: Shelved, place: int) -> Path:
    photos = shelved.library.photos.page(PhotoFilter(), offset=0, limit=40)
    return photos[place].full_path


def vector_at(shelved: Shelved, path: Path) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    photo = shelved.library.photos.at(path)
    assert photo is not None and photo.content_id is not None
    stored = shelved.library.vectors.of(photo.content_id, encoder_of(PICTURES).encoder_id)
    assert stored is not None
    return stored


def test_of_several_pictures_each_counts_as_much(shelved: Shelved, lookup: VectorLookup) -> None:
    one, two = path_of(shelved, 3), path_of(shelved, 7)
    answer = lookup.nearest(PictureQuestion(pictures=(one, two), limit=99))
    mean = vector_at(shelved, one) + vector_at(shelved, two)
    mean /= np.linalg.norm(mean)
    for near in answer.photos:
        own = shelved.library.vectors.of(near.content_id, encoder_of(PICTURES).encoder_id)
        assert own is not None
        assert near.score == pytest.approx(float(own @ mean), abs=1e-5)
    assert len(answer.photos) == 38, "the two themselves are left out"


def test_a_picture_photos_are_to_be_unlike_turns_the_order_round(
    shelved: Shelved, lookup: VectorLookup
) -> None:
    picture = path_of(shelved, 3)
    like = lookup.nearest(PictureQuestion(pictures=(picture,), limit=99)).photos
    unlike = lookup.nearest(PictureQuestion(unlike=(picture,), limit=99)).photos
    assert [near.photo_id for near in unlike] == [near.photo_id for near in reversed(like)]


def test_what_is_unlike_moves_the_order_away_from_it(
    shelved: Shelved, lookup: VectorLookup
) -> None:
    picture, away = path_of(shelved, 3), path_of(shelved, 7)
    plain = lookup.nearest(PictureQuestion(pictures=(picture,), limit=99)).photos
    moved = lookup.nearest(PictureQuestion(pictures=(picture,), unlike=(away,), limit=99)).photos
    near = [item.photo_id for item in plain if item.photo_id in {m.photo_id for m in moved}]
    assert near != [item.photo_id for item in moved]
    towards = vector_at(shelved, away)

    def likeness(content: ContentId) -> float:
        own = shelved.library.vectors.of(content, encoder_of(PICTURES).encoder_id)
        assert own is not None
        return float(own @ towards)

    best = slice(0, 5)
    mean = [np.mean([likeness(item.content_id) for item in part[best]]) for part in (plain, moved)]
    assert mean[1] < mean[0]


def test_certain_contents_are_told_of_wherever_they_stand_with_the_same_score(
    shelved: Shelved, lookup: VectorLookup
) -> None:
    whole = lookup.nearest(PictureQuestion(texts=("red",), limit=99)).photos
    last = whole[-1]
    answer = lookup.nearest(PictureQuestion(texts=("red",), limit=3, also=(last.content_id,)))
    assert [near.photo_id for near in answer.photos] == [
        *(near.photo_id for near in whole[:3]),
        last.photo_id,
    ]
    assert answer.photos[-1].score == pytest.approx(last.score)


def test_certain_contents_that_the_filter_keeps_out_are_not_told_of(
    shelved: Shelved, lookup: VectorLookup
) -> None:
    whole = lookup.nearest(PictureQuestion(texts=("red",), limit=99)).photos
    only = PhotoFilter(photo_ids=(whole[0].photo_id,))
    question = PictureQuestion(
        texts=("red",), photo_filter=only, limit=1, also=(whole[-1].content_id,)
    )
    assert [near.photo_id for near in lookup.nearest(question).photos] == [whole[0].photo_id]


@dataclass(frozen=True)
class Seeing(RandomEncoder):
    """An encoder that sees snow and dogs, and reads everything."""

    def seen_words(self, text: str) -> frozenset[str]:
        return frozenset({"snow", "dog"} & set(text.lower().split()))


def test_words_that_only_names_know_are_left_to_them(shelved: Shelved) -> None:
    name = shelved.library.photos.page(PhotoFilter(), offset=0, limit=1)[0].path
    [named] = [word for word in name.replace(".", "/").split("/") if word.isalnum()][-2:-1]
    with shelved.library.atomic():
        ids = [photo.id for photo in shelved.library.photos.page(PhotoFilter(), offset=0, limit=40)]
        shelved.library.words.refresh(ids)
    plain = encoder_of(PICTURES)
    seeing = Seeing(encoder_id=plain.encoder_id, dim=plain.dim)
    lookup = VectorLookup(shelved.library, seeing, lambda _: pytest.fail("nothing to decode"))
    with closing(lookup):
        whole = lookup.nearest(PictureQuestion(texts=(f"the snow in {named}",), limit=9))
        snow = lookup.nearest(PictureQuestion(texts=("snow",), limit=9))
        assert whole.words_named == (named.lower(),)
        assert whole.words_known == ("snow",)
        assert [near.score for near in whole.photos] == [near.score for near in snow.photos]
        unknown = lookup.nearest(PictureQuestion(texts=("snow xyzzy",), limit=9))
        assert unknown.words_named == (), "no name holds it: whoever reads it may know it"
        alone = lookup.nearest(PictureQuestion(texts=(named,), limit=9))
        assert (alone.has_meaning, alone.photos) == (False, ())


words = st.text(max_size=9)
paths = st.text(st.characters(exclude_characters="\0/"), min_size=1, max_size=9).map(
    lambda name: Path("/photos") / name
)
spans = st.builds(TimeSpan, first=words, before=words)
plain_filters = st.builds(
    PhotoFilter,
    folders=st.lists(paths, max_size=2).map(tuple),
    folder_names=st.lists(words, max_size=2).map(tuple),
    taken_from=st.none() | words,
    spans=st.lists(spans, max_size=2).map(tuple),
    days=st.lists(st.builds(DaysOfYear, first=words, last=words), max_size=2).map(tuple),
    hours=st.lists(
        st.builds(HoursOfDay, first=st.integers(0, 24), before=st.integers(0, 24)), max_size=2
    ).map(tuple),
    phrases=st.lists(words, max_size=2).map(tuple),
)
filters = st.builds(
    lambda whole, without: PhotoFilter(
        **{name: getattr(whole, name) for name in PhotoFilter.__slots__ if name != "without"},
        without=tuple(without),
    ),
    plain_filters,
    st.lists(plain_filters, max_size=2),
)


@given(
    st.builds(
        PictureQuestion,
        texts=st.lists(words, max_size=3).map(tuple),
        pictures=st.lists(paths, max_size=2).map(tuple),
        unlike=st.lists(paths, max_size=2).map(tuple),
        without=st.none() | paths,
        photo_filter=filters,
        limit=st.integers(0, 10**6),
        also=st.lists(st.integers(1, 10**9).map(ContentId), max_size=3).map(tuple),
    )
)
def test_a_question_crosses_the_wire_whole(question: PictureQuestion) -> None:
    line = decode_line(encode_line(question_to_wire(question)))
    assert line is not None
    assert question_from_wire(line) == question
