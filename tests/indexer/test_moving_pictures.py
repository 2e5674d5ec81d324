"""What becomes of the moments of moving pictures while they are indexed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from imagescope_tui.photo_sight import LibrarySight, OwnPictures
from indexer.decoding.photo import Frame
from indexer.events import IndexUpToDate
from indexer.models.protocols import Picture
from indexer.photos.reader import PhotoInHand, embed_photos
from indexer.photos.writer import PhotoWriter
from storage.errors import StorageError
from storage.library import THUMBNAILS_NAME, Library
from storage.records import ContentId, Facts, PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.films import film
from tests.indexer.mean_colour import MeanColour
from tests.indexer.sessions import Session
from tests.indexer.test_child import options_for
from tests.indexer.test_pipeline import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from storage.contents import PendingPhoto

REFUSED = 666
RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)


def picture(colour: tuple[int, int, int], width: int = 4) -> Picture:
    return Picture(pixels=np.full((4, 4, 3), colour, dtype=np.uint8), width=width, height=4)


def in_hand(photo: PendingPhoto, *moments: Picture, content_hash: str = "a") -> PhotoInHand:
    """A photo that was decoded, and holds these moments, ten seconds apart."""
    return PhotoInHand(
        photo=photo,
        content_hash=content_hash,
        facts=Facts(width=4, height=4, duration_seconds=60.0 if moments[1:] else None),
        thumbnail=b"a JPEG",
        picture=moments[0],
        moments=tuple(Frame(10.0 * n, one) for n, one in enumerate(moments[1:], start=1)),
        second=0.0 if moments[1:] else None,
    )


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.close()


@pytest.fixture
def waiting(line: Line) -> list[PendingPhoto]:
    for number in range(3):
        (line.photos / f"{number}.png").write_bytes(b"%d" % number)
    line.scan()
    return line.library.contents.unread(now=0.0, limit=9)


def test_each_photo_gets_the_vectors_of_its_own_moments(waiting: list[PendingPhoto]) -> None:
    encoder = MeanColour()
    items = [
        in_hand(waiting[0], picture(RED)),
        in_hand(waiting[1], picture(RED), picture(GREEN), picture(BLUE)),
        in_hand(waiting[2], picture(BLUE)),
    ]
    assert embed_photos(encoder, items) == 3
    assert encoder.calls == 5
    still, film, last = (item.outcome() for item in items)
    assert (still.frames, last.frames) == ((), ())
    assert [(frame.second, int(frame.vector.argmax())) for frame in film.frames] == [
        (10.0, 1),
        (20.0, 2),
    ]
    tops = [item.vector.argmax() for item in (still, film, last) if item.vector is not None]
    assert tops == [0, 0, 2]


def test_a_moment_that_the_encoder_cannot_take_leaves_the_picture_found(
    waiting: list[PendingPhoto],
) -> None:
    items = [
        in_hand(waiting[0], picture(RED), picture(GREEN, width=REFUSED)),
        in_hand(waiting[1], picture(RED), picture(GREEN)),
    ]
    assert embed_photos(MeanColour(refuses=REFUSED), items) == 2
    assert [len(item.frames) for item in items] == [0, 1]
    assert [item.problem for item in items] == [None, None]


def test_picture_and_moments_are_committed_together_or_not_at_all(
    line: Line, waiting: list[PendingPhoto], monkeypatch: pytest.MonkeyPatch
) -> None:
    item = in_hand(waiting[0], picture(RED), picture(GREEN))
    embed_photos(MeanColour(), [item])
    writer = PhotoWriter(
        line.library, line.thumbnails, "mean-colour/1", line.events.append, lambda: line.now
    )

    def fail(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(line.library.frames, "put", fail)
        with pytest.raises(StorageError):
            writer.write([item.outcome()], {})
    assert line.library.contents.by_hashes(["a"]) == {}
    assert line.library.vectors.count("mean-colour/1") == 0
    writer.write([item.outcome()], {})
    assert line.library.vectors.count("mean-colour/1") == 1
    assert line.library.frames.since(-1, "mean-colour/1").seconds.tolist() == [10.0]


def animate(path: Path, *colours: tuple[int, int, int]) -> None:
    pictures = [Image.new("RGB", (40, 30), colour) for colour in colours]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=1000, loop=0)


def only_content(line: Line) -> ContentId:
    [content_id] = line.library.photos.contents_passing(PhotoFilter())
    return ContentId(int(content_id))


def test_another_encoder_embeds_the_moments_too(line: Line) -> None:
    animate(line.photos / "a.gif", RED, GREEN, BLUE)
    line.run(MeanColour())
    content_id = only_content(line)
    first = line.library.frames.since(-1, "mean-colour/1")
    assert first.seconds.tolist() == [1.0]
    assert first.matrix.argmax(axis=1).tolist() == [1]
    again = line.run(MeanColour("mean-colour/2"))
    assert again.totals.decoded == 1
    assert line.library.frames.since(-1, "mean-colour/2").ids.tolist() == [content_id]
    assert line.run(MeanColour("mean-colour/2")).totals.hashed == 0


def test_a_file_replaced_by_another_has_the_moments_of_the_new_one(line: Line) -> None:
    path = line.photos / "a.gif"
    animate(path, RED, GREEN, BLUE)
    line.run(MeanColour())
    animate(path, GREEN, RED, BLUE)
    line.run(MeanColour())
    content_id = only_content(line)
    rows = line.library.frames.since(-1, "mean-colour/1")
    assert rows.matrix[rows.ids == content_id].argmax(axis=1).tolist() == [0]


def test_an_animated_picture_indexed_before_moments_were_known_gets_them(line: Line) -> None:
    animate(line.photos / "a.gif", RED, GREEN, BLUE)
    line.run(MeanColour())
    content_id = only_content(line)
    with line.library.atomic() as revision:
        line.library.frames.put(content_id, "mean-colour/1", [], revision)
    assert line.run(MeanColour()).totals.decoded == 1
    assert len(line.library.frames.since(-1, "mean-colour/1").ids) == 1


async def test_the_moment_that_is_asked_for_is_put_beside_the_thumbnail(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    path = film(folder / "a.mp4", ["red", "green", "blue"])
    session = Session(options_for(folder, serve=True))
    await session.client.start()
    try:
        await session.until_told(IndexUpToDate)
        with Library.open_reader(tmp_path / "library") as library:
            photo = library.photos.at(path)
        assert photo is not None
        assert photo.content_hash is not None
        assert photo.duration_seconds == pytest.approx(12.0, abs=0.2)
        assert await session.client.prepare_thumbnail(photo.id, 6.0)
    finally:
        await session.client.stop()
    cache = ThumbnailCache(tmp_path / "library" / THUMBNAILS_NAME, 0)
    green = mean_colour(cache.read(photo.content_hash, THUMBNAIL_SIDE, 6.0))
    red = mean_colour(cache.read(photo.content_hash, THUMBNAIL_SIDE))
    assert [green.argmax(), red.argmax()] == [1, 0]


def mean_colour(jpeg: bytes | None) -> npt.NDArray[np.float64]:
    assert jpeg is not None
    with Image.open(BytesIO(jpeg)) as opened:
        return np.asarray(np.asarray(opened, dtype=np.float64).mean(axis=(0, 1)))


async def test_models_see_the_moment_and_the_thumbnail_where_the_file_is_gone(line: Line) -> None:
    path = line.photos / "a.gif"
    animate(path, RED, GREEN, BLUE)
    line.run(MeanColour())
    photo = line.library.photos.at(path)
    assert photo is not None
    assert photo.second is not None
    (line.base / "library" / THUMBNAILS_NAME).symlink_to(line.base / "thumbnails")
    sight = LibrarySight(line.base / "library", OwnPictures())
    try:
        moment = await sight.of_photo(photo.id, 64, 1.0)
        own = await sight.of_photo(photo.id, 64, photo.second)
        path.unlink()
        left = await sight.of_photo(photo.id, 64, 2.0)
    finally:
        sight.close()
    colours = [mean_colour(seen.jpeg).argmax() for seen in (moment, own, left) if seen]
    assert colours == [1, 0, 0]
    assert [seen.second for seen in (moment, own, left) if seen] == [1.0, None, None]
