"""A library of drawn pictures with edit queries, and an encoder that confuses what CLIP confuses.

The encoder knows which colours, shapes and grounds are there, but not which belongs to which, how
many there are, how large, or where: "a red circle and a blue square" is "a blue circle and a red
square" to it. The right photo is among its first, seldom the first.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from imagescope_tui.search.sight import SeenPhoto
from indexer.models.protocols import Picture, PictureInput
from storage.library import Library
from storage.records import Caption, Embedding, Facts, FileState, PhotoFilter
from tests.world.edits import KINDS, near_misses, random_edit
from tests.world.language import caption_of
from tests.world.scenes import BACKGROUNDS, COLOURS, SHAPES, draw, random_scene
from tests.world.vision import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from imagescope_tui.search.types import SearchResult
    from indexer.models.protocols import FloatMatrix
    from storage.records import PhotoId
    from tests.world.scenes import Scene

SIDE = 96
CAPTIONER = "world-vlm"
_WORDS = (*COLOURS, *SHAPES, *(f"{name} background" for name in BACKGROUNDS))


class BagEncoder:
    """Reads pixels and words, and keeps only which words apply."""

    encoder_id = "world/bag"
    dim = len(_WORDS)
    picture_input = PictureInput(width=SIDE, height=SIDE, fit="squash")
    fills_cores = False

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        """From what is seen in the pixels."""
        return _rows(caption_of(look(_png(picture.pixels))) for picture in pictures)

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """From the words alone."""
        return _rows(texts)

    def known_words(self, text: str) -> frozenset[str] | None:
        """All count."""
        return None


def _rows(texts: Iterable[str]) -> FloatMatrix:
    known = [[word in text.lower() for word in _WORDS] for text in texts]
    rows = np.array(known, np.float32).reshape(-1, len(_WORDS))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths, lengths, 1), dtype=np.float32)


def _png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryQuery:
    """An edit, by the photo it starts from and the one that is wanted."""

    reference: Path
    instruction: str
    target: Path


@dataclass
class Gallery:
    """A library and the truth about it."""

    folder: Path
    root: Path
    scenes: dict[str, Scene]
    """By file name."""
    queries: tuple[GalleryQuery, ...]

    @cached_property
    def names(self) -> dict[PhotoId, str]:
        """File names by photo."""
        with Library.open_reader(self.folder) as library:
            photos = library.photos.page(PhotoFilter(), offset=0, limit=len(self.scenes))
        return {photo.id: photo.path for photo in photos}

    def is_target(self, query: GalleryQuery, photo_id: PhotoId) -> bool:
        """Whether a photo shows what is wanted, to the last detail that words can say."""
        wanted = caption_of(self.scenes[query.target.name])
        return caption_of(self.scenes[self.names[photo_id]]) == wanted

    def recall_at_1(
        self, results: Sequence[tuple[GalleryQuery, SearchResult]], stage: int
    ) -> float:
        """Share of the queries whose first photo after a stage is a wanted one."""
        hits = [
            self.is_target(query, result.rankings[stage][0].photo_id) for query, result in results
        ]
        return sum(hits) / len(hits)


def build_gallery(
    folder: Path, *, per_kind: int, misses: int, others: int, seed: int = 7
) -> Gallery:
    """A library with each edit's reference, target and some near misses, captioned, embedded."""
    chance = random.Random(seed)
    scenes: dict[str, Scene] = {}

    def add(scene: Scene) -> str:
        name = f"p{len(scenes):04}.jpg"
        scenes[name] = scene
        return name

    root = folder / "photos"
    queries = []
    for kind in KINDS * per_kind:
        edit = random_edit(chance, kind)
        # The right one comes last: nothing may be won by the order of the files.
        wrong = near_misses(edit, chance)
        for scene in chance.sample(wrong, min(misses, len(wrong))):
            add(scene)
        reference = root / add(edit.reference)
        queries.append(
            GalleryQuery(
                reference=reference, instruction=edit.instruction, target=root / add(edit.target)
            )
        )
    for _ in range(others):
        add(random_scene(chance))
    _store(folder / "library", root, scenes)
    return Gallery(folder / "library", root, scenes, tuple(queries))


def _store(folder: Path, root: Path, scenes: dict[str, Scene]) -> None:
    encoder = BagEncoder()
    rows = encoder.encode_pictures(
        [
            Picture(pixels=np.asarray(draw(scene, SIDE)), width=SIDE, height=SIDE)
            for scene in scenes.values()
        ]
    )
    with Library.open_writer(folder) as library, library.atomic() as revision:
        root_id = library.roots.add(root).id
        library.settings.put("encoder_id", encoder.encoder_id)
        states = [
            FileState(name=name, size_bytes=1, mtime_ns=place, ctime_ns=1, inode=place + 1)
            for place, name in enumerate(scenes)
        ]
        library.files.add(root_id, "", states)
        for pending in library.contents.unread(now=0, limit=len(scenes)):
            name = pending.path.name
            content_id = library.contents.put(name, Facts(width=SIDE, height=SIDE))
            library.contents.assign(pending, content_id)
            text = caption_of(scenes[name])
            library.captions.put(
                [Caption(content_id=content_id, text=text, model_id=CAPTIONER, prompt_id="p")]
            )
            place = list(scenes).index(name)
            library.vectors.put(
                [
                    Embedding(
                        content_id=content_id,
                        kind="image",
                        encoder_id=encoder.encoder_id,
                        vector=rows[place],
                    )
                ],
                revision,
            )


@dataclass(slots=True)
class GallerySight:
    """Shows the drawn pictures themselves."""

    gallery: Gallery

    async def of_photo(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> SeenPhoto | None:
        """A photo of the gallery."""
        return self._seen(self.gallery.names[photo_id])

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        """A photo of the gallery, by its path."""
        return self._seen(path.name)

    async def caption_of(self, path: Path) -> str:
        """What the library knows."""
        with Library.open_reader(self.gallery.folder) as library:
            photo = library.photos.at(path)
            caption = library.captions.of(photo.content_id) if photo and photo.content_id else None
        return caption.text if caption else ""

    async def caption_of_photo(self, photo_id: PhotoId) -> str:
        """The same of a photo by its number."""
        with Library.open_reader(self.gallery.folder) as library:
            photo = library.photos.by_ids([photo_id])[photo_id]
            caption = library.captions.of(photo.content_id) if photo.content_id else None
        return caption.text if caption else ""

    def close(self) -> None:
        """Nothing is held."""

    def _seen(self, name: str) -> SeenPhoto:
        return SeenPhoto(content_hash=name, jpeg=_jpeg(self.gallery.scenes[name]))


@cache
def _jpeg(scene: Scene) -> bytes:
    stream = BytesIO()
    draw(scene, SIDE).save(stream, "JPEG", quality=90)
    return stream.getvalue()
