"""Where in a photo words are seen: with an encoder of colours, so that the answer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from indexer.answers import WhereAnswer, WordPlace
from indexer.decoding.photo import Decoded, Frame, decode_photo
from indexer.models.protocols import Picture, PictureInput
from indexer.ranking.regions import COMMON_WORDS
from indexer.ranking.where import WORDS_MAX, WordFinder
from indexer.wire import decode_line, encode_line, where_from_wire, where_to_wire
from storage.library import THUMBNAILS_NAME, Library
from storage.records import Facts, FileState, PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.indexer.colour_regions import ColourRegions
from tests.indexer.mean_colour import MeanColour

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from indexer.decoding.failures import DecodeFailure
    from indexer.models.protocols import ImageTextEncoder

HASH = "ab" * 16
SHAPES = ((420, 280), (280, 420), (300, 300))
PLACES = {
    "upper left": (0, 0, 0.3, 0.3),
    "top": (0.35, 0, 0.65, 0.3),
    "upper right": (0.7, 0, 1, 0.3),
    "left": (0, 0.35, 0.3, 0.65),
    "middle": (0.35, 0.35, 0.65, 0.65),
    "right": (0.7, 0.35, 1, 0.65),
    "lower left": (0, 0.7, 0.3, 1),
    "bottom": (0, 0.75, 1, 1),
    "lower right": (0.7, 0.7, 1, 1),
    "all over": (0, 0, 1, 0.9),
}


class Album:
    """A library with one photo, red in one part and blue elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "photos" / "a.png"
        self.path.parent.mkdir()
        self.thumbnails = ThumbnailCache(folder / "library" / THUMBNAILS_NAME, 10**9)
        with Library.open_writer(folder / "library") as writer, writer.atomic():
            root = writer.roots.add(self.path.parent)
            state = FileState(name="a.png", size_bytes=1, mtime_ns=1, ctime_ns=1, inode=1)
            [self.photo_id] = writer.files.add(root.id, "", [state])
            content_id = writer.contents.put(HASH, Facts())
            writer.contents.assign(writer.contents.unread(now=0, limit=1)[0], content_id)
        self.library = Library.open_reader(folder / "library")

    def paint(self, part: tuple[float, float, float, float], size: tuple[int, int]) -> None:
        image = Image.new("RGB", size, "blue")
        left, top, right, bottom = (
            edge * side for edge, side in zip(part, (*size, *size), strict=True)
        )
        ImageDraw.Draw(image).rectangle((left, top, right - 1, bottom - 1), fill="red")
        image.save(self.path)

    def finder(self, encoder: ImageTextEncoder) -> WordFinder:
        def decode(path: Path) -> Decoded | DecodeFailure:
            wanted = encoder.picture_input
            return decode_photo(path, picture_input=wanted, thumbnail_side=THUMBNAIL_SIDE)

        return WordFinder(self.library, self.thumbnails, encoder, decode)

    def find(self, *words: str, encoder: ImageTextEncoder | None = None) -> WhereAnswer:
        return self.finder(encoder or ColourRegions()).where(self.photo_id, words)


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    album = Album(tmp_path)
    yield album
    album.library.close()


def only(answer: WhereAnswer) -> WordPlace:
    assert answer.words is not None
    [word] = answer.words
    return word


def light_at(answer: WhereAnswer, across: float, down: float) -> float:
    """How light a point of the photo is, by the first word."""
    assert answer.words is not None
    light = np.array(answer.words[0].light)
    left, top, right, bottom = answer.area
    row = (down - top) / (bottom - top) * light.shape[0]
    column = (across - left) / (right - left) * light.shape[1]
    return float(light[int(row), int(column)])


@pytest.mark.parametrize("size", SHAPES, ids=["wide", "high", "square"])
@pytest.mark.parametrize("place", PLACES)
def test_a_word_is_seen_where_it_is(album: Album, place: str, size: tuple[int, int]) -> None:
    album.paint(PLACES[place], size)
    found = only(album.find("red barn"))
    assert (found.word, found.place) == ("red barn", place)
    assert found.score > 0.8


def test_the_light_lies_on_the_thing_and_not_beside_it(album: Album) -> None:
    album.paint((0.6, 0.1, 0.9, 0.4), (420, 280))
    answer = album.find("red", "blue")
    assert light_at(answer, 0.75, 0.25) > 0.9
    assert light_at(answer, 0.2, 0.8) < 0.1
    assert [word.place for word in answer.words or ()] == ["upper right", "all over"]


def test_what_is_not_there_lights_nothing(album: Album) -> None:
    album.paint((0, 0, 0.5, 1), (300, 300))
    found = only(album.find("yellow"))
    assert found.place is None
    assert found.score < 0.2
    assert not np.any(found.light)


def test_a_word_that_the_encoder_does_not_know_is_not_seen(album: Album) -> None:
    album.paint((0, 0, 0.5, 1), (300, 300))
    found = only(album.find("xyzzy"))
    assert (found.score, found.place) == (0, None)


def test_of_two_patches_the_larger_gives_the_name(album: Album) -> None:
    album.paint((0.7, 0, 1, 1), (420, 280))
    with Image.open(album.path) as image:
        ImageDraw.Draw(image).rectangle((0, 0, 59, 59), fill="red")
        image.save(album.path)
    answer = album.find("red")
    assert only(answer).place == "right"
    assert light_at(answer, 0.05, 0.05) > 0.5, "the smaller one is lit all the same"


