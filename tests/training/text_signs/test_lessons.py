"""Laws of what the sieve for text learns from, and of how it is judged and written."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from indexer.models import text_signs
from indexer.models.text_signs import SQUARES_TAKEN, TextSigns
from tests.training.text_signs.drawing import Writer
from tests.training.text_signs.grounds import SIDE
from tests.training.text_signs.labels import Photos, Reading
from tests.training.text_signs.lessons import SQUARES, Lessons, draw_lessons
from tests.training.text_signs.network import SignNetwork, write_network
from tests.training.text_signs.training import STAGES, loss_of, train

if TYPE_CHECKING:
    from indexer.models.protocols import Pixels

pytestmark = pytest.mark.clip

WORDS = ("bakery", "dog", "12", "harbour")
SIGN = Reading("OPEN", 0.9, ((20, 40), (90, 40), (90, 60), (20, 60)))
LARGEST_MARGIN = 8


def fonts() -> list[Path]:
    """One that comes with matplotlib."""
    spec = find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    return [Path(spec.origin).with_name("mpl-data") / "fonts" / "ttf" / "DejaVuSans.ttf"]


def photo(seed: int) -> Pixels:
    small = np.random.default_rng(seed).integers(0, 256, (7, 7), np.uint8)
    return np.asarray(Image.fromarray(small).resize((224, 224), Image.Resampling.BICUBIC))


def lessons(photos: Photos, *, drawn: int = 4, seed: int = 1) -> Lessons:
    return draw_lessons(photos, WORDS, fonts(), drawn=drawn, cluttered=3, seed=seed)


@pytest.mark.parametrize("seed", range(20))
def test_where_text_is_told_to_be_it_is_and_nowhere_else(seed: int) -> None:
    ground = Image.new("L", (SIDE, SIDE), 100)
    written = Writer(WORDS, fonts(), random.Random(seed)).write_on(ground)
    if written is None:
        return
    levels, area = written
    changed = np.abs(levels - 100) > 2
    assert changed[area].any()
    rows, columns = np.nonzero(area)
    around = np.s_[
        max(0, rows.min() - LARGEST_MARGIN) : rows.max() + LARGEST_MARGIN,
        max(0, columns.min() - LARGEST_MARGIN) : columns.max() + LARGEST_MARGIN,
    ]
    changed[around] = False
    assert not changed.any()


def test_a_photo_that_may_show_text_is_taken_for_neither() -> None:
    unsure = SIGN._replace(score=0.5)
    photos = Photos([photo(seed) for seed in range(3)], [(), (unsure,), (SIGN,)])
    assert len(photos.blank) == 1
    assert [texts for _, texts in photos.shown] == [[SIGN]]


def test_photos_that_show_text_are_among_the_lessons_with_its_place() -> None:
    photos = Photos([photo(0), photo(1)], [(), (SIGN,)])
    alone, both = lessons(Photos([photo(0)], [()])), lessons(photos)
    assert both.pictures.shape == (len(alone.pictures) + 1, SIDE, SIDE)
    assert both.shares.shape == (len(both.pictures), SQUARES, SQUARES)
    assert both.shares[-1].max() == 1
    assert both.shares[-1].min() == 0


def test_the_same_seed_draws_the_same() -> None:
    photos = Photos([photo(0)], [()])
    one, same, other = lessons(photos), lessons(photos), lessons(photos, seed=2)
    assert np.array_equal(one.pictures, same.pictures)
    assert not np.array_equal(one.pictures, other.pictures)


def test_squares_at_the_edge_of_text_do_not_count() -> None:
    shares = torch.zeros(1, SQUARES, SQUARES)
    shares[0, 4:8, 4:8] = 1
    shares[0, 4, 3] = 0.2
    says = torch.where(shares > 0.9, 5.0, -5.0)
    otherwise = says.clone()
    otherwise[0, 4, 3] = 4.0
    assert loss_of(otherwise, shares) == pytest.approx(float(loss_of(says, shares)))
    assert loss_of(-says, shares) > loss_of(says, shares) + 1


def test_what_is_taught_is_learnt() -> None:
    torch.manual_seed(0)
    photos, network = Photos([photo(0), photo(1)], [(), ()]), SignNetwork()
    stage = replace(STAGES[1], epochs=1, with_text=4, without=4)
    first = train(network, lessons(photos), photos.blank, stage)
    assert train(network, lessons(photos), photos.blank, replace(stage, epochs=6)) < first


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_written_says_in_the_program_what_it_said_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = SignNetwork().eval()
    write_network(network, tmp_path / "network.onnx")
    monkeypatch.setattr(text_signs, "NETWORK_FILE", tmp_path / "network.onnx")
    grey = photo(9)[:101, :67]
    with torch.no_grad():
        squares = network(torch.from_numpy(grey / 255 - 0.5).float()[None, None])
    surest = squares.flatten().topk(SQUARES_TAKEN).values.mean()
    assert TextSigns().log_odds(grey) == pytest.approx(float(surest), abs=1e-4)
