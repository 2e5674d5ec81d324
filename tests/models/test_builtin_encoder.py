from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from indexer.models.builtin_colours import MODIFIERS
from indexer.models.builtin_encoder import BuiltinEncoder
from indexer.models.builtin_vocabulary import PLACE_WORDS, PRIORS
from indexer.models.protocols import Picture
from tests.benchmarks import builtin_precision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENCODER = BuiltinEncoder()
# What CSS calls brown is a dark red.
SHADES = {"brown": "saddlebrown"}
SIDE = ENCODER.picture_input.width


def picture(image: Image.Image) -> Picture:
    small = image.convert("RGB").resize((SIDE, ENCODER.picture_input.height))
    return Picture(pixels=np.asarray(small), width=image.width, height=image.height)


def plain(colour: str, size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.new("RGB", size, colour)


def halves(top: str, below: str) -> Image.Image:
    image = plain(below)
    ImageDraw.Draw(image).rectangle([0, 0, 300, 100], fill=top)
    return image


def spot(colour: str, ground: str) -> Image.Image:
    image = plain(ground)
    ImageDraw.Draw(image).ellipse([100, 50, 200, 150], fill=colour)
    return image


def noise() -> Image.Image:
    pixels = np.random.default_rng(2).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def best(query: str, images: dict[str, Image.Image]) -> str:
    rows = ENCODER.encode_pictures([picture(image) for image in images.values()])
    scores = rows @ ENCODER.encode_texts([query])[0]
    return list(images)[int(scores.argmax())]


@pytest.mark.parametrize(
    "colour", ["red", "yellow", "green", "blue", "purple", "orange", "pink", "brown", "white"]
)
def test_a_named_colour_finds_it_among_the_others(colour: str) -> None:
    names = ["red", "yellow", "green", "blue", "purple", "orange", "pink", "brown", "white"]
    images = {name: plain(SHADES.get(name, name)) for name in [*names, "black", "grey"]}
    assert best(f"something {colour}", images) == colour


@pytest.mark.parametrize(
    ("query", "images", "found"),
    [
        ("turquoise", {"teal": plain("#40e0d0"), "red": plain("red")}, "teal"),
        ("dark", {"dark": plain("#101010"), "light": plain("#f0f0f0")}, "dark"),
        ("bright", {"dark": plain("#101010"), "light": plain("#f0f0f0")}, "light"),
        (
            "blue on top",
            {"up": halves("blue", "green"), "down": halves("green", "blue")},
            "up",
        ),
        (
            "red in the middle",
            {"middle": spot("red", "white"), "around": spot("white", "red")},
            "middle",
        ),
        ("portrait", {"tall": plain("grey", (200, 300)), "wide": plain("grey")}, "tall"),
        ("landscape format", {"tall": plain("grey", (200, 300)), "wide": plain("grey")}, "wide"),
        ("black and white", {"grey": plain("#777777"), "colour": plain("#dd2222")}, "grey"),
        ("busy", {"busy": noise(), "smooth": plain("grey")}, "busy"),
    ],
)
def test_light_layout_frame_and_texture_are_understood(
    query: str, images: dict[str, Image.Image], found: str
) -> None:
    assert best(query, images) == found


@settings(max_examples=30)
@given(st.text(alphabet="bcdfghjklmnpqrtvwxz", min_size=5, max_size=9))
def test_words_it_does_not_know_change_nothing(word: str) -> None:
    known, with_word = ENCODER.encode_texts(["red", f"red {word}"])
    if word not in ENCODER.known_words(word):
        assert known @ with_word > 0.99
        assert not ENCODER.encode_texts([word]).any()


@given(st.lists(st.text(max_size=20), max_size=4))
def test_texts_give_unit_or_zero_rows(texts: list[str]) -> None:
    lengths = np.linalg.norm(ENCODER.encode_texts(texts), axis=1)
    assert all(abs(length - 1) < 1e-4 or length == 0 for length in lengths)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5000), st.integers(1, 5000))
