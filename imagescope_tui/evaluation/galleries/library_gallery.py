"""The gallery of a benchmark whose photos are files: a library like a person's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from imagescope_tui.config import APP_NAME
from imagescope_tui.errors import DatasetIncomplete
from imagescope_tui.evaluation.galleries.library_index import open_catalogue
from imagescope_tui.evaluation.galleries.library_pictures import GalleryPictures
from imagescope_tui.evaluation.galleries.library_words import GallerySight, GalleryWords
from imagescope_tui.library_words import LibraryWords
from imagescope_tui.photo_sight import LibrarySight, OwnPictures
from storage.library import Library

if TYPE_CHECKING:
    from imagescope_tui.evaluation.galleries.catalogue import Catalogue
    from imagescope_tui.evaluation.galleries.library_pictures import LoadEncoders
    from imagescope_tui.evaluation.task import Benchmark
    from storage.records import PhotoId


def default_gallery_folder(benchmark: Benchmark) -> Path:
    """Where the library of a benchmark's photos is kept unless told otherwise."""
    part = benchmark.split
    if benchmark.name == "captions":
        # Any two folders of captioned pictures are two galleries.
        import hashlib

        mark = hashlib.sha256(str(benchmark.folder.resolve()).encode("utf-8", "surrogatepass"))
        part = f"{benchmark.folder.resolve().name}-{mark.hexdigest()[:8]}"
    return Path(platformdirs.user_data_path(APP_NAME)) / "galleries" / f"{benchmark.name}-{part}"


def unpacked_folder(gallery: Path) -> Path:
    """Where photos from inside a data set's tables are kept: beside the gallery's library."""
    return gallery.with_name(f"{gallery.name}-photos")


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryCounts:
    """How many photos are in which state."""

    ranked: int
    missing: int
    """Not there, or not readable."""
    captioned: int
    captions_unread: int = 0
    """Captions that say nothing to their encoder, such as one without a word that it knows."""


class LibraryGallery:
    """Photos of a library that `library_index` has brought up to date."""

    def __init__(
        self, catalogue: Catalogue, pictures: GalleryPictures, folder: Path, captions_source: str
    ) -> None:
        self._catalogue = catalogue
        self._pictures = pictures
        self._words = GalleryWords(LibraryWords(folder), catalogue)
        self._sight = GallerySight(LibrarySight(folder, OwnPictures()), catalogue)
        self.captions_source = captions_source
        """What wrote the captions that count; empty where there are none."""

    @classmethod
    async def open(
        cls,
        benchmark: Benchmark,
        folder: Path,
        load: LoadEncoders,
        *,
        caption_weight: float,
        excludes_reference: bool,
    ) -> LibraryGallery:
        """Open the library of a folder, and load the encoder and the vectors.

        Raises:
            DatasetIncomplete: no photo could be embedded.
            ModelError, StorageError: they cannot be loaded.
        """
        with Library.open_reader(folder) as library:
            catalogue = open_catalogue(library, benchmark)
            origin = library.captions.active()
        pictures = GalleryPictures(
            folder,
            catalogue,
            load,
            caption_weight=caption_weight,
            excludes_reference=excludes_reference,
        )
        try:
            await pictures.open()
        except BaseException:
            pictures.close()
            raise
        if not len(pictures.ranked):
            pictures.close()
            raise DatasetIncomplete(
                f"not one of the {len(catalogue.names):,} photos of {benchmark.root} can be used",
                f"see what is wrong: imagescope status --failures --library {folder}",
            )
        source = origin.model_id if origin and pictures.captioned else ""
        return cls(catalogue, pictures, folder, source)

    @property
    def encoder_id(self) -> str:
        """What made the vectors."""
        return self._pictures.encoder_id

    @property
    def caption_encoder_id(self) -> str | None:
        """What made the vectors of captions; None where it is the same, or there are none."""
        return self._pictures.caption_encoder_id if self._pictures.captions_read else None

    @property
    def pictures(self) -> GalleryPictures:
        """Exact stage-1 scores."""
        return self._pictures

    @property
    def words(self) -> GalleryWords:
        """The word index."""
        return self._words

    @property
    def sight(self) -> GallerySight:
        """Shows the photos to the models."""
        return self._sight

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the photos that are not ranked."""
        ranked = set(self._pictures.ranked.tolist())
        names = enumerate(self._catalogue.names, start=1)
        return tuple(name for place, name in names if place not in ranked)

    @property
    def counts(self) -> GalleryCounts:
        """How many photos are in which state."""
        ranked, captioned = len(self._pictures.ranked), self._pictures.captioned
        return GalleryCounts(
            ranked=ranked,
            missing=len(self._catalogue.names) - ranked,
            captioned=captioned,
            captions_unread=captioned - self._pictures.captions_read,
        )

    def __len__(self) -> int:
        return len(self._pictures.ranked)

    def name_of(self, photo_id: PhotoId) -> str:
        """A photo's name in the benchmark."""
        return self._catalogue.name_of(photo_id)

    def photo_id_of(self, name: str) -> PhotoId | None:
        """None for a photo that is not in the gallery."""
        return self._catalogue.id_of(name)

    def path_of(self, name: str) -> Path:
        """Where the photo's file is.

        Raises:
            KeyError: no photo is called so.
        """
        photo_id = self._catalogue.id_of(name)
        if photo_id is None:
            raise KeyError(name)
        return self._catalogue.path_of(photo_id)

    def close(self) -> None:
        """Let go of files and processes."""
        self._pictures.close()
        self._words.close()
        self._sight.close()
