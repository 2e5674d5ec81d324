"""INQUIRE in miniature: descriptions that several scenes fit, and vectors computed before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tests.world.album import Album, Wish, described, picture_of, shuffled
from tests.world.gallery import BagEncoder
from tests.world.language import caption_of
from tests.world.miniature import Miniature, truth_of, write_csv, write_pictures
from tests.world.scenes import COLOURS, SHAPES

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from imagescope_tui.evaluation.task import DatasetName
    from indexer.models.protocols import FloatMatrix
    from tests.world.scenes import Scene

GALLERY_SIZE = 60
CANDIDATES = 16
"""For each query of the re-ranking challenge, which has a hundred."""


def _inquire_album(chance: random.Random) -> tuple[Album, list[str]]:
    """Wishes that several scenes grant, and the supercategory of each."""
    album = Album(chance)
    album.fill(GALLERY_SIZE, lambda _: True)
    wishes: list[tuple[str, str]] = [
        *((f"a {colour} {shape}", "Species") for colour in COLOURS for shape in SHAPES),
        *((f"a small {shape}", "Appearance") for shape in SHAPES),
        *((f"three {shape}s", "Behavior") for shape in SHAPES),
        *((f"a {shape} on a black background", "Context") for shape in SHAPES),
    ]
    groups: list[str] = []
    for text, group in wishes:
        wish = Wish(text=text, meaning=described(text))
        if 2 <= len(album.right(wish)) <= CANDIDATES - 4 and groups.count(group) < 3:
            album.wishes.append(wish)
            groups.append(group)
    return album, groups


def _inat_names(count: int, chance: random.Random) -> list[str]:
    return shuffled(
        (f"train/{n % 7:05}_Animalia_Shape/{n:08}-aaaa.jpg" for n in range(count)), chance
    )


def write_rerank(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    album, groups = _inquire_album(chance)
    names = _inat_names(len(album.scenes), chance)
    root = folder / "INQUIRE-Rerank"
    ids = [str(place) for place in range(len(album.wishes))]
    truth = truth_of(name, split, root, album, names=names, ids=ids)
    rows = []
    for query, group in zip(ids, groups, strict=True):
        right = truth.answers[query]
        wrong = [photo for photo in names if photo not in right]
        chosen = [*sorted(right), *chance.sample(wrong, CANDIDATES - len(right))]
        rows += [
            {
                "query": truth.texts[query],
                "relevant": int(photo in right),
                "clip_score": 0.2,
                "inat24_file_name": photo,
                "supercategory": group,
            }
            for photo in shuffled(chosen, chance)
        ]
    used = {str(row["inat24_file_name"]) for row in rows}
    scenes = {photo: scene for photo, scene in truth.scenes.items() if photo in used}
    write_pictures(root / "images", scenes)
    write_csv(root / f"inquire_rerank_{split}.csv", rows)
    return replace(truth, scenes=scenes)


def write_fullrank(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    """With pre-computed vectors of `BagEncoder` in `inat24/embs/world-bag`, in two files."""
    album, groups = _inquire_album(chance)
    names = _inat_names(len(album.scenes), chance)
    root = folder / "INQUIRE"
    ids = [str(100 + place) for place in range(len(album.wishes))]
    truth = truth_of(name, split, root, album, names=names, ids=ids)
    rows: list[dict[str, object]] = [
        {
            "": place,
            "query_id": query,
            "query_text": truth.texts[query],
            "supercategory": group,
            "category": "Shapes",
            "iconic_group": "",
        }
        for place, (query, group) in enumerate(zip(ids, groups, strict=True))
    ]
    write_csv(root / "inquire" / f"inquire_queries_{split}.csv", rows)
    answers = [
        {"query_id": query, "image_id": names.index(photo), "image_path": photo}
        for query in ids
        for photo in sorted(truth.answers[query])
    ]
    write_csv(root / "inquire" / "inquire_annotations.csv", answers)
    write_pictures(root / "inat24", truth.scenes)
    write_embeddings(root / "inat24" / "embs" / "world-bag", truth.scenes)
    return truth


def write_embeddings(
    folder: Path,
    scenes: Mapping[str, Scene],
    encode: Callable[[Sequence[bytes]], FloatMatrix] | None = None,
) -> None:
    """Vectors of scenes as INQUIRE publishes them; `encode` takes JPEG files, else `BagEncoder`."""
    # Heavy, and in the extra `eval` only.
    import pyarrow as pa
    from pyarrow import parquet

    names = sorted(scenes)
    if encode is None:
        # What it would see in the pictures, without looking at them.
        vectors = BagEncoder().encode_texts([caption_of(scenes[photo]) for photo in names])
    else:
        vectors = encode([picture_of(scenes[photo], "JPEG") for photo in names])
    for part, rows in enumerate(np.array_split(np.arange(len(names)), 2)):
        (folder / "img_emb").mkdir(parents=True, exist_ok=True)
        (folder / "metadata").mkdir(parents=True, exist_ok=True)
        np.save(folder / "img_emb" / f"img_emb_{part}.npy", vectors[rows].astype(np.float16))
        paths = [names[row].removesuffix(".jpg") for row in rows]
        parquet.write_table(
            pa.table({"image_path": paths}), folder / "metadata" / f"metadata_{part}.parquet"
        )
