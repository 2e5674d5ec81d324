"""How likely a photo fits what is looked for: learned from photos whose captions are known.

    python -m tests.training.pocket.calibration DATA [--write]

prints the tables; --write also puts the calibration into the manifest of pocket's weights, and the
tables into docs/pocket-encoder.md. What the tables say is measured on photos that the calibration
was not fitted to: each half of them by what was fitted to the other. What is written is fitted to
all.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from indexer.models.pocket.encoder import load_pocket
from indexer.models.pocket.weights import MANIFEST, WEIGHTS_FOLDER
from indexer.models.protocols import Picture
from tests.benchmarks.document import write_section
from tests.benchmarks.table import to_markdown
from tests.training.pocket.calibration_tables import Scored, scored, tables
from tests.training.pocket.fitting import fitted
from tests.training.pocket.trials import questions, trials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.calibration import Calibration
    from indexer.models.pocket.encoder import PocketEncoder
    from indexer.models.protocols import FloatMatrix
    from tests.training.pocket.trials import EncodeTexts

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "pocket-encoder.md"
SECTION: Final = "calibration"
_SIZES: Final = (50, 200, 1_000)
_SEED: Final = 20


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was learned, and how well it holds."""

    parameters: Calibration
    tables: str
    """As Markdown."""


def calibrate(
    encode_texts: EncodeTexts, vectors: FloatMatrix, captions: Sequence[Sequence[str]]
) -> Calibrated:
    """The calibration by photos of shape (n, dim), each with its captions; takes a minute."""
    asked = questions(captions, encode_texts)
    photos = np.random.default_rng(_SEED).permutation(len(vectors))
    halves = np.sort(photos[: len(photos) // 2]), np.sort(photos[len(photos) // 2 :])
    sizes = [min(size, len(halves[0])) for size in _SIZES]
    drawn = [list(trials(asked, vectors, half, sizes, _SEED)) for half in halves]
    told: list[Scored] = []
    for own, other in (drawn, drawn[::-1]):
        calibration = fitted(own, _SEED)
        told += [scored(trial, calibration) for trial in other]
    whole = trials(asked, vectors, np.arange(len(vectors)), _SIZES, _SEED)
    return Calibrated(
        fitted(list(whole), _SEED), "\n\n".join(to_markdown(table) for table in tables(told))
    )


def read_captions(data: Path) -> dict[str, list[str]]:
    """The captions of each picture of a data set, by its id."""
    found: dict[str, list[str]] = {}
    with (data / "captions_en.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["image_id"], []).append(row["caption"])
    return found


def picture_vectors(encoder: PocketEncoder, paths: Sequence[Path]) -> FloatMatrix:
    """One row per picture."""
    wanted = encoder.picture_input
    pictures = []
    for path in paths:
        with Image.open(path) as opened:
            whole = opened.convert("RGB")
        small = whole.resize((wanted.width, wanted.height), Image.Resampling.BICUBIC)
        pictures.append(Picture(pixels=np.asarray(small), width=whole.width, height=whole.height))
    return encoder.encode_pictures(pictures)


def write_calibration(calibration: Calibration, folder: Path = WEIGHTS_FOLDER) -> None:
    """Put it into the manifest of the weights in a folder."""
    path = folder / MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest["calibration"] = {key: round(value, 6) for key, value in asdict(calibration).items()}
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Calibrate the weights that come with the program."""
    parser = argparse.ArgumentParser(prog="python -m tests.training.pocket.calibration")
    parser.add_argument("data", type=Path, help="captions_en.csv and images224 of the dev photos")
    parser.add_argument("--write", action="store_true", help="into the manifest and the page")
    asked = parser.parse_args(arguments)
    encoder = load_pocket()
    captions = read_captions(asked.data)
    paths = [asked.data / "images224" / f"{name}.jpg" for name in captions]
    vectors = picture_vectors(encoder, paths)
    calibrated = calibrate(encoder.encode_texts, vectors, list(captions.values()))
    print(calibrated.tables, calibrated.parameters, sep="\n\n")
    if asked.write:
        write_calibration(calibrated.parameters)
        write_section(SECTION, calibrated.tables, DOCUMENT)


if __name__ == "__main__":
    main(sys.argv[1:])
