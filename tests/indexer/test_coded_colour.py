"""Colours told by numbers: what is shown is what the sRGB twin shows."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from indexer.decoding.coded_colour import CodedColour, coded_to_srgb
from indexer.decoding.told_colour import note_coded_colour
from indexer.models.protocols import PictureInput
from tests.indexer.photo_files import decoded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Floats = npt.NDArray[np.float64]

PATCHES = (
    *((200, 30, 30), (30, 160, 40), (30, 50, 200), (240, 220, 40)),
    *((240, 240, 240), (128, 128, 128), (20, 20, 20), (230, 140, 30)),
)
SQUASH = PictureInput(width=80, height=40, fit="squash")
PQ, HLG, SRGB, GAMMA_22, LINEAR = 16, 18, 13, 4, 8
BT2020, P3 = 9, 12

# BT.2087 and SMPTE EG 432: the light of sRGB's primaries in that of the others.
TO_BT2020 = np.array(((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956)))
TO_P3 = np.array(((0.8225, 0.1774, 0.0), (0.0332, 0.9669, 0.0), (0.0171, 0.0724, 0.9108)))


def chart() -> Image.Image:
    """Two rows of four flat patches."""
    return Image.fromarray(
        np.array(PATCHES, np.uint8).reshape(2, 4, 3).repeat(80, axis=0).repeat(80, axis=1)
    )


def light_of(srgb: npt.NDArray[np.uint8]) -> Floats:
    signal = srgb / 255
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def signal_of(light: Floats, transfer: int) -> Floats:
    """The signal of light of which 1 is white."""
    if transfer == PQ:
        power = (light * 203 / 10_000) ** (1305 / 8192)
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** (2523 / 32)
    if transfer == HLG:
        scene = light * 0.265
        return np.where(
            scene <= 1 / 12,
            np.sqrt(3 * scene),
            0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073,
        )
    if transfer == SRGB:
        return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return light ** (1 / {GAMMA_22: 2.2, LINEAR: 1.0}[transfer])


def coded(image: Image.Image, code: CodedColour, *, times: float = 1.0) -> Image.Image:
    """The image as `code` has it, perhaps lighter than white."""
    matrix = {BT2020: TO_BT2020, P3: TO_P3}.get(code.primaries, np.eye(3))
    light = np.maximum(light_of(np.asarray(image)) @ matrix.T * times, 0)
    signal = np.clip(signal_of(light, code.transfer), 0, 1)
    return Image.fromarray(np.rint(signal * 255).astype(np.uint8))


def worst_patch(shown: npt.NDArray[np.uint8]) -> float:
    """The largest mean difference of a patch from the chart's, looked at in its middle."""
    height, width = (length // 2 for length in shown.shape[:2])
    rows, columns = range(height // 2, 2 * height, height), range(width // 4, 2 * width, width // 2)
    middles = np.array([shown[row, column] for row in rows for column in columns], int)
    return float(np.abs(middles - PATCHES).mean(axis=1).max())


@pytest.mark.parametrize("primaries", [1, BT2020, P3])
@pytest.mark.parametrize("transfer", [PQ, HLG, SRGB, GAMMA_22])
def test_the_chart_looks_as_its_srgb_twin(primaries: int, transfer: int) -> None:
    code = CodedColour(primaries=primaries, transfer=transfer)
    assert worst_patch(np.asarray(coded_to_srgb(coded(chart(), code), code))) < 10


@pytest.mark.parametrize("primaries", [1, BT2020, P3])
@pytest.mark.parametrize("transfer", [PQ, HLG, SRGB])
def test_every_grey_keeps_its_level(primaries: int, transfer: int) -> None:
    code = CodedColour(primaries=primaries, transfer=transfer)
    greys = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    shown = coded_to_srgb(coded(Image.fromarray(greys), code), code)
    assert np.abs(np.asarray(shown).astype(int) - greys).max() <= 3


@given(times=st.floats(1.0, 8.0), transfer=st.sampled_from((PQ, HLG)))
def test_what_is_lighter_than_white_is_neither_cut_off_nor_put_out_of_order(
    times: float, transfer: int
) -> None:
    code = CodedColour(primaries=BT2020, transfer=transfer)
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2))
    stored = np.asarray(coded(ramp, code, times=times))[0, :, 0].astype(int)
    shown = np.asarray(coded_to_srgb(coded(ramp, code, times=times), code))[0, :, 0].astype(int)
    assert (np.diff(shown) >= 0).all()
    assert (shown[stored == stored.max()] >= 250).all() or times < 1.05
    assert shown[stored < stored.max() - 25].max(initial=0) < 255


def test_what_is_darker_than_white_keeps_its_level_beside_a_lamp() -> None:
    code = CodedColour(primaries=BT2020, transfer=PQ)
    picture = np.asarray(coded(Image.new("RGB", (4, 4), (128, 128, 128)), code)).copy()
    picture[0, 0] = 190  # some thousand nits
    shown = coded_to_srgb(Image.fromarray(picture), code).getpixel((3, 3))
    assert isinstance(shown, tuple)
    assert abs(shown[0] - 128) <= 4


