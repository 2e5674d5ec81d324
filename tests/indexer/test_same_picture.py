"""Equal pixels keep what was made of them, whatever else their files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from storage.records import Caption, ContentId, PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE
from tests.indexer.mean_colour import MeanColour
from tests.indexer.test_pipeline import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.records import Photo

pillow_heif.register_heif_opener()
_FORMATS = ("JPEG", "PNG", "HEIF", "TIFF", "WEBP")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.close()


def _picture() -> Image.Image:
    noise = np.random.default_rng(3).integers(0, 256, (90, 120, 3), np.uint8)
    return Image.fromarray(noise).resize((360, 270))


def _save(path: Path, kind: str, description: str) -> None:
    """The same picture, with a description."""
    exif = Image.Exif()
    exif[0x010E] = description
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", description)
    options = {"pnginfo": text} if kind == "PNG" else {"exif": exif}
    _picture().save(path, kind, **options)


def _photo(line: Line, path: Path) -> Photo:
    photo = line.library.photos.at(path)
    assert photo is not None
    return photo


def _content(line: Line, path: Path) -> ContentId:
    content_id = _photo(line, path).content_id
    assert content_id is not None
    return content_id


def _caption(line: Line, content_id: ContentId) -> None:
    with line.library.atomic():
        line.library.captions.put(
            [Caption(content_id=content_id, text="noise", model_id="m", prompt_id="p")]
        )
        line.library.picture_texts.put({content_id: "EXIT"}, reader="r")


@pytest.mark.parametrize("kind", _FORMATS)
def test_a_photo_that_is_tagged_keeps_vector_caption_and_text(line: Line, kind: str) -> None:
    path = line.photos / f"a.{kind.lower()}"
    _save(path, kind, "lighthouse")
    encoder = MeanColour()
    line.run(encoder)
    before = _content(line, path)
    _caption(line, before)
    _save(path, kind, "windmill")
    line.run(encoder)
    after = _content(line, path)
    assert after != before
    assert encoder.calls == 1
    vectors = [line.library.vectors.of(content, encoder.encoder_id) for content in (before, after)]
    assert vectors[0] is not None
    assert vectors[1] is not None
    np.testing.assert_array_equal(vectors[0], vectors[1])
    caption = line.library.captions.of(after)
    assert caption is not None
    assert caption.text == "noise"
    assert line.library.picture_texts.of([after]) == {after: "EXIT"}
    found = line.library.words.search(["exit"], PhotoFilter(), limit=5)
    assert [match.content_id for match in found] == [after]


def test_a_photo_that_is_retouched_is_seen_anew(line: Line) -> None:
    path = line.photos / "a.png"
    _picture().save(path)
    encoder = MeanColour()
    line.run(encoder)
    _caption(line, _content(line, path))
    _picture().rotate(180).save(path)
    line.run(encoder)
    assert encoder.calls == 2
    assert line.library.captions.of(_content(line, path)) is None


def _make_old(line: Line) -> None:
    line.library._sql.run("UPDATE contents SET facts_version = 0, picture = NULL")


def test_what_an_older_version_read_is_read_again_without_the_encoder(line: Line) -> None:
    paths = [line.photos / f"{name}.jpg" for name in "ab"]
    for path in paths:
        _save(path, "JPEG", "lighthouse")
    encoder = MeanColour()
    line.run(encoder)
    _caption(line, _content(line, paths[0]))
    line.library._sql.run("UPDATE facts SET description = NULL")
    _make_old(line)
    totals = line.run(encoder).totals
    assert (totals.decoded, encoder.calls) == (1, 1)
    found = line.library.words.search(["lighthouse"], PhotoFilter(), limit=5)
    assert {match.photo_id for match in found} == {_photo(line, path).id for path in paths}
    assert line.library.captions.of(_content(line, paths[0])) is not None
    assert line.run(encoder).totals.decoded == 0


def test_what_an_older_version_saw_wrongly_is_seen_anew(line: Line) -> None:
    path = line.photos / "a.png"
    _picture().save(path)
    encoder = MeanColour()
    line.run(encoder)
    photo = _photo(line, path)
    _caption(line, _content(line, path))
    _make_old(line)
    assert photo.content_hash is not None
    line.thumbnails.write(photo.content_hash, THUMBNAIL_SIDE, b"\xff\xd8of another picture\xff\xd9")
    line.run(encoder)
    assert encoder.calls == 2
    assert line.library.captions.of(_content(line, path)) is None
