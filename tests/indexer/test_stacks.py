"""Bursts and near-copies are told apart from other photos of the same scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from indexer.photos.signatures import catch_up_signatures, signature_of
from indexer.ranking.alignment import look_closely, look_roughly
from indexer.ranking.stacks import stacks
from storage.library import Library
from storage.records import Facts
from storage.signatures import SIGNATURE_SIDE
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.indexer.textures import as_jpeg, cropped, slide, texture
from tests.storage.conftest import Shelf, file_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.records import ContentId

NOON = "2020-07-18T12:00:00"


class Album:
    """Puts pictures into a library as the indexer does, each with a vector of its own."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._count = 0

    def add(
        self,
        image: Image.Image | None,
        taken_at: str | None = None,
        *,
        camera: str | None = None,
        seconds: float | None = None,
        seed: int | None = None,
    ) -> ContentId:
        """`image` None: one without a signature; `seed`: of its vector."""
        self._count += 1
        self.shelf.add("", file_state(f"{self._count}.jpg", inode=self._count))
        facts = Facts(width=4, height=3, taken_at=taken_at, camera=camera, duration_seconds=seconds)
        content_id = self.shelf.read(
            f"{self._count:04}", facts, seed=self._count if seed is None else seed
        )
        if image is not None:
            signature = signature_of(as_jpeg(image))
            assert signature is not None
            with self.shelf.library.atomic():
                self.shelf.library.signatures.put({content_id: signature})
        return content_id


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open_writer(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def album(library: Library) -> Album:
    return Album(Shelf(library))


def brightened(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.2)


def warmed(image: Image.Image) -> Image.Image:
    levels = np.asarray(image) * np.array([1.15, 1.0, 0.8])
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: image.resize((image.width // 2, image.height // 2)),
        lambda image: cropped(image, 0.1, 0.1, 0.1, 0.1),
        lambda image: cropped(image, 0.1, 0, 0, 0.05),
        lambda image: warmed(brightened(image)),
        lambda image: image.convert("L"),
    ],
    ids=[
        "saved again",
        "half size",
        "cropped",
        "cropped aside",
        "other colours",
        "grey",
    ],
)
def test_a_near_copy_and_its_original_are_one(
    album: Album, change: Callable[[Image.Image], Image.Image]
) -> None:
    library = album.shelf.library
    original, *others = (album.add(texture(seed)) for seed in range(6))
    copy = album.add(change(texture(0)))
    assert stacks(library, [*others, copy, original]) == ((copy, original),)


@pytest.mark.parametrize(
    ("seed", "sides"), [(1, (0.012, 0.024, 0.008, 0.071)), (3, (0.03, 0, 0.06, 0.02))]
)
def test_a_crop_so_small_that_either_may_be_the_part_is_found_in_any_order(
    album: Album, seed: int, sides: tuple[float, float, float, float]
) -> None:
    contents = [album.add(cropped(texture(seed), *sides)), album.add(texture(seed))]
    for order in (contents, contents[::-1]):
        assert stacks(album.shelf.library, order) == (tuple(order),)


def test_crops_of_different_sides_meet_at_the_original(album: Album) -> None:
    """Neither holds the other, so one ahead of the original must not keep the next from it."""
    crops = [
        album.add(cropped(texture(0), 0.1, 0.1, 0, 0)),
        album.add(cropped(texture(0), 0, 0, 0.1, 0.1)),
    ]
    original = album.add(texture(0))
    contents = [*crops, original]
    assert stacks(album.shelf.library, contents) == (tuple(contents),)


def test_the_same_view_minutes_later_is_another_photo(album: Album) -> None:
    contents = [album.add(texture(0), NOON), album.add(texture(0), "2020-07-18T12:05:00")]
    assert stacks(album.shelf.library, contents) == ()


def test_a_copy_without_a_time_does_not_join_two_times(album: Album) -> None:
    first, later = album.add(texture(0), NOON), album.add(texture(0), "2020-07-18T12:05:00")
    copy = album.add(texture(0))
    ((*found,),) = stacks(album.shelf.library, [first, later, copy])
    assert copy in found
    assert len(found) == 2


def test_shots_of_one_camera_within_seconds_are_one(album: Album) -> None:
    """Moved by a little, which no near-copy is."""
    views = [cropped(texture(0), 0.05 + x, 0.1, 0.15 - x, 0.1) for x in (0, 0.03, 0.06, 0.09)]
    contents = [
        album.add(view, f"2020-07-18T12:00:0{2 * number}", camera="Camera 1")
        for number, view in enumerate(views)
    ]
    other = album.add(views[1], "2020-07-18T12:00:30", camera="Camera 1")
    assert stacks(album.shelf.library, [*contents, other]) == (tuple(contents),)


@pytest.mark.parametrize(
    ("second", "camera"), [(None, "Camera 1"), ("2020-07-18T12:00:02", "Camera 2")]
)
def test_what_only_looks_alike_is_no_burst(album: Album, second: str | None, camera: str) -> None:
    contents = [
        album.add(cropped(texture(0), 0.0, 0.1, 0.2, 0.1), NOON, camera="Camera 1"),
        album.add(cropped(texture(0), 0.1, 0.0, 0.1, 0.2), second, camera=camera),
    ]
    assert stacks(album.shelf.library, contents) == ()


def test_another_scene_in_the_same_second_is_another_photo(album: Album) -> None:
    contents = [album.add(texture(seed), NOON) for seed in range(4)]
    assert stacks(album.shelf.library, contents) == ()


def test_without_signatures_time_and_vectors_tell_a_burst(album: Album) -> None:
    contents = [album.add(None, NOON, seed=seed) for seed in (1, 2, 1)]
    album.add(None, seed=1)
    assert stacks(album.shelf.library, contents) == ((contents[0], contents[2]),)


def test_without_an_encoder_it_is_told_too(album: Album) -> None:
    library = album.shelf.library
    with library.atomic():
        library.settings.drop("encoder_id")
    contents = [album.add(texture(0), NOON), album.add(texture(0), NOON)]
    assert stacks(library, contents) == (tuple(contents),)


def test_pictures_of_one_level_are_no_copies_of_each_other(album: Album) -> None:
    contents = [album.add(Image.new("RGB", (40, 30), (level,) * 3)) for level in (0, 0, 90)]
    assert stacks(album.shelf.library, contents) == ()


def test_slides_of_one_template_are_not_copies_of_each_other(album: Album) -> None:
    first, *_ = contents = [album.add(slide(seed)) for seed in range(6)]
    again = album.add(slide(0).resize((200, 150)), seed=1)
    assert stacks(album.shelf.library, [*contents, again]) == ((first, again),)


def test_drawings_that_differ_in_colour_alone_are_not_copies_of_each_other(album: Album) -> None:
    red, blue = album.add(slide(0), seed=8), album.add(slide(0), seed=9)
    assert stacks(album.shelf.library, [red, blue]) == ()


def test_a_film_and_its_still_are_two(album: Album) -> None:
    contents = [album.add(texture(0), seconds=8.0), album.add(texture(0))]
    assert stacks(album.shelf.library, contents) == ()


def test_each_stack_is_in_the_order_given_and_stacks_are_by_their_first(album: Album) -> None:
    contents = [album.add(texture(seed)) for seed in (0, 1, 2, 1, 0, 1)]
    zero, one, _, one_again, zero_again, one_at_last = contents
    assert stacks(album.shelf.library, contents) == (
        (zero, zero_again),
        (one, one_again, one_at_last),
    )


def test_ninety_copies_are_one_stack(album: Album) -> None:
    """However many pairs there are to look at."""
    contents = [album.add(brightened(texture(0)) if n % 2 else texture(0)) for n in range(90)]
    assert stacks(album.shelf.library, contents) == (tuple(contents),)


def test_contents_that_are_not_known_are_left_out(album: Album) -> None:
    known = album.add(texture(0))
    assert stacks(album.shelf.library, []) == ()
    assert stacks(album.shelf.library, [known]) == ()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    sides=st.tuples(*(st.floats(0, 0.1) for _ in range(4))),
)
def test_a_part_is_found_wherever_it_was_cut(
    seed: int, sides: tuple[float, float, float, float]
) -> None:
    levels = [_levels(texture(seed)), _levels(cropped(texture(seed), *sides))]
    greys = np.stack([*levels, _levels(texture(seed + 1))])
    look = look_roughly(greys)
    wholes, parts = np.array([0, 2]), np.array([1, 1])
    likeness = look_closely(greys[wholes], greys[parts], look.windows(wholes, parts))
    assert look.likeness[0, 1] > 0.9
    assert likeness[0] > 0.8
    assert likeness[1] < 0.5