@pytest.mark.parametrize("transfer", [PQ, SRGB])
def test_white_stays_white_beside_a_colour_that_srgb_has_not(transfer: int) -> None:
    code = CodedColour(primaries=BT2020, transfer=transfer)
    picture = np.asarray(coded(Image.new("RGB", (4, 4), "white"), code)).copy()
    picture[0, 0, 1:] = 0
    shown = coded_to_srgb(Image.fromarray(picture), code)
    assert shown.getpixel((0, 0)) == (255, 0, 0) or transfer == PQ
    white = shown.getpixel((3, 3))
    assert isinstance(white, tuple)
    assert min(white) >= 250


def with_cicp(png: bytes, code: CodedColour) -> bytes:
    """The PNG with a chunk that tells its colours, behind its header."""
    content = b"cICP" + bytes((code.primaries, code.transfer, 0, 1))
    chunk = struct.pack(">I", 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:33] + chunk + png[33:]


def with_nclx(heif: bytes, code: CodedColour) -> bytes:
    """The HEIC or AVIF with other numbers in every box that tells its colours."""
    before, *rest = heif.split(b"colrnclx")
    assert rest
    numbers = b"colrnclx" + struct.pack(">HH", code.primaries, code.transfer)
    return before + b"".join(numbers + part[4:] for part in rest)


@pytest.mark.parametrize("transfer", [PQ, HLG, SRGB])
@pytest.mark.parametrize("extension", ["png", "avif", "heic"])
def test_numbers_in_files_are_heeded(extension: str, transfer: int, tmp_path: Path) -> None:
    code = CodedColour(primaries=BT2020, transfer=transfer)
    path = tmp_path / f"chart.{extension}"
    coded(chart(), code).save(path, quality=95)
    tell = with_cicp if extension == "png" else with_nclx
    path.write_bytes(tell(path.read_bytes(), code))
    # Of PQ eight bits are few; cameras take ten.
    assert worst_patch(decoded(path, SQUASH).picture.pixels) < 14


@pytest.mark.parametrize("transfer", [PQ, HLG, SRGB])
@pytest.mark.parametrize("size", [(320, 160), (1280, 640)])
def test_what_is_transparent_lies_on_white_that_darkens_nothing(
    transfer: int, size: tuple[int, int], tmp_path: Path
) -> None:
    code = CodedColour(primaries=BT2020, transfer=transfer)
    picture = coded(chart(), code).resize(size, Image.Resampling.NEAREST).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 3, 3))
    path = tmp_path / "chart.png"
    picture.save(path)
    path.write_bytes(with_cicp(path.read_bytes(), code))
    assert worst_patch(decoded(path, SQUASH).picture.pixels) < 10
    whole = PictureInput(width=size[0], height=size[1], fit="squash")
    assert decoded(path, whole).picture.pixels[0, 0].min() >= 250


@pytest.mark.parametrize("extension", ["png", "avif", "heic"])
def test_photos_in_srgb_take_no_way_round(
    extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Image.Image:
        raise AssertionError

    monkeypatch.setattr("indexer.decoding.colour.coded_to_srgb", refused)
    path = tmp_path / f"chart.{extension}"
    chart().save(path)
    assert worst_patch(decoded(path, SQUASH).picture.pixels) < 10


def write_film(path: Path, code: CodedColour) -> None:
    """A second of the chart, of ten bits, that tells its colours."""
    matrix = 9 if code.primaries == BT2020 else 1
    pixels = np.asarray(coded(chart(), code))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 160, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc = code.primaries, code.transfer
        context.colorspace, context.color_range = matrix, 1
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p10le", dst_colorspace=matrix, dst_color_range=1
            )
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize(
    "code",
    [
        CodedColour(primaries=BT2020, transfer=PQ),
        CodedColour(primaries=BT2020, transfer=HLG),
        CodedColour(primaries=BT2020, transfer=SRGB),
        CodedColour(primaries=P3, transfer=SRGB),
        CodedColour(primaries=1, transfer=SRGB),
    ],
)
def test_films_of_wide_and_high_range_look_as_their_srgb_twin(
    code: CodedColour, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, code)
    assert worst_patch(decoded(path, SQUASH).picture.pixels) < 8


@given(rest=st.binary(max_size=60), cut=st.integers(0, 400))
def test_numbers_that_make_no_sense_leave_the_picture_as_it_is(rest: bytes, cut: int) -> None:
    stored = BytesIO()
    chart().save(stored, "AVIF")
    image = Image.open(stored)
    note_coded_colour(image, BytesIO(stored.getvalue()[:cut] + rest))
    assert image.size == chart().size


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "transfer"),
    [
        ("chart_2020sdr.avif", None),
        ("chart_2020sdr.heic", None),
        ("chart_p3.avif", None),
        ("chart_pq2020.avif", None),
        # These two say sRGB's curve of themselves, in their boxes and in HEVC's own header.
        ("chart_pq2020.heic", PQ),
        ("chart_hlg2020.heic", HLG),
    ],
)
def test_the_reported_charts_look_as_their_twin(
    name: str, transfer: int | None, tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    path = tmp_path / name
    stored = (shared_data("reports") / "J_hdr" / name).read_bytes()
    code = CodedColour(primaries=BT2020, transfer=transfer or 0)
    path.write_bytes(with_nclx(stored, code) if transfer else stored)
    assert worst_patch(decoded(path, SQUASH).picture.pixels) < 10
