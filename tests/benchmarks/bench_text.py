"""Text in photos: how much of what is drawn is read, what is invented, and what it costs."""

from __future__ import annotations

import io
import os
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from indexer.models.text_reader import TextReader
from indexer.models.text_signs import TextSigns
from indexer.texts.desk import READ_SIDE
from storage.search_text import folded
from storage.thumbnails import THUMBNAIL_SIDE
from tests.benchmarks.index_command import PROJECT
from tests.benchmarks.table import Table, verdict
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.text_signs import Signs

PACKAGES = ("rapidocr", "onnxruntime", "opencv-python-headless", "pillow")
DOCUMENT = PROJECT / "docs" / "text-in-photos.md"

_SIZES = (12, 16, 24, 32, 48)
_WAYS: tuple[tuple[str, float, tuple[int, int]], ...] = (
    ("upright", 0, (20, 235)),
    ("light on dark", 0, (235, 30)),
    ("5° left", 5, (20, 235)),
    ("15° left", 15, (20, 235)),
    ("15° right", -15, (20, 235)),
    ("a quarter", 90, (20, 235)),
    ("upside down", 180, (20, 235)),
)
_PICTURE = (1024, 768)
_FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "DejaVuSans-Bold.ttf")
_WORDS = (
    *("Bakery", "Platform", "Harbour", "Museum", "Ticket", "Garden", "Welcome", "Exit", "Station"),
    *("Market", "Hotel", "Airport", "Summer", "Festival", "Police", "Library", "Coffee", "Kitchen"),
    *("Bridge", "Castle", "Window", "Doctor", "Street", "Chapter", "Invoice", "Total", "Monday"),
    *("October", "Birthday", "Anna", "2019", "14:30", "00123", "FreeWiFi", "Room", "Parking"),
)
_RECALL, _RATIO = 0.95, 1.25
_INDEXED_MOST = 300
_SHOW_TEXT = Path(__file__).with_name("photos_with_text.txt")
"""Photos whose text was looked through by eye. What is read in another is invented until it was."""


