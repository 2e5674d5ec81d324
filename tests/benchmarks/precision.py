"""What an encoder finds on real photos: `python -m tests.benchmarks.precision [--encoder NAME]`.

Prints Markdown tables, and with `--write` puts them into docs/pocket-encoder.md. Needs the folders
of real test data beside the project.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.decoding.failures import DecodeFailure
from indexer.decoding.pool import DecodePool
from indexer.models.encoders import load_encoder
from tests.benchmarks.document import write_section
from tests.benchmarks.table import Table, to_markdown
from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from indexer.models.protocols import FloatMatrix, ImageTextEncoder

PROJECT = Path(__file__).parents[2]
DOCUMENT = PROJECT / "docs" / "pocket-encoder.md"
COLOURS = PROJECT / "tests" / "models" / "flower_colours.csv"

FLOWER_QUERIES = {
    "yellow flower": "yellow",
    "white flowers": "white",
    "red flower": "red",
    "pink flower": "pink",
    "pink tulip field": "pink",
    "purple flower": "purple",
    "orange flower": "orange",
}
NAMED_QUERIES = {
    "cyan door": "door cyan",
    "purple clock": "clock purple",
    "green fern": "fern green",
    "blue peacock": "peacock blue",
    "a blue rope": "rope blue cyan",
    "gold coin": "bitcoin gold",
    "black cat": "cat black",
    "white tree": "tree white",
    "lime green": "ephedra green lime",
    "sand": "beach sand",
}
CAPTION_QUERIES = {
    "red": r"\bred\b",
    "yellow": r"\byellow\b",
    "orange": r"\borange\b",
    "pink": r"\bpink\b",
    "blue water": r"\b(water|pool|ocean|sea|lake)\b",
    "snow": r"\b(snow|snowy|ski|skiing|snowboard\w*)\b",
    "green grass": r"\b(grass|grassy|field|lawn)\b",
    "beach": r"\b(beach|sand|sandy|shore)\b",
    "night": r"\b(night|dark)\b",
}
# Reached on the same photos by the former encoder of the program, which computed colours, layout
# and the look of a photo, and had learned nothing; in the order of the queries.
FLOWERS_BEFORE = (0.7, 0.4, 0.3, 0.7, 0.7, 0.2, 0.1)
NAMED_BEFORE = (3, 1, 11, 4, 30, 33, 17, 1, 6, 132)
CAPTIONS_BEFORE = (0.60, 0.38, 0.14, 0.30, 0.38, 0.50, 0.68, 0.20, 0.24)


@dataclass(frozen=True, slots=True)
class Gallery:
    """Photos and their vectors, row by row."""

    encoder: ImageTextEncoder
    names: tuple[str, ...]
    matrix: FloatMatrix

    def ranking(self, query: str) -> list[str]:
        """All names, best first."""
        scores = self.matrix @ self.encoder.encode_texts([query])[0]
        return [self.names[row] for row in np.argsort(-scores, kind="stable")]


def load_gallery(encoder: ImageTextEncoder, folder: Path) -> Gallery:
    """Decode and embed the photos of a folder as the indexer does."""
    paths = sorted(folder.iterdir())
    pool = DecodePool(picture_input=encoder.picture_input, thumbnail_side=64)
    try:
        outcomes = [future.result() for future in [pool.submit(path) for path in paths]]
    finally:
        pool.close()
    pictures = [outcome.picture for outcome in outcomes if not isinstance(outcome, DecodeFailure)]
    names = tuple(path.stem for path in paths)
    return Gallery(encoder, names, encoder.encode_pictures(pictures))


def precision_at(count: int, ranking: Sequence[str], relevant: frozenset[str]) -> float:
    """Share of the first `count` that are relevant."""
    return sum(name in relevant for name in ranking[:count]) / count


def flower_truth() -> Mapping[str, frozenset[str]]:
    """Flower photos of each colour, as people saw them."""
    found: dict[str, set[str]] = defaultdict(set)
    with COLOURS.open() as stream:
        for row in csv.DictReader(stream):
            for colour in row["colour"].split("/"):
                found[colour].add(row["file"])
    return {colour: frozenset(names) for colour, names in found.items()}


def labels() -> Mapping[str, str]:
    """Name of each photo to its label."""
    with (SHARED_DATA / "photos" / "labels.csv").open() as stream:
        return {Path(row["file"]).stem: row["label"] for row in csv.DictReader(stream)}


def captions() -> Mapping[str, str]:
    """Name of each captioned photo to all its captions, in lower case."""
    found: dict[str, list[str]] = defaultdict(list)
    with (SHARED_DATA / "captioned" / "captions_en.csv").open() as stream:
        for row in csv.DictReader(stream):
            found[row["image_id"]].append(row["caption"].lower())
    return {name: " ".join(texts) for name, texts in found.items()}


def flowers_table(gallery: Gallery) -> Table:
    """Precision at 10 of flower queries among all photos."""
    truth = flower_truth()
    rows = []
    for (query, colour), before in zip(FLOWER_QUERIES.items(), FLOWERS_BEFORE, strict=True):
        relevant = truth[colour] & set(gallery.names)
        reached = precision_at(10, gallery.ranking(query), relevant)
        chance = len(relevant) / len(gallery.names)
        such = str(len(relevant))
        rows.append((query, such, f"{reached:.1f}", f"{before:.1f}", f"{chance:.2f}"))
    return Table(
        title=f"Flowers of a colour among {len(gallery.names)} photos",
        head=("query", "such flowers", "precision@10", "before", "by chance"),
        rows=tuple(rows),
    )


def named_table(gallery: Gallery) -> Table:
    """Rank of photos whose label names colour and thing."""
    by_label = {label: name for name, label in labels().items()}
    return Table(
        title=f"Photos whose label names a colour, among {len(gallery.names)}",
        head=("query", "label of the photo", "its rank", "before"),
        rows=tuple(
            (query, label, str(gallery.ranking(query).index(by_label[label]) + 1), str(before))
            for (query, label), before in zip(NAMED_QUERIES.items(), NAMED_BEFORE, strict=True)
        ),
    )


def captions_table(gallery: Gallery) -> Table:
    """Precision at 50 of queries whose words are in somebody's caption."""
    texts = captions()
    rows = []
    for (query, pattern), before in zip(CAPTION_QUERIES.items(), CAPTIONS_BEFORE, strict=True):
        relevant = frozenset(name for name in gallery.names if re.search(pattern, texts[name]))
        count = min(50, len(relevant))
        reached = precision_at(count, gallery.ranking(query), relevant) if count else 0.0
        chance = len(relevant) / len(gallery.names)
        figures = (f"{reached:.2f}", f"{before:.2f}", f"{chance:.2f}")
        rows.append((query, str(len(relevant)), str(count), *figures))
    return Table(
        title=f"{len(gallery.names):,} photos of people's days",
        head=("query", "captions that say so", "k", "precision@k", "before", "by chance"),
        rows=tuple(rows),
    )


def main() -> None:
    """Measure, print, and if asked, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--encoder", default="pocket", help="as in the settings")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    asked = parser.parse_args()
    if not SHARED_DATA.is_dir():
        sys.exit("the folders of real test data are not beside the project")
    encoder = load_encoder(asked.encoder)
    photos = load_gallery(encoder, SHARED_DATA / "photos" / "images")
    captioned = load_gallery(encoder, SHARED_DATA / "captioned" / "images224")
    tables = {
        "flowers": flowers_table(photos),
        "named": named_table(photos),
        "captions": captions_table(captioned),
    }
    for name, table in tables.items():
        print(f"\n{to_markdown(table)}")
        if asked.write:
            write_section(name, to_markdown(table), DOCUMENT)


if __name__ == "__main__":
    main()
