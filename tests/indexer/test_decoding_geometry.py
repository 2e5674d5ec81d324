from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from indexer.decoding.geometry import Fit, fit_for, fit_within, turned_box, turned_size
from indexer.models.protocols import PictureInput
from tests.indexer.photo_files import decoded, differences, shaded

if TYPE_CHECKING:
    from pathlib import Path

LENGTHS = st.integers(1, 60_000)
SIDES = st.integers(1, 512)


@given(LENGTHS, LENGTHS, SIDES, SIDES, st.sampled_from(("crop", "squash", "pad")))
def test_kept_part_lies_in_the_scaled_photo_and_on_the_canvas(
    width: int, height: int, across: int, down: int, fit: Literal["crop", "squash", "pad"]
) -> None:
    wanted = PictureInput(width=across, height=down, fit=fit)
    made = fit_for(wanted, (width, height))
    left, top, right, bottom = made.part
    assert 0 <= left < right <= made.scaled[0]
    assert 0 <= top < bottom <= made.scaled[1]
    assert made.canvas == (across, down)
    assert made.offset[0] + made.part_size[0] <= across
    assert made.offset[1] + made.part_size[1] <= down


@given(LENGTHS, LENGTHS, SIDES)
def test_photo_within_a_side_keeps_its_shape_and_is_never_enlarged(
    width: int, height: int, side: int
) -> None:
    scaled = fit_within(side, (width, height)).scaled
    assert max(scaled) == min(side, max(width, height))
    shortest = min(width, height) * max(scaled) / max(width, height)
    assert abs(min(scaled) - max(1, shortest)) <= 0.5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_box_is_where_the_pixels_go(orientation: int) -> None:
    image = Image.new("L", (11, 7))
    image.paste(255, (2, 1, 9, 4))
    image.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(image)
    assert turned_size(image.size, orientation) == upright.size
    assert turned_box((2, 1, 9, 4), image.size, orientation) == upright.getbbox()


@pytest.mark.parametrize(
    ("wanted", "scaled", "part"),
    [
        # As open_clip does for a square model: the long side is cut off, not rounded.
        (PictureInput(width=224, height=224, fit="crop"), (336, 224), (56, 0, 280, 224)),
        (PictureInput(width=224, height=336, fit="crop"), (504, 336), (140, 0, 364, 336)),
        (PictureInput(width=224, height=224, fit="squash"), (224, 224), (0, 0, 224, 224)),
        (PictureInput(width=224, height=224, fit="pad"), (224, 149), (0, 0, 224, 149)),
    ],
)
def test_sizes_are_those_of_the_models_own_preprocessing(
    wanted: PictureInput, scaled: tuple[int, int], part: tuple[int, int, int, int]
) -> None:
    made = fit_for(wanted, (641, 427))
    assert (made.scaled, made.part) == (scaled, part)


def test_part_of_a_larger_box_keeps_its_place() -> None:
    made = Fit(scaled=(40, 20), part=(10, 5, 30, 15), canvas=(20, 10))
    assert made.part_of((8.0, 0.0, 88.0, 40.0)) == (28.0, 10.0, 68.0, 30.0)


@pytest.mark.clip
@settings(max_examples=25, deadline=None)
@given(
    st.integers(20, 300),
    st.integers(20, 300),
    st.sampled_from((("shortest", "crop"), ("squash", "squash"), ("longest", "pad"))),
    st.sampled_from(((32, 32), (32, 48), (48, 32))),
)
def test_small_photos_come_out_as_open_clip_prepares_them(
    tmp_path_factory: pytest.TempPathFactory,
    width: int,
    height: int,
    modes: tuple[str, Literal["crop", "squash", "pad"]],
    size: tuple[int, int],
) -> None:
    transform = pytest.importorskip("open_clip.transform")
    photo = shaded(width, height)
    path: Path = tmp_path_factory.mktemp("photo") / "photo.png"
    photo.save(path)
    wanted = PictureInput(width=size[1], height=size[0], fit=modes[1], fill=7)
    preprocess = transform.image_transform_v2(
        transform.PreprocessCfg(
            size=size, mean=(0, 0, 0), std=(1, 1, 1), resize_mode=modes[0], fill_color=7
        ),
        is_train=False,
    )
    theirs = (preprocess(photo).numpy().transpose(1, 2, 0) * 255).round().astype(np.uint8)
    ours = decoded(path, wanted).picture.pixels
    assert ours.shape == theirs.shape
    # A photo more than twice as large as wanted is averaged first, which shows in a few levels.
    assert differences(ours, theirs).max() <= 6
    assert differences(ours, theirs).mean() <= 0.5
