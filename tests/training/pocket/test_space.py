"""Laws of the space that is shipped: what colours and nearness to everything may change."""

from __future__ import annotations

import pytest
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from tests.training.pocket.colours import COLOUR_WORDS, NAMED_COLOURS, ColourCells
from tests.training.pocket.hypernyms import hypernyms
from tests.training.pocket.sources import CLASSES, sentence_folder
from tests.training.pocket.space import COLOURS, SPACE_DIM, PictureSide, with_colours
from tests.training.pocket.stored import strengths
from tests.training.pocket.towers import DIM

pytestmark = pytest.mark.clip

PHOTOS = 40


def rows(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(count, DIM, generator=generator), dim=-1)


def strengths_of(count: int) -> torch.Tensor:
    return torch.rand(count, COLOURS, generator=torch.Generator().manual_seed(7))


@pytest.fixture
def side() -> PictureSide:
    made = PictureSide(torch.nn.Identity(), rows(3, 1), rows(20, 2), strengths_of(PHOTOS))
    made.set_usual(rows(PHOTOS, 3))
    return made


def texts(vectors: torch.Tensor, colour: str | None = None) -> torch.Tensor:
    named = torch.zeros(len(vectors), COLOURS)
    if colour is not None:
        named[:, list(NAMED_COLOURS).index(colour)] = 1.0
    return with_colours(vectors, named, torch.ones(len(vectors), 4))


def test_all_rows_are_of_length_one(side: PictureSide) -> None:
    photos = side.photo(rows(PHOTOS, 3), strengths_of(PHOTOS))
    for made in (photos, texts(rows(5, 4)), texts(rows(5, 4), "red")):
        assert made.shape[1] == SPACE_DIM
        assert torch.allclose(made.norm(dim=1), torch.ones(len(made)), atol=1e-5)


def test_colours_do_not_count_where_the_text_names_none(side: PictureSide) -> None:
    vectors, asked = rows(PHOTOS, 3), texts(rows(5, 4))
    one = asked @ side.photo(vectors, strengths_of(PHOTOS)).T
    other = asked @ side.photo(vectors, strengths_of(PHOTOS).flip(0)).T
    assert torch.allclose(one, other, atol=1e-5)


def test_of_photos_that_are_alike_the_redder_is_nearer_to_red(side: PictureSide) -> None:
    colours = torch.full((2, COLOURS), 0.5)
    colours[1, list(NAMED_COLOURS).index("red")] = 0.9
    photos = side.photo(rows(1, 3).repeat(2, 1), colours)
    plain, redder = (texts(rows(1, 4), "red") @ photos.T)[0]
    assert redder > plain + 0.01


def test_a_photo_near_to_everything_stands_behind_one_that_is_not(side: PictureSide) -> None:
    near = functional.normalize(side.bank.T.mean(0, keepdim=True), dim=-1)
    across = rows(1, 9)
    across = functional.normalize(across - (across @ near.T) * near, dim=-1)
    photos = side.photo(torch.cat([near, -near]), strengths_of(2))
    of_near, of_far = (texts(across) @ photos.T)[0]
    assert of_far > of_near


@pytest.mark.parametrize("name", ["red", "yellow", "green", "blue", "black", "white"])
def test_a_plain_picture_has_its_colour_most_of_all(name: str) -> None:
    shade = torch.tensor(NAMED_COLOURS[name][0], dtype=torch.float32)
    pixels = shade[None, :, None, None].expand(1, 3, 224, 224)
    found = strengths(ColourCells()(pixels))[0]
    assert list(NAMED_COLOURS)[int(found.argmax())] == name


def test_every_word_for_a_colour_is_one_token() -> None:
    tokenizer = Tokenizer.from_file(str(sentence_folder() / "tokenizer.json"))
    assert [word for word in COLOUR_WORDS if tokenizer.token_to_id(word) is None] == []


def test_kinds_are_of_classes_that_there_are() -> None:
    numbers = [number for kinds in hypernyms().values() for number in kinds]
    assert 0 <= min(numbers) <= max(numbers) < CLASSES
    assert 207 in hypernyms()["dog"]
    assert 207 not in hypernyms()["cat"]
