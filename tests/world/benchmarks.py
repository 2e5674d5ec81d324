"""Every data set in miniature: drawn pictures in the official layout, and what is right in them.

Texts are in the language of tests.world.language, so that the scripted model server answers them
truthfully; `Miniature.answers` follows from the scenes alone, not from the files written.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.world.album import (
    Album,
    Wish,
    described,
    described_album,
    edited_album,
    other_ground,
    shuffled,
)
from tests.world.inquire_miniature import write_fullrank, write_rerank
from tests.world.language import caption_of
from tests.world.miniature import Miniature, truth_of, write_csv, write_json, write_pictures
from tests.world.requests import apply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from imagescope_tui.evaluation.task import DatasetName
    from tests.world.scenes import Scene

GALLERY_SIZE = 60
"""More than the 50 names of a submission and the reference."""


def write_miniature(
    name: DatasetName, folder: Path, *, split: str | None = None, seed: int = 7
) -> Miniature:
    """Draws a data set below `folder`, in a folder of its usual name; the first split if None."""
    writer, splits = _WRITERS[name]
    return writer(name, folder, split or splits[0], random.Random(f"{name} {split} {seed}"))


_ASPECTS = {
    "replace": "compare_change",
    "recolour": "direct_addressing",
    "add": "addition",
    "remove": "negation",
    "background": "spatial_relations_background",
    "count": "cardinality",
    "size": "comparative_statement",
    "move": "spatial_relations_background",
}


def _circo(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    album = edited_album(chance, GALLERY_SIZE, 8, misses=4, likenesses=2)
    coco_ids = sorted(chance.sample(range(1, 581_929), len(album.scenes)))
    names = shuffled(map(str, coco_ids), chance)
    root = folder / "CIRCO"
    truth = truth_of(name, split, root, album, names=names, ids=[str(n) for n in range(8)])
    coco = root / "COCO2017_unlabeled"
    files = {f"{int(photo):012}.jpg": scene for photo, scene in truth.scenes.items()}
    write_pictures(coco / "unlabeled2017", files)
    images = [{"id": int(photo), "file_name": f"{int(photo):012}.jpg"} for photo in names]
    write_json(coco / "annotations" / "image_info_unlabeled2017.json", {"images": images})
    entries = []
    for place, wish in enumerate(album.wishes):
        query = str(place)
        entry: dict[str, Any] = {
            "reference_img_id": int(truth.references[query]),
            "relative_caption": wish.text,
            "shared_concept": "shapes on a plain ground",
            "id": place,
        }
        if split == "val":
            right = sorted(map(int, truth.answers[query]))
            aspect = _ASPECTS[wish.kind or "replace"]
            entry |= {"target_img_id": right[0], "gt_img_ids": right, "semantic_aspects": [aspect]}
        entries.append(entry)
    write_json(root / "annotations" / f"{split}.json", entries)
    return truth


def _cirr(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    album = edited_album(chance, GALLERY_SIZE, 8, misses=4)
    part = "dev" if split == "val" else split
    count = len(album.scenes)
    names = shuffled((f"{part}-{n // 4}-{n // 2 % 2}-img{n % 2}" for n in range(count)), chance)
    root = folder / "CIRR"
    ids = [str(12_000 + place) for place in range(len(album.wishes))]
    truth = truth_of(name, split, root, album, names=names, ids=ids)
    write_pictures(
        root / "img_raw" / part, {f"{photo}.png": one for photo, one in truth.scenes.items()}
    )
    write_json(
        root / "image_splits" / f"split.rc2.{split}.json",
        {photo: f"./{part}/{photo}.png" for photo in names},
    )
    entries = []
    for place, (query, wish) in enumerate(zip(ids, album.wishes, strict=True)):
        (target,) = truth.answers[query]
        reference = truth.references[query]
        others = [photo for photo in names if photo not in (reference, target)]
        members = shuffled([reference, target, *chance.sample(others, 4)], chance)
        group: dict[str, Any] = {"id": place, "members": members}
        entry: dict[str, Any] = {"pairid": int(query), "reference": reference}
        entry |= {"caption": wish.text, "img_set": group}
        group["reference_rank"] = members.index(reference)
        if split == "val":
            entry |= {"target_hard": target, "target_soft": {target: 1.0}}
            group["target_rank"] = members.index(target)
        entries.append(entry)
    write_json(root / "captions" / f"cap.rc2.{split}.json", entries)
    return truth


def _fashioniq(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    second: dict[str, str] = {}

    def on_other_ground(text: str, target: Scene) -> tuple[str, Scene]:
        """Two captions, or an empty one and one, as in three real entries."""
        if "background" in text:
            return text, target
        ground = other_ground(target, chance)
        whole = f"{text} and on a {ground} background"
        second[whole] = text
        return whole, replace(target, background=ground)

    album = edited_album(chance, GALLERY_SIZE, 8, misses=3, change=on_other_ground)
    garment = name.partition("-")[2]
    names = shuffled((f"B00{n:07}" for n in range(len(album.scenes))), chance)
    root = folder / "FashionIQ"
    truth = truth_of(name, split, root, album, names=names, ids=[str(n) for n in range(8)])
    write_pictures(root / "images", {f"{photo}.png": one for photo, one in truth.scenes.items()})
    write_json(root / "image_splits" / f"split.{garment}.{split}.json", names)
    entries = []
    for query, text in truth.texts.items():
        (target,) = truth.answers[query]
        first = second.get(text, "")
        captions = [first, text.removeprefix(f"{first} and ") if first else text]
        entries.append(
            {"target": target, "candidate": truth.references[query], "captions": captions}
        )
    write_json(root / "captions" / f"cap.{garment}.{split}.json", entries)
    return truth


_FORMS = ("{}", "there is {}", "a picture of {}", "here one sees {}", "this shows {}")


def _with_five_captions(album: Album) -> Album:
    wishes = [
        Wish(text=form.format(wish.text), meaning=described(form.format(wish.text)))
        for wish in album.wishes
        for form in _FORMS
    ]
    return Album(album.chance, album.scenes, wishes)


def _flickr_coco(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    is_flickr = name == "flickr30k"
    album = _with_five_captions(described_album(chance, 20))
    count = len(album.scenes)
    names = (
        [f"{4_000_000 + 17 * n}.jpg" for n in range(count)]
        if is_flickr
        else [f"COCO_val2014_{391_000 + 17 * n:012}.jpg" for n in range(count)]
    )
    root = folder / ("Flickr30K" if is_flickr else "MSCOCO")
    ids = [f"{photo}#{place}" for photo in names for place in range(len(_FORMS))]
    truth = truth_of(name, split, root, album, names=names, ids=ids)
    write_pictures(root / "images", truth.scenes)
    rows = []
    for place, photo in enumerate(names):
        captions = [truth.texts[f"{photo}#{form}"] for form in range(len(_FORMS))]
        # One table spells its lists in JSON, the other in Python.
        raw = json.dumps(captions) if is_flickr else repr(captions)
        first = place * len(_FORMS)
        sentence_ids = list(range(first, first + len(_FORMS)))
        rows.append({"raw": raw, "sentids": sentence_ids, "split": split, "filename": photo})
    write_csv(root / ("test_1k_flickr.csv" if is_flickr else "test_5k_mscoco_2014.csv"), rows)
    return truth


_ROUNDS: tuple[tuple[str, Callable[[Scene], str]], ...] = (
    ("what is it? ", lambda scene: f"a {scene.things[0].name}"),
    ("where is it? ", lambda scene: caption_of(replace(scene, background="white"))),
    ("what is behind it? ", lambda scene: f"make the background {scene.background}"),
)


def _visdial(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    """A shape without its colour, then its colour, its place and size, its ground."""
    album = described_album(chance, 40)
    names = shuffled((f"{8 + 31 * n:012}.jpg" for n in range(len(album.scenes))), chance)
    single = [place for place, scene in enumerate(album.scenes) if len(scene.things) == 1]
    root = folder / "VisDial"
    dialogues, wishes, ids = [], [], []
    targets = chance.sample(single, 6)
    for dialogue, place in enumerate(targets):
        scene = album.scenes[place]
        texts = [f"a {scene.things[0].shape}"]
        texts += [question + answer(scene) for question, answer in _ROUNDS]
        meaning = described("")
        for turn, text in enumerate(texts):
            meaning = apply(text, meaning)
            wishes.append(Wish(text=text, meaning=meaning))
            ids.append(f"{dialogue}/{turn}")
        dialogues.append({"img": f"unlabeled2017/{names[place]}", "dialog": texts})
    album = Album(chance, album.scenes, wishes)
    truth = truth_of(name, split, root, album, names=names, ids=ids)
    write_pictures(root / "unlabeled2017", truth.scenes)
    space = sorted(f"unlabeled2017/{photo}" for photo in names)
    write_json(root / f"Search_Space_{split}_50k.json", space)
    write_json(root / f"VisDial_v1.0_queries_{split}.json", dialogues)
    wanted = {query: names[targets[int(query.partition("/")[0])]] for query in ids}
    return replace(truth, answers={query: frozenset([one]) for query, one in wanted.items()})


def _captions(name: DatasetName, folder: Path, split: str, chance: random.Random) -> Miniature:
    """Human captions say all; a machine's leave out the ground."""
    album = _with_five_captions(described_album(chance, 20))
    names = [f"photo{n:02}" for n in range(len(album.scenes))]
    root = folder / "captioned"
    ids = [f"{photo}#{place}" for photo in names for place in range(len(_FORMS))]
    truth = truth_of(name, split, root, album, names=names, ids=ids)
    write_pictures(root / "images", {f"{photo}.jpg": one for photo, one in truth.scenes.items()})
    human = [
        {"image_id": query.partition("#")[0], "caption": text}
        for query, text in truth.texts.items()
    ]
    machine = [
        {"image_id": photo, "caption": caption_of(replace(scene, background="white"))}
        for photo, scene in truth.scenes.items()
    ]
    write_csv(root / "captions.csv", human)
    write_csv(root / "machine_captions.csv", machine)
    return truth


_Writer: TypeAlias = "Callable[[DatasetName, Path, str, random.Random], Miniature]"
_WRITERS: Mapping[DatasetName, tuple[_Writer, tuple[str, ...]]] = {
    "circo": (_circo, ("val", "test")),
    "cirr": (_cirr, ("val", "test1")),
    "cirr-subset": (_cirr, ("val", "test1")),
    "fashioniq-dress": (_fashioniq, ("val",)),
    "fashioniq-shirt": (_fashioniq, ("val",)),
    "fashioniq-toptee": (_fashioniq, ("val",)),
    "flickr30k": (_flickr_coco, ("test",)),
    "mscoco": (_flickr_coco, ("test",)),
    "visdial": (_visdial, ("val",)),
    "inquire-rerank": (write_rerank, ("val", "test")),
    "inquire-fullrank": (write_fullrank, ("val", "test")),
    "captions": (_captions, ("all",)),
}
