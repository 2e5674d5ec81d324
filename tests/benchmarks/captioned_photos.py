"""Real photos with a model's captions as a library, and people's captions as searches in it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from imagescope_tui.evaluation.galleries.catalogue import read_catalogue
from imagescope_tui.evaluation.galleries.library_gallery import LibraryGallery
from imagescope_tui.evaluation.galleries.library_pictures import GalleryPictures
from imagescope_tui.evaluation.runs.sides import side_records
from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.types import Query, SearchOptions
from indexer.models.protocols import Picture
from indexer.ranking.caption_vectors import caption_vectors
from indexer.ranking.side_weights import keep_side_weights
from storage.fused_vectors import CAPTION_WEIGHT
from storage.library import Library
from storage.records import (
    Caption,
    CaptionOrigin,
    ContentId,
    Embedding,
    Facts,
    FileState,
    PhotoFilter,
)

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.evaluation.galleries.library_pictures import LoadEncoders
    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, TextEncoder
    from storage.records import FloatVector

_MODEL = "blip2_base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """Photos by name, ascending, each with a model's caption; and searches, each for one photo."""

    folder: Path
    names: tuple[str, ...]
    captions: tuple[str, ...]
    queries: tuple[tuple[str, int], ...]
    """Text, and the place of its photo."""


def read_captioned(folder: Path) -> Captioned:
    """The photos that have a stored machine caption, and what people wrote of them."""
    stored = {row["image_id"]: row[_MODEL] for row in _rows(folder / "captions_machine_blip2.csv")}
    names = tuple(sorted(name for name, caption in stored.items() if caption.strip()))
    places = {name: place for place, name in enumerate(names)}
    told = [(row["caption"], row["image_id"]) for row in _rows(folder / "captions_en.csv")]
    return Captioned(
        folder=folder / "images224",
        names=names,
        captions=tuple(stored[name] for name in names),
        queries=tuple((text, places[name]) for text, name in told if name in places),
    )


def some_of(photos: Captioned, step: int) -> Captioned:
    """Every `step`-th photo, with the searches for it."""
    places = {place: number for number, place in enumerate(range(0, len(photos.names), step))}
    return Captioned(
        folder=photos.folder,
        names=photos.names[::step],
        captions=photos.captions[::step],
        queries=tuple((text, places[place]) for text, place in photos.queries if place in places),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


async def open_gallery(folder: Path, photos: Captioned, load: LoadEncoders) -> LibraryGallery:
    """The gallery of a filled library, as a run opens its own."""
    with Library.open_reader(folder) as library:
        files = {name: f"{name}.jpg" for name in photos.names}
        catalogue = read_catalogue(library, library.roots.all()[0], files)
    pictures = GalleryPictures(
        folder, catalogue, load, caption_weight=CAPTION_WEIGHT, excludes_reference=False
    )
    await pictures.open()
    return LibraryGallery(catalogue, pictures, folder, _MODEL)


async def ranks(gallery: LibraryGallery, text: str, name: str) -> dict[str, int]:
    """The rank of a photo by each side alone and by all together, `fused`; last if not found."""
    everything = len(gallery)
    sides = await side_records(gallery, text, [name])
    told = {side: record.target_ranks[0] or everything for side, record in sides.items()}
    engine = SearchEngine(gallery.pictures, gallery.words)
    options = SearchOptions(
        strategy="retrieval", stages=1, rank_by="fused", limit=everything, fold_copies=False
    )
    query = Query(text=text, filter=PhotoFilter())
    result = await engine.step("retrieve", engine.begin(query, options), options)
    ranking = [candidate.photo_id for candidate in result.rankings[1]]
    wanted = gallery.photo_id_of(name)
    return {**told, "fused": ranking.index(wanted) + 1 if wanted in ranking else everything}


# -- filling a library -------------------------------------------------------------------------


def fill_library(
    folder: Path,
    photos: Captioned,
    encoder: ImageTextEncoder,
    caption_encoder: TextEncoder | None,
    *,
    captioned_step: int = 1,
) -> None:
    """Make a library in a folder that is not there yet; every so-many-th photo has a caption."""
    reader = caption_encoder or encoder
    with Library.open_writer(folder) as library:
        with library.atomic() as revision:
            root = library.roots.add(photos.folder)
            states = [_state(f"{name}.jpg", inode) for inode, name in enumerate(photos.names)]
            ids = library.files.add(root.id, "", states)
            waiting = {
                item.photo_id: item for item in library.contents.unread(now=0, limit=len(ids))
            }
            contents = []
            for place, photo_id in enumerate(ids):
                contents.append(library.contents.put(str(place), Facts(width=1, height=1)))
                library.contents.assign(waiting[photo_id], contents[-1])
            pictures = zip(contents, _picture_rows(photos, encoder), strict=True)
            library.vectors.put([_of_picture(*item, encoder) for item in pictures], revision)
            captions = [
                Caption(content_id=content_id, text=text, model_id=_MODEL, prompt_id="stored")
                for content_id, text in zip(contents, photos.captions, strict=True)
            ][::captioned_step]
            library.captions.put(captions)
            rows = caption_vectors(reader, [caption.text for caption in captions])
            told = zip(captions, rows, strict=True)
            library.vectors.put([_of_caption(*item, reader) for item in told], revision)
            library.words.refresh(ids)
        keep_side_weights(library, encoder, caption_encoder)


def _picture_rows(photos: Captioned, encoder: ImageTextEncoder) -> FloatMatrix:
    wanted = encoder.picture_input
    pictures = []
    for name in photos.names:
        with Image.open(photos.folder / f"{name}.jpg") as image:
            width, height = image.size
            small = image.convert("RGB").resize(
                (wanted.width, wanted.height), Image.Resampling.BILINEAR
            )
        pictures.append(Picture(pixels=np.asarray(small), width=width, height=height))
    return encoder.encode_pictures(pictures)


def _of_picture(content_id: ContentId, vector: FloatVector, encoder: ImageTextEncoder) -> Embedding:
    return Embedding(
        content_id=content_id, kind="image", encoder_id=encoder.encoder_id, vector=vector
    )


def _of_caption(caption: Caption, vector: FloatVector, reader: TextEncoder) -> Embedding:
    return Embedding(
        content_id=caption.content_id,
        kind="caption",
        encoder_id=reader.encoder_id,
        vector=vector,
        origin=CaptionOrigin(model_id=_MODEL, prompt_id="stored"),
    )


def _state(name: str, inode: int) -> FileState:
    return FileState(name=name, size_bytes=9, mtime_ns=10**18 - inode, ctime_ns=1, inode=inode)
