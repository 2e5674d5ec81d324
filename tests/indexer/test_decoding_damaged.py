"""Damaged files are shown as viewers show them, marked, and keep what they say of themselves."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile, UnidentifiedImageError

from indexer.decoding.facts_alone import read_facts_alone
from indexer.decoding.jpeg_marks import metadata_segments, read_jpeg_marks
from indexer.decoding.photo import facts_alone
from indexer.decoding.png_chunks import checked_png, mended_png
from storage.records import Facts
from tests.indexer.photo_files import decoded, differences, exif_with, failure, opened, shaded
from tests.indexer.video_files import write_video

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEGMENTS = st.lists(
    st.sampled_from(
        [b"\xff\xda\0\2", b"\xff\xe0\0\4ab", b"\xff\xd9", b"\xff\xd8", b"\xff\xd3", b"\xff"]
    )
    | st.binary(max_size=6)
)
A_PART_IS_MISSING = "a part is missing"
A_PART_IS_DAMAGED = "a part is damaged"
EXIF = exif_with({0x010F: "Leica", 0x0110: "Leica Q2"}, photo={0x9003: "2012:06:07 08:09:10"})


def saved(format_name: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    shaded(640, 480).save(buffer, format_name, exif=EXIF, **options)
    return buffer.getvalue()


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("lost", [1, 2, 200])
def test_jpeg_that_lacks_its_end_is_shown_dated_and_marked(
    tmp_path: Path, lost: int, progressive: bool
) -> None:
    whole = saved("JPEG", progressive=progressive)
    sound = decoded(written(tmp_path / "whole.jpg", whole))
    cut = decoded(written(tmp_path / "cut.jpg", whole[:-lost]))
    assert sound.facts.damage is None
    assert cut.facts.damage == A_PART_IS_MISSING
    assert (cut.facts.taken_at, cut.facts.camera) == ("2012-06-07T08:09:10", "Leica Q2")
    assert differences(cut.picture.pixels, sound.picture.pixels)[:48].max() < 12
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_half_a_jpeg_shows_its_upper_half(tmp_path: Path) -> None:
    whole = saved("JPEG", quality=90)
    sound = decoded(written(tmp_path / "whole.jpg", whole))
    half = decoded(written(tmp_path / "half.jpg", whole[: len(whole) // 2]))
    assert half.facts.damage == A_PART_IS_MISSING
    assert differences(half.picture.pixels, sound.picture.pixels)[:20].max() < 12


def test_first_picture_of_several_may_lack_its_end(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    shaded(640, 480).save(
        buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (640, 480), "red")]
    )
    data = buffer.getvalue()
    cut = data.replace(b"\xff\xd9\xff\xd8", b"\xff\xd8", 1)
    assert len(cut) == len(data) - 2
    photo = decoded(written(tmp_path / "two.jpg", cut))
    assert photo.facts.damage == A_PART_IS_MISSING
    assert photo.picture.pixels[..., 2].mean() > 50


def test_jpeg_of_which_almost_nothing_is_there_fails_with_its_facts(tmp_path: Path) -> None:
    whole = saved("JPEG")
    scan = whole.rindex(b"\xff\xda")
    path = written(tmp_path / "begun.jpg", whole[: scan + 30])
    failed = failure(path)
    assert (failed.reason, failed.permanent) == ("the file ends too early", False)
    facts = facts_alone(path)
    assert isinstance(facts, Facts)
    assert (facts.taken_at, facts.camera) == ("2012-06-07T08:09:10", "Leica Q2")


def test_jpeg_cut_before_its_picture_begins_keeps_its_facts(tmp_path: Path) -> None:
    whole = saved("JPEG")
    path = written(tmp_path / "head.jpg", whole[: whole.index(b"\xff\xdb") + 10])
    assert failure(path).reason == "the file ends too early"
    facts = facts_alone(path)
    assert isinstance(facts, Facts)
    assert facts.camera == "Leica Q2"


def test_one_colour_alone_is_no_sign_of_a_missing_part(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), "navy").save(buffer, "JPEG")
    photo = decoded(written(tmp_path / "navy.jpg", buffer.getvalue()[:-2]))
    assert photo.facts.damage == A_PART_IS_MISSING
    assert np.asarray(opened(photo.thumbnail))[5, 5, 2] > 100


def test_mark_that_no_encoder_writes_inside_a_scan_is_noticed(tmp_path: Path) -> None:
    whole = bytearray(saved("JPEG", quality=95))
    at = whole.index(b"\xff\x00", (whole.rindex(b"\xff\xda") + len(whole)) // 2)
    whole[at + 1] = 0x45
    photo = decoded(written(tmp_path / "flipped.jpg", bytes(whole)))
    assert photo.facts.damage == A_PART_IS_DAMAGED


def test_restart_mark_out_of_its_order_is_noticed(tmp_path: Path) -> None:
    whole = saved("JPEG", restart_marker_rows=1)
    assert decoded(written(tmp_path / "sound.jpg", whole)).facts.damage is None
    flipped = whole.replace(b"\xff\xd3", b"\xff\xd6", 1)
    assert decoded(written(tmp_path / "flipped.jpg", flipped)).facts.damage == A_PART_IS_DAMAGED


def test_lossless_jpeg_that_cannot_be_scaled_is_decoded_whole(
    tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    photo = decoded(shared_data("discovered") / "lossless.jpg")
    assert (photo.picture.width, photo.picture.height) == (1600, 1200)


# -- PNG -------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes, *, is_sound: bool = True) -> bytes:
    checksum = zlib.crc32(kind + data) ^ (not is_sound)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def with_chunk(png: bytes, added: bytes, *, behind_pixels: bool = False) -> bytes:
    at = png.rindex(b"IEND") - 4 if behind_pixels else 33
    return png[:at] + added + png[at:]


@pytest.mark.parametrize("behind_pixels", [False, True])
@pytest.mark.parametrize("kind", [b"tEXt", b"tIME", b"iCCP"])
def test_png_with_a_damaged_chunk_beside_its_picture_is_shown_and_marked(
    tmp_path: Path, kind: bytes, behind_pixels: bool
) -> None:
    whole = saved("PNG")
    sound = decoded(written(tmp_path / "whole.png", whole))
    added = chunk(kind, b"Comment\0words", is_sound=False)
    photo = decoded(
        written(tmp_path / "bad.png", with_chunk(whole, added, behind_pixels=behind_pixels))
    )
    assert photo.facts.damage == A_PART_IS_DAMAGED
    assert photo.facts.taken_at == sound.facts.taken_at == "2012-06-07T08:09:10"
    assert np.array_equal(photo.picture.pixels, sound.picture.pixels)


def test_png_whose_pixels_are_not_as_written_is_marked(tmp_path: Path) -> None:
    whole = saved("PNG")
    at = whole.index(b"IDAT")
    length = int.from_bytes(whole[at - 4 : at], "big")
    checksum_at = at + 4 + length
    flipped = bytearray(whole)
    flipped[checksum_at] ^= 1
    assert decoded(written(tmp_path / "flip.png", bytes(flipped))).facts.damage == A_PART_IS_DAMAGED


@pytest.mark.parametrize("share", [0.5, 0.9, 1.0])
def test_png_that_lacks_its_end_is_shown_and_marked(tmp_path: Path, share: float) -> None:
    whole = saved("PNG")
    cut = whole[: int(len(whole) * share)] if share < 1 else whole[:-12]
    photo = decoded(written(tmp_path / "cut.png", cut))
    assert photo.facts.damage == A_PART_IS_MISSING
    assert photo.facts.camera == "Leica Q2"
    sound = decoded(written(tmp_path / "whole.png", whole))
    assert np.array_equal(photo.picture.pixels[:20], sound.picture.pixels[:20])


@pytest.mark.parametrize("behind_pixels", [False, True])
@pytest.mark.parametrize("megabytes", [2, 20])
def test_long_text_of_a_png_costs_at_most_the_text(
    tmp_path: Path, megabytes: int, behind_pixels: bool
) -> None:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"word " * (megabytes * 200_000)))
    whole = with_chunk(saved("PNG"), text, behind_pixels=behind_pixels)
    photo = decoded(written(tmp_path / "text.png", whole))
    assert photo.facts.taken_at == "2012-06-07T08:09:10"
    assert photo.facts.damage is None
    assert photo.facts.notes == (("text of 20 MB left out",) if megabytes == 20 else ())


def test_animation_that_breaks_the_rules_shows_its_first_picture(tmp_path: Path) -> None:
    whole = saved("PNG")
    broken = with_chunk(whole, chunk(b"acTL", struct.pack(">II", 2, 0)))
    photo = decoded(written(tmp_path / "moving.png", broken))
    sound = decoded(written(tmp_path / "whole.png", whole))
    assert np.array_equal(photo.picture.pixels, sound.picture.pixels)


def test_png_too_large_to_be_decoded_keeps_its_facts(tmp_path: Path) -> None:
    whole = saved("PNG")
    header = struct.pack(">IIBBBBB", 70_000, 70_000, 8, 2, 0, 0, 0)
    path = written(tmp_path / "vast.png", whole[:8] + chunk(b"IHDR", header) + whole[33:])
    assert failure(path).reason == "too many pixels"
    facts = facts_alone(path)
    assert isinstance(facts, Facts)
    assert facts.taken_at == "2012-06-07T08:09:10"


# -- others ----------------------------------------------------------------------------------------


def test_heic_that_lacks_its_end_shows_what_is_there(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(shaded(640, 480)).save(buffer, exif=EXIF, quality=90)
    whole = buffer.getvalue()
    sound = decoded(written(tmp_path / "whole.heic", whole))
    photo = decoded(written(tmp_path / "cut.heic", whole[: len(whole) * 9 // 10]))
    assert photo.facts.damage == A_PART_IS_MISSING
    assert differences(photo.picture.pixels, sound.picture.pixels)[:20].max() < 12


def test_gif_and_bmp_that_lack_their_end_show_what_is_there(tmp_path: Path) -> None:
    for name in ("GIF", "BMP"):
        buffer = io.BytesIO()
        shaded(640, 480).save(buffer, name)
        path = written(tmp_path / f"cut.{name}", buffer.getvalue()[: len(buffer.getvalue()) // 2])
        assert decoded(path).facts.damage is not None


def test_film_whose_pictures_nobody_can_decode_keeps_its_facts(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_video(path, tags={"creation_time": "2012-06-07T12:09:10Z"})
    whole = path.read_bytes()
    at = whole.index(b"mdat") + 4
    length = int.from_bytes(whole[at - 8 : at - 4], "big") - 8
    path.write_bytes(whole[:at] + b"\xff" * length + whole[at + length :])
    assert "video" in failure(path).reason
    facts = facts_alone(path)
    assert isinstance(facts, Facts)
    assert facts.taken_at is not None
    assert facts.taken_at.startswith("2012-06-07")


def test_webp_that_is_damaged_keeps_its_facts(tmp_path: Path) -> None:
    whole = bytearray(saved("WEBP"))
    at = whole.index(b"VP8 ") + 8
    whole[at : at + 10] = bytes(10)
    path = written(tmp_path / "bad.webp", bytes(whole))
    assert failure(path).permanent
    facts = facts_alone(path)
    assert isinstance(facts, Facts)
    assert facts.camera == "Leica Q2"


def test_file_that_says_nothing_has_no_facts(tmp_path: Path) -> None:
    with pytest.raises(UnidentifiedImageError):
        read_facts_alone(io.BytesIO(b"nothing at all"), ".jpg")


# -- laws ------------------------------------------------------------------------------------------


@given(SEGMENTS)
def test_marks_of_any_bytes_lie_within_them(parts: list[bytes]) -> None:
    data = b"\xff\xd8" + b"".join(parts)
    marks = read_jpeg_marks(data)
    assert 0 <= marks.end <= len(data)
    assert all(data[at] == 0xFF for at in marks.wrong)
    assert marks.has_end_mark == (data[marks.end - 2 : marks.end] == b"\xff\xd9" and marks.end > 2)
    assert metadata_segments(data).startswith(b"\xff\xd8")


@given(st.integers(0, 2_000), st.binary(max_size=8), st.integers(0, 2_000))
def test_what_is_mended_of_any_png_is_sound(at: int, other: bytes, length: int) -> None:
    whole = PNG_WHOLE[:at] + other + PNG_WHOLE[at + len(other) : at + length]
    mended = mended_png(io.BytesIO(whole))
    if mended is not None:
        assert checked_png(io.BytesIO(mended.data)) == (False, False)


PNG_WHOLE = saved("PNG")[:2_000]