def _levels(image: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    signature = signature_of(as_jpeg(image))
    assert signature is not None
    rows = np.frombuffer(signature, dtype=np.uint8).reshape(SIGNATURE_SIDE, SIGNATURE_SIDE)
    return rows.astype(np.float32)


def test_what_is_no_picture_has_no_signature() -> None:
    assert signature_of(b"") is None
    assert signature_of(b"\xff\xd8 no pixels \xff\xd9") is None


def test_an_old_library_gets_its_signatures_from_its_thumbnails(
    library: Library, tmp_path: Path
) -> None:
    shelf = Shelf(library)
    thumbnails = ThumbnailCache(tmp_path / "thumbnails", 10**9)
    contents = []
    for number in range(3):
        shelf.add("", file_state(f"{number}.jpg", inode=number + 1))
        contents.append(shelf.read(f"abcd{number}", seed=number))
        if number:
            jpeg = as_jpeg(texture(number)) if number == 1 else b"\xff\xd8 cut \xff\xd9"
            thumbnails.write(f"abcd{number}", THUMBNAIL_SIDE, jpeg)
    assert catch_up_signatures(library, thumbnails)
    shots = library.signatures.shots(contents)
    assert [shots[key].signature is not None for key in contents] == [False, True, False]
    # What cannot be made is not tried for ever.
    assert not catch_up_signatures(library, thumbnails)