def test_any_pixels_in_any_frame_give_a_unit_row(seed: int, width: int, height: int) -> None:
    shape = (ENCODER.picture_input.height, SIDE, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    pixels[: seed % (SIDE + 1)] = seed % 256
    rows = ENCODER.encode_pictures([Picture(pixels=pixels, width=width, height=height)])
    assert rows.shape == (1, ENCODER.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows[0]) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.data
def test_colour_queries_on_real_flowers_beat_chance_clearly(
    shared_data: Callable[[str], Path],
) -> None:
    paths = sorted((shared_data("photos") / "images").iterdir())
    gallery = builtin_precision.load_gallery(paths)
    truth = builtin_precision.flower_truth()
    for query, floor in (("yellow flower", 0.5), ("pink tulip field", 0.5), ("red flower", 0.2)):
        relevant = truth[builtin_precision.FLOWER_QUERIES[query]]
        reached = builtin_precision.precision_at(10, gallery.ranking(query), relevant)
        assert reached >= floor, query
        assert reached >= 4 * len(relevant) / len(gallery.names), query


def test_every_flower_of_the_truth_has_a_colour() -> None:
    with builtin_precision.COLOURS.open() as stream:
        assert all(row["colour"] for row in csv.DictReader(stream))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Red roses!", {"red", "roses"}),
        ("light golden rod yellow", {"light", "golden", "rod", "yellow"}),
        ("a reddish, bluish something", {"reddish", "bluish"}),
        ("daisies", {"daisies"}),
        ("dark", {"dark"}),
        ("light", set()),
        ("my cat in Peru", set()),
        ("not zorgle", set()),
        ("no red", {"no", "red"}),
        ("on top", set()),
        ("blue on top", {"blue", "top"}),
        ("black and white photo", {"black", "and", "white"}),
        ("black and white dog", {"black", "white"}),
        ("", set()),
    ],
)
def test_it_says_which_words_it_understood(text: str, known: set[str]) -> None:
    assert ENCODER.known_words(text) == known
    assert ENCODER.encode_texts([text])[0].any() == bool(known)


@pytest.mark.parametrize(
    ("query", "images", "found"),
    [
        # An adjective belongs to the thing after it, and the thing says where.
        (
            "blue sky",
            {"sky": halves("#6aa0ff", "olive"), "lake": halves("olive", "#6aa0ff")},
            "sky",
        ),
        (
            "red flower under a blue sky",
            {
                "flower": halves("#6aa0ff", "crimson"),
                "other": halves("crimson", "#6aa0ff"),
            },
            "flower",
        ),
        ("dark red", {"dark": plain("#7a0a10"), "bright": plain("#ff2020")}, "dark"),
        ("pale pink", {"pale": plain("#f6d5dc"), "strong": plain("#ff2f92")}, "pale"),
        ("navy", {"navy": plain("#0a1050"), "sky": plain("#87ceeb")}, "navy"),
        ("no red", {"red": spot("red", "white"), "blue": spot("blue", "white")}, "blue"),
        (
            "yellow background",
            {"ground": spot("red", "gold"), "thing": spot("gold", "red")},
            "ground",
        ),
        (
            "snow",
            {"snow": halves("steelblue", "white"), "meadow": halves("steelblue", "green")},
            "snow",
        ),
        ("night", {"night": spot("gold", "#05050a"), "day": spot("gold", "#b0d0ff")}, "night"),
        ("panorama", {"panorama": plain("grey", (900, 200)), "photo": plain("grey")}, "panorama"),
        ("square", {"square": plain("grey", (200, 200)), "photo": plain("grey")}, "square"),
        ("fog", {"fog": plain("#b8b8b8"), "noise": noise()}, "fog"),
    ],
)
def test_words_are_read_together(query: str, images: dict[str, Image.Image], found: str) -> None:
    assert best(query, images) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("gray", "grey"), ("colorful", "colourful"), ("center", "centre"), ("reds", "red")],
)
def test_spellings_mean_the_same(one: str, other: str) -> None:
    frame = "blue in the {}" if "cent" in one else "{}"
    first, second = ENCODER.encode_texts([frame.format(one), frame.format(other)])
    assert np.array_equal(first, second)


def test_near_colour_names_are_near_and_far_ones_far() -> None:
    names = ["yellow", "gold", "turquoise", "cyan", "navy", "blue"]
    fits = dict(zip(names, ENCODER.encode_texts(names), strict=True))
    assert fits["yellow"] @ fits["gold"] > 0.5
    assert fits["turquoise"] @ fits["cyan"] > 0.5
    assert fits["navy"] @ fits["blue"] > 0.3
    assert fits["yellow"] @ fits["navy"] < 0.05


def test_a_thing_in_the_middle_counts_more_than_a_strip_as_large_at_the_edge() -> None:
    strip = plain("#444444")
    ImageDraw.Draw(strip).rectangle([0, 0, 300, 26], fill="yellow")
    assert best("yellow flower", {"strip": strip, "thing": spot("yellow", "#444444")}) == "thing"


def test_similar_pictures_are_near_each_other() -> None:
    images = [halves("#6aa0ff", "green"), halves("#77aaff", "#118822"), spot("red", "black")]
    first, near, far = ENCODER.encode_pictures([picture(image) for image in images])
    assert first @ near > first @ far + 0.3


def test_the_page_for_users_names_every_word_it_takes_for_more_than_a_colour() -> None:
    page = builtin_precision.DOCUMENT.read_text("utf-8")
    missing = [word for word in {*PRIORS, *PLACE_WORDS, *MODIFIERS} if f"`{word}`" not in page]
    assert sorted(missing) == []