class Chain:
    """What the setting `auto` does with a photo, in this process."""

    def __init__(self) -> None:
        self._signs, self._reader = TextSigns(), TextReader()

    def text_of(self, image: Image.Image) -> str:
        """By `auto`."""
        return self.read(image) if self.signs_of(image) == "sure" else ""

    def read(self, image: Image.Image) -> str:
        """Without the sieve: by `all`, for pictures that are no larger."""
        return self._reader.read(np.asarray(_reduced(image, READ_SIDE)))

    def signs_of(self, image: Image.Image) -> Signs:
        """What the sieve says, and where it is not sure, `some` is what the detector denies."""
        small = _reduced(image, THUMBNAIL_SIDE)
        signs = self._signs.of(_jpeg(small))
        is_shown = signs == "some" and self._reader.finds_any(np.asarray(small))
        return "sure" if is_shown else signs


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Drawn pictures, real photos without text, and two runs of the indexer over these."""
    chain = Chain()
    drawn = _drawn_table(chain, 1 if quick else 3)
    if not SHARED_DATA.is_dir():
        return (drawn,)
    photos = _photos(10 if quick else 1)
    texts = {path: chain.read(_opened(path)) for path in photos}
    unread = [path for path, text in texts.items() if not text][:_INDEXED_MOST]
    return drawn, _photo_table(chain, texts), _cost_table(folder, unread)


def _drawn_table(chain: Chain, rounds: int) -> Table:
    chance = random.Random(5)
    counts = {way: {size: [0, 0, 0] for size in _SIZES} for way, _, _ in _WAYS}
    for way, angle, shades in _WAYS:
        for size in _SIZES * rounds:
            image, words = _drawn(chance, size, angle, shades)
            count = counts[way][size]
            count[0] += len(words)
            count[1] += _found(words, chain.text_of(image))
            count[2] += _found(words, chain.read(image))
    rows = [
        (way, *(_share(counts[way][size][1:], counts[way][size][0]) for size in _SIZES))
        for way, _, _ in _WAYS
    ]
    cells = [count for sizes in counts.values() for count in sizes.values()]
    drawn, found = sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)
    return Table(
        title=f"Drawn words that are read, `auto` / `all`, on {_PICTURE[0]} × {_PICTURE[1]} pixels",
        head=("turned by", *(f"{size} px" for size in _SIZES)),
        rows=tuple(rows),
        notes=(
            f"By `auto` {found / drawn:.1%} of {drawn:,} words in all; at least {_RECALL:.0%}:"
            f" {verdict(found / drawn, _RECALL, at_least=True)}.",
        ),
    )


def _drawn(
    chance: random.Random, letter_px: int, angle: float, shades: tuple[int, int]
) -> tuple[Image.Image, list[str]]:
    """Three lines of three words on a ground that is not quite even."""
    ink, ground = shades
    level = np.linspace(-12, 12, _PICTURE[0])[None, :] + ground + np.zeros((_PICTURE[1], 1))
    image = Image.fromarray(np.clip(level, 0, 255).astype(np.uint8)).convert("RGB")
    words = chance.sample(_WORDS, 9)
    text = "\n".join(" ".join(words[start : start + 3]) for start in (0, 3, 6))
    font = ImageFont.truetype(chance.choice(_FONTS), letter_px)
    middle = (_PICTURE[0] / 2, _PICTURE[1] / 2)
    ImageDraw.Draw(image).multiline_text(
        middle, text, fill=(ink,) * 3, font=font, anchor="mm", spacing=letter_px // 2
    )
    turned = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(ground,) * 3)
    return Image.open(io.BytesIO(_jpeg(turned))), words


def _found(words: Sequence[str], text: str) -> int:
    read = folded(text).replace(" ", "")
    return sum(folded(word) in read for word in words)


def _share(found: Sequence[int], drawn: int) -> str:
    return " / ".join(f"{count / drawn:.0%}" for count in found)


def _photo_table(chain: Chain, texts: dict[Path, str]) -> Table:
    """`texts` are those by `all`; `auto` reads the same in a photo, or nothing."""
    signs = {path: chain.signs_of(_opened(path)) for path in texts}
    by_auto = {path: text if signs[path] == "sure" else "" for path, text in texts.items()}
    known = set(_SHOW_TEXT.read_text("utf-8").split())
    shown = [path for path in texts if path.stem in known]
    blank = [path for path in texts if path.stem not in known]
    read = [[sum(bool(found[path]) for path in shown) for found in (texts, by_auto)]]
    read.append([_count_words(found, shown) for found in (texts, by_auto)])
    invented = [100 * _count_words(found, blank) / len(blank) for found in (texts, by_auto)]
    passed = [sum(signs[path] == sign for path in blank) for sign in ("sure", "some")]
    return Table(
        title=f"{len(texts):,} photos of the test data",
        head=("", "`all`", "`auto`"),
        rows=(
            (f"photos read, of {len(shown)} in which text is found", *map(str, read[0])),
            ("words read in them", *map(str, read[1])),
            (
                f"words invented on 100 of the {len(blank):,} others",
                *(f"{count:.1f}" for count in invented),
            ),
        ),
        notes=(
            f"Of the others `auto` has {passed[0] / len(blank):.1%} read, and"
            f" {passed[1] / len(blank):.1%} more looked at by the detector alone.",
        ),
    )


def _count_words(texts: dict[Path, str], photos: Sequence[Path]) -> int:
    return sum(len(texts[path].split()) for path in photos)


def _cost_table(folder: Path, photos: Sequence[Path]) -> Table:
    place = folder / "photos-without-text"
    place.mkdir(exist_ok=True)
    for number, path in enumerate(photos):
        link = place / f"{number:04}{path.suffix}"
        if not link.exists():
            link.write_bytes(path.read_bytes())
    seconds = {
        setting: min(
            _index_seconds(folder / f"library-{setting}-{turn}", place, setting)
            for turn in range(2)
        )
        for setting in ("off", "auto")
    }
    ratio = seconds["auto"] / seconds["off"]
    return Table(
        title=f"Indexing {len(photos)} photos without text: processor time",
        head=("`text_in_photos`", "seconds"),
        rows=tuple((setting, f"{value:.1f}") for setting, value in seconds.items()),
        notes=(f"{ratio:.2f} times as much; at most {_RATIO}: {verdict(ratio, _RATIO)}.",),
    )


def _index_seconds(library: Path, photos: Path, setting: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-P", "-m", "imagescope_tui.cli", "--library", library, "index", photos],
        check=True,
        capture_output=True,
        env={**os.environ, "IMAGESCOPE_TEXT_IN_PHOTOS": setting, "IMAGESCOPE_ENCODER": "pocket"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _photos(step: int) -> list[Path]:
    """Each so many; the largest come first."""
    captioned = SHARED_DATA / "captioned"
    folders = (captioned / "originals", SHARED_DATA / "photos", captioned / "images224")
    return [path for folder in folders for path in sorted(folder.rglob("*.jpg"))][::step]


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _reduced(image: Image.Image, side: int) -> Image.Image:
    small = image.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.BICUBIC)
    return small


def _jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=85)
    return stream.getvalue()
