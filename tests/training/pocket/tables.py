"""What the shipped files find, by the encoder as the program runs it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from indexer.models.protocols import Picture
from tests.benchmarks.table import Table
from tests.training.pocket.photos import CAPTIONS, SIDE, opened, read_photos

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    from indexer.models.protocols import FloatMatrix, ImageTextEncoder

    IndexVector = npt.NDArray[np.intp]

CLASS_PHOTOS = 150
"""The first photos of the shared ones show one class of ImageNet each."""
_NEAREST = 5
_FEW = (1, 5, 10)


def retrieval_table(encoder: ImageTextEncoder, data: Path) -> Table:
    """Recall of captions, labels and machine captions, in percent; ties go by name."""
    photos = read_photos(data / "captioned")
    vectors = encode_files(encoder, [photos.folder / f"{name}.jpg" for name in photos.names])
    captions = encoder.encode_texts(photos.captions)
    own = np.repeat(np.arange(len(photos.names)), CAPTIONS)
    rows = [("1,000 dev photos by their 5 captions", recalls(captions @ vectors.T, own))]
    labels = [label for _, label in label_rows(data)][:CLASS_PHOTOS]
    paths = [path for path, _ in label_rows(data)][:CLASS_PHOTOS]
    pictures = encode_files(encoder, paths)
    for name, form in (("their labels", "{}"), ('"a photo of a …"', "a photo of a {}")):
        texts = encoder.encode_texts([form.format(label) for label in labels])
        found = recalls(texts @ pictures.T, np.arange(CLASS_PHOTOS))
        rows.append((f"150 photos of ImageNet's classes by {name}", found))
    found = _of_captions(encoder, data, captions)
    rows.append(("951 machine captions by people's captions", found))
    head = ("what is looked for", *(f"R@{count}" for count in _FEW))
    lines = tuple((name, *(f"{value:.1f}" for value in found)) for name, found in rows)
    return Table(title="Recall at 1, 5 and 10, in percent", head=head, rows=lines)


def likeness_table(encoder: ImageTextEncoder, data: Path) -> Table:
    """Of the nearest five photos to each flower photo, how many are of the same kind."""
    rows = [(path, label) for path, label in label_rows(data)]
    vectors = encode_files(encoder, [path for path, _ in rows])
    labels = np.array([label for _, label in rows])
    kinds = [kind for kind in dict.fromkeys(labels) if (labels == kind).sum() > _NEAREST]
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -np.inf)
    same = labels[np.argsort(-scores, axis=1)[:, :_NEAREST]] == labels[:, None]
    shares = [(kind, f"{same[labels == kind].mean():.2f}") for kind in kinds]
    chance = [f"{((labels == kind).sum() - 1) / (len(labels) - 1):.2f}" for kind in kinds]
    lines = tuple((*share, by_chance) for share, by_chance in zip(shares, chance, strict=True))
    head = ("photos like one of a", "share of the first 5", "by chance")
    return Table(title="Similar photos that show the same kind of flower", head=head, rows=lines)


def recalls(scores: FloatMatrix, own: IndexVector) -> list[float]:
    """In percent, how often the own column is among the first 1, 5 and 10 of its row."""
    mine = scores[np.arange(len(scores)), own][:, None]
    is_earlier = np.arange(scores.shape[1]) < own[:, None]
    before = (scores > mine) | ((scores == mine) & is_earlier)
    return [100.0 * float((before.sum(axis=1) < count).mean()) for count in _FEW]


def label_rows(data: Path) -> list[tuple[Path, str]]:
    """The shared photos and their labels."""
    with (data / "photos" / "labels.csv").open(encoding="utf-8") as stream:
        return [(data / "photos" / row["file"], row["label"]) for row in csv.DictReader(stream)]


def encode_files(encoder: ImageTextEncoder, paths: Iterable[Path]) -> FloatMatrix:
    """One unit row per photo."""
    pictures = [Picture(pixels=np.asarray(opened(path)), width=SIDE, height=SIDE) for path in paths]
    return encoder.encode_pictures(pictures)


def _of_captions(encoder: ImageTextEncoder, data: Path, captions: FloatMatrix) -> list[float]:
    names = read_photos(data / "captioned").names
    with (data / "captioned" / "captions_machine_blip2.csv").open(encoding="utf-8") as stream:
        told = {row["image_id"]: row["blip2_base"] for row in csv.DictReader(stream)}
    kept = [place for place, name in enumerate(names) if told.get(name)]
    machine = encoder.encode_texts([told[names[place]] for place in kept])
    asked = captions.reshape(len(names), CAPTIONS, -1)[kept].reshape(-1, machine.shape[1])
    return recalls(asked @ machine.T, np.repeat(np.arange(len(kept)), CAPTIONS))
