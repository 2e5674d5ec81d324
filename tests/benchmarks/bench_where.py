"""How often a word is seen that is there, or is not, and whether the light falls on its place.

Nobody has marked things in these photos, so that places are made: four photos are laid into one,
and each quarter has a label or a noun of its own. A noun is there where three of the five people
who captioned the photo named it, and is not where none did; what nobody found worth a word may be
there all the same.
"""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from indexer.models.pocket.encoder import load_pocket
from indexer.models.protocols import Picture
from indexer.ranking.regions import COMMON_WORDS, SENTENCE, find_words
from tests.benchmarks.table import Table
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.answers import WordPlace
    from indexer.models.pocket.encoder import PocketEncoder
    from indexer.models.protocols import FloatMatrix
    from storage.records import FloatVector

PACKAGES = ("numpy", "onnxruntime")
NOUNS: Final = (
    *("dog", "man", "woman", "child", "boy", "girl", "beach", "water", "snow", "grass", "street"),
    *("car", "bicycle", "ball", "horse", "bird", "tree", "sand", "ocean", "pool", "river", "rock"),
    *("motorcycle", "building", "bench", "field", "fence", "hill", "slide", "boat", "couch", "hat"),
    *("shirt", "guitar", "camera", "skateboard", "surfer", "wave", "crowd", "bridge", "mountain"),
)
_LABELLED: Final = 150
_MOSAICS: Final = 200
_QUICK_STEP: Final = 10
_NAMED_BY: Final = 3


@dataclass(frozen=True, slots=True)
class _Shown:
    """Words for what a photo shows: those that most people use, and those that anybody does."""

    surely: frozenset[str]
    perhaps: frozenset[str]


@dataclass(slots=True)
class _Counts:
    """Words that were looked for, that were seen, and that were seen where they are."""

    asked: int = 0
    seen: int = 0
    right: int = 0

    def count(self, word: WordPlace, quarter: int | None = None) -> None:
        self.asked += 1
        if word.place is not None:
            self.seen += 1
            self.right += _brightest_quarter(word) == quarter


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Measure `pocket`; nothing where there are no such photos."""
    if not (SHARED_DATA / "captioned").is_dir():
        return ()
    sight = _Sight(load_pocket())
    step = _QUICK_STEP if quick else 1
    named, nouns = _captioned(step)
    labelled = _labelled()
    rows = [
        _mosaic_row("labels of 150 ImageNet photos", sight, *labelled, count=_MOSAICS // step),
        _mosaic_row("nouns of captions", sight, named, nouns, count=_MOSAICS // step),
        _noun_row(sight, named, nouns),
    ]
    head = ("words", "there and seen", "in the right quarter, of these", "not there, yet seen")
    note = "By chance a quarter is right in 25 of 100."
    return (Table(title="Where words are seen", head=head, rows=tuple(rows), notes=(note,)),)


class _Sight:
    """An encoder, and what it makes of the common words."""

    def __init__(self, encoder: PocketEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, FloatVector] = {}
        self._common = self._read(COMMON_WORDS)

    def look(self, image: Image.Image, words: Sequence[str]) -> tuple[WordPlace, ...]:
        wanted = self._encoder.picture_input
        pixels = np.asarray(image.resize((wanted.width, wanted.height), Image.Resampling.BICUBIC))
        picture = Picture(pixels=pixels, width=image.width, height=image.height)
        return find_words(
            words,
            said=self._read(words),
            common=self._common,
            regions=self._encoder.encode_regions(picture),
            area=(0, 0, 1, 1),
        )

    def _read(self, words: Sequence[str]) -> FloatMatrix:
        fresh = [word for word in words if word not in self._known]
        if fresh:
            vectors = self._encoder.encode_texts([SENTENCE.format(word) for word in fresh])
            self._known.update(zip(fresh, vectors, strict=True))
        return np.stack([self._known[word] for word in words])


def _mosaic_row(
    title: str,
    sight: _Sight,
    photos: Sequence[Image.Image],
    shown: Sequence[_Shown],
    *,
    count: int,
) -> tuple[str, ...]:
    """Each word of one photo alone is looked for, and as many of no photo of the four."""
    chance = random.Random(1)
    there, absent = _Counts(), _Counts()
    vocabulary = sorted(frozenset().union(*(one.surely for one in shown)))
    for _ in range(count):
        four = chance.sample(range(len(photos)), 4)
        seen_in = {word: [p for p in four if word in shown[p].perhaps] for word in vocabulary}
        own = [word for word in vocabulary if len(seen_in[word]) == 1]
        own = [word for word in own if word in shown[seen_in[word][0]].surely]
        if not own:
            continue
        others = chance.sample([word for word in vocabulary if not seen_in[word]], len(own))
        found = sight.look(_mosaic([photos[photo] for photo in four]), own + others)
        for word in found[: len(own)]:
            there.count(word, four.index(seen_in[word.word][0]))
        for word in found[len(own) :]:
            absent.count(word)
    return _row(title + ", four in one", there, absent)


def _noun_row(
    sight: _Sight, photos: Sequence[Image.Image], shown: Sequence[_Shown]
) -> tuple[str, ...]:
    there, absent = _Counts(), _Counts()
    for photo, own in zip(photos, shown, strict=True):
        for word in sight.look(photo, NOUNS):
            if word.word in own.surely:
                there.count(word)
            elif word.word not in own.perhaps:
                absent.count(word)
    title, seen, _, wrong = _row("nouns of captions, one photo", there, absent)
    return title, seen, "", wrong


def _row(title: str, there: _Counts, absent: _Counts) -> tuple[str, ...]:
    shares = (there.seen / there.asked, there.right / there.seen, absent.seen / absent.asked)
    return (title, *(f"{share * 100:.0f} %" for share in shares))


def _mosaic(four: Sequence[Image.Image]) -> Image.Image:
    side = 224
    mosaic = Image.new("RGB", (2 * side, 2 * side))
    for place, photo in enumerate(four):
        mosaic.paste(photo.resize((side, side)), (place % 2 * side, place // 2 * side))
    return mosaic


def _brightest_quarter(word: WordPlace) -> int:
    light = np.array(word.light)
    rows, columns = (size // 2 for size in light.shape)
    halves = (light[:rows], light[-rows:])
    quarters = [part for half in halves for part in (half[:, :columns], half[:, -columns:])]
    return int(np.argmax([quarter.max() for quarter in quarters]))


def _labelled() -> tuple[list[Image.Image], list[_Shown]]:
    folder = SHARED_DATA / "photos"
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))[:_LABELLED]
    labels = [frozenset({row["label"].partition(",")[0]}) for row in rows]
    photos = [_opened(folder / row["file"]) for row in rows]
    return photos, [_Shown(label, label) for label in labels]


def _captioned(step: int) -> tuple[list[Image.Image], list[_Shown]]:
    folder = SHARED_DATA / "captioned"
    said: dict[str, list[set[str]]] = defaultdict(list)
    with (folder / "captions_en.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            said[row["image_id"]].append(set(re.findall("[a-z]+", row["caption"].lower())))
    names = sorted(said)[::step]
    photos = [_opened(folder / "images224" / f"{name}.jpg") for name in names]
    return photos, [_named(said[name]) for name in names]


def _named(captions: Sequence[set[str]]) -> _Shown:
    times = {noun: sum(bool({noun, f"{noun}s"} & one) for one in captions) for noun in NOUNS}
    surely, perhaps = (
        frozenset(noun for noun, count in times.items() if count >= least)
        for least in (_NAMED_BY, 1)
    )
    return _Shown(surely, perhaps)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
