"""What the builtin encoder finds on real photos: `python -m tests.benchmarks.builtin_precision`.

Prints Markdown tables, and with `--write` puts them into docs/builtin-encoder.md. Needs the folders
of real test data beside the project.
"""

from __future__ import annotations

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
from indexer.models.builtin_encoder import BuiltinEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from indexer.models.protocols import FloatMatrix

PROJECT = Path(__file__).parents[2]
DATA = PROJECT.parent / "shared" / "data"
DOCUMENT = PROJECT / "docs" / "builtin-encoder.md"
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


@dataclass(frozen=True, slots=True)
class Gallery:
    """Photos and their vectors, row by row."""

    names: tuple[str, ...]
    matrix: FloatMatrix

    def ranking(self, query: str) -> list[str]:
        """All names, best first."""
        scores = self.matrix @ BuiltinEncoder().encode_texts([query])[0]
        return [self.names[row] for row in np.argsort(-scores, kind="stable")]


def load_gallery(paths: Sequence[Path]) -> Gallery:
    """Decode and embed photos as the indexer does."""
    encoder = BuiltinEncoder()
    pool = DecodePool(picture_input=encoder.picture_input, thumbnail_side=64)
    try:
        outcomes = [future.result() for future in [pool.submit(path) for path in paths]]
    finally:
        pool.close()
    pictures = [outcome.picture for outcome in outcomes if not isinstance(outcome, DecodeFailure)]
    return Gallery(tuple(path.stem for path in paths), encoder.encode_pictures(pictures))


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
    with (DATA / "photos" / "labels.csv").open() as stream:
        return {Path(row["file"]).stem: row["label"] for row in csv.DictReader(stream)}


def captions() -> Mapping[str, str]:
    """Name of each captioned photo to all its captions, in lower case."""
    found: dict[str, list[str]] = defaultdict(list)
    with (DATA / "captioned" / "captions_en.csv").open() as stream:
        for row in csv.DictReader(stream):
            found[row["image_id"]].append(row["caption"].lower())
    return {name: " ".join(texts) for name, texts in found.items()}


def flowers_table(gallery: Gallery) -> str:
    """Precision at 10 of flower queries among all photos."""
    truth = flower_truth()
    rows = []
    for query, colour in FLOWER_QUERIES.items():
        relevant = truth[colour] & set(gallery.names)
        reached = precision_at(10, gallery.ranking(query), relevant)
        rows.append(
            (query, len(relevant), f"{reached:.1f}", f"{len(relevant) / len(gallery.names):.2f}")
        )
    return markdown(("query", "such flowers", "precision@10", "by chance"), rows)


def named_table(gallery: Gallery) -> str:
    """Rank of photos whose label names colour and thing."""
    by_label = {label: name for name, label in labels().items()}
    rows = [
        (query, label, gallery.ranking(query).index(by_label[label]) + 1)
        for query, label in NAMED_QUERIES.items()
    ]
    return markdown(("query", "label of the photo", f"its rank of {len(gallery.names)}"), rows)


def captions_table(gallery: Gallery) -> str:
    """Precision at 50 of queries whose words are in somebody's caption."""
    texts = captions()
    rows = []
    for query, pattern in CAPTION_QUERIES.items():
        relevant = frozenset(name for name in gallery.names if re.search(pattern, texts[name]))
        count = min(50, len(relevant))
        reached = precision_at(count, gallery.ranking(query), relevant) if count else 0.0
        chance = len(relevant) / len(gallery.names)
        rows.append((query, len(relevant), count, f"{reached:.2f}", f"{chance:.2f}"))
    head = ("query", "captions that say so", "k", "precision@k", "by chance")
    return markdown(head, rows)


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def write(sections: Mapping[str, str]) -> None:
    """Replace what stands between the markers of each section."""
    text = DOCUMENT.read_text("utf-8")
    for name, table in sections.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{table}\n\n{end}{rest.partition(end)[2]}"
    DOCUMENT.write_text(text, "utf-8")


def main() -> None:
    """Measure, print, and if asked, write."""
    if not DATA.is_dir():
        sys.exit("the folders of real test data are not beside the project")
    photos = load_gallery(sorted((DATA / "photos" / "images").iterdir()))
    captioned = load_gallery(sorted((DATA / "captioned" / "images224").iterdir()))
    measure: dict[str, Callable[[], str]] = {
        "flowers": lambda: flowers_table(photos),
        "named": lambda: named_table(photos),
        "captions": lambda: captions_table(captioned),
    }
    sections = {name: table() for name, table in measure.items()}
    for name, table in sections.items():
        print(f"\n## {name}\n\n{table}")
    if "--write" in sys.argv[1:]:
        write(sections)


if __name__ == "__main__":
    main()