@pytest.mark.parametrize(
    ("size", "part"), [((600, 300), (0.5, 0, 0.75, 1)), ((300, 600), (0, 0.5, 1, 0.75))]
)
def test_of_a_cropped_picture_the_light_lies_on_the_part_that_was_seen(
    album: Album, size: tuple[int, int], part: tuple[float, float, float, float]
) -> None:
    album.paint(part, size)
    answer = album.find("red", encoder=ColourRegions(PictureInput(width=56, height=56, fit="crop")))
    across, down = 0 if size[0] > size[1] else 1, 1 if size[0] > size[1] else 0
    assert answer.area[across] == pytest.approx(0.25, abs=0.01)
    assert answer.area[across + 2] == pytest.approx(0.75, abs=0.01)
    assert (answer.area[down], answer.area[down + 2]) == (0, 1)
    middle = ((part[0] + part[2]) / 2, (part[1] + part[3]) / 2)
    assert light_at(answer, *middle) > 0.9
    # The middle of what is red lies at 0.625 of the photo, though at 0.75 of what was seen.
    assert only(answer).place == "middle"


def test_what_pads_a_picture_is_no_part_of_the_photo(album: Album) -> None:
    album.paint((0, 0, 0.5, 1), (600, 300))
    padded = PictureInput(width=56, height=56, fit="pad", fill=0)
    answer = album.find("black", "red", encoder=ColourRegions(padded))
    assert answer.words is not None
    black, red = answer.words
    assert (black.place, red.place) == (None, "left")
    assert answer.area == pytest.approx((0, -0.5, 1, 1.5), abs=0.01)


def test_where_the_file_is_not_there_the_thumbnail_is_looked_at(album: Album) -> None:
    album.paint((0, 0, 0.3, 0.3), (420, 280))
    thumbnail = decode_photo(
        album.path, picture_input=ColourRegions().picture_input, thumbnail_side=THUMBNAIL_SIDE
    )
    assert isinstance(thumbnail, Decoded)
    album.thumbnails.write(HASH, THUMBNAIL_SIDE, thumbnail.thumbnail)
    album.path.unlink()
    assert only(album.find("red")).place == "upper left"


def test_where_neither_is_there_it_says_why(album: Album) -> None:
    answer = album.find("red")
    assert answer.words is None
    assert answer.problem


def test_of_a_moving_picture_the_moment_is_looked_at(album: Album) -> None:
    encoder = ColourRegions()
    album.paint((0, 0, 0.3, 0.3), (300, 300))
    first = decode_photo(album.path, picture_input=encoder.picture_input, thumbnail_side=320)
    album.paint((0.7, 0.7, 1, 1), (300, 300))
    later = decode_photo(album.path, picture_input=encoder.picture_input, thumbnail_side=320)
    assert isinstance(first, Decoded)
    assert isinstance(later, Decoded)
    film = replace(first, second=1.0, frames=(Frame(4.5, later.picture),))
    finder = WordFinder(album.library, album.thumbnails, encoder, lambda _: film)
    places = [
        only(finder.where(album.photo_id, ["red"], second)).place for second in (1.0, 4.5, None)
    ]
    assert places == ["upper left", "lower right", "upper left"]


def test_an_encoder_without_regions_cannot_tell(album: Album) -> None:
    class Without(ColourRegions):
        def encode_regions(self, picture: Picture) -> None:
            return None

    album.paint((0, 0, 0.5, 1), (300, 300))
    for encoder in (MeanColour(), Without()):
        assert album.find("red", encoder=encoder) == WhereAnswer()


def test_the_common_words_are_read_once_and_of_many_words_the_first(album: Album) -> None:
    album.paint((0, 0, 0.5, 1), (300, 300))
    encoder = ColourRegions()
    finder = album.finder(encoder)
    for _ in range(2):
        answer = finder.where(album.photo_id, [f"word {number}" for number in range(20)])
        assert len(answer.words or ()) == WORDS_MAX
    assert len(encoder.asked) == len(COMMON_WORDS) + 2 * WORDS_MAX


def test_a_photo_that_was_dropped_meanwhile_is_said_to_be(album: Album) -> None:
    assert album.library.photos.count(PhotoFilter()) == 1
    answer = album.finder(ColourRegions()).where(type(album.photo_id)(99), ["red"])
    assert "not in the library" in answer.problem


@pytest.mark.parametrize(
    "answer",
    [
        WhereAnswer(),
        WhereAnswer(problem="the file is empty"),
        WhereAnswer(
            words=(
                WordPlace(
                    word="a\udcff", score=0.41, place="left", light=((0.0, 1.0), (0.5, 0.25))
                ),
                WordPlace(word="b", score=0.0, place=None, light=((0.0, 0.0), (0.0, 0.0))),
            ),
            area=(-0.5, 0.0, 1.5, 1.0),
        ),
    ],
)
def test_answers_survive_the_way_from_the_child(answer: WhereAnswer) -> None:
    told = decode_line(encode_line(where_to_wire(answer)))
    assert told is not None
    assert where_from_wire(told) == answer


class NamesNothing(ColourRegions):
    """An encoder that knows `red` for the name of a person."""

    def seen_words(self, text: str) -> frozenset[str]:
        return frozenset(text.split()) - {"red"}


def test_a_word_that_pictures_do_not_answer_to_is_seen_nowhere(album: Album) -> None:
    album.paint(PLACES["upper left"], SHAPES[0])
    assert only(album.find("red")).place == "upper left"
    never = only(album.find("red", encoder=NamesNothing()))
    assert (never.place, never.score) == (None, 0.0)
    assert not np.array(never.light).any()
    assert only(album.find("red shape", encoder=NamesNothing())).place == "upper left"
