"""A gallery of pre-computed vectors: INQUIRE fullrank's five million photos, without the photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imagescope_tui.errors import DatasetIncomplete, UsageError
from imagescope_tui.evaluation.datasets.inquire_fullrank import embedding_folders
from imagescope_tui.evaluation.galleries.embedding_files import EmbeddingFiles
from imagescope_tui.evaluation.galleries.embedding_pictures import (
    EmbeddingPictures,
    PrecomputedVectors,
)
from imagescope_tui.evaluation.galleries.embedding_sight import FolderSight
from imagescope_tui.evaluation.galleries.gathered_passes import PATIENCE_SECONDS
from imagescope_tui.evaluation.galleries.row_names import RowNames
from imagescope_tui.photo_sight import OwnPictures
from imagescope_tui.search.retriever import WordAnswer
from storage.records import PhotoId

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from imagescope_tui.photo_sight import PictureMaker
    from imagescope_tui.search.retriever import WordHit
    from indexer.models.protocols import ImageTextEncoder
    from storage.records import Photo, PhotoFilter

PHOTOS_FOLDER = "inat24"
"""Of the data set; the annotations' names are paths in it, such as `train/SPECIES/UUID.jpg`."""

_PHOTOS_HINT = "fetch inat24 (441 GB), or rank with --stages 1"


def open_embedding_gallery(
    folder: Path,
    *,
    encoder: ImageTextEncoder,
    embeddings: Path | None = None,
    known: Collection[str] = (),
    pictures: PictureMaker | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> EmbeddingGallery:
    """The gallery of a folder that has `inat24/embs/MODEL/{img_emb/*.npy,metadata/*.parquet}`.

    The published programs also leave `cache/MODEL--top-1000.pkl`, the first thousand of each query.
    It is not used: reading a pickle runs whatever program its writer put into it.

    Args:
        folder: the data set's folder; only read.
        encoder: makes the vectors of texts; must be the one that made the embeddings, of which no
            more than the length of the vectors can be checked.
        embeddings: one model's folder; by default the only one that the data set has.
        known: names that must be there, such as the right answers of all queries.
        pictures: decodes photos for the models; a guarded process of our own by default.
        patience_seconds: how long nothing may come before a pass begins.

    Raises:
        DatasetIncomplete: files are missing, damaged or do not belong together, or names are
            unknown.
        UsageError: there are several models, or the encoder's vectors have another length.
        EvaluationError: pyarrow is not installed.
    """
    place = embeddings or _only_model(folder)
    files, names = EmbeddingFiles.open(place), RowNames.open(place)
    if len(files) != len(names):
        raise DatasetIncomplete(
            f"{place} has {len(files):,} vectors, but {len(names):,} names", "fetch both again"
        )
    if files.dim != encoder.dim:
        raise UsageError(
            f"the vectors of {place.name} have {files.dim} numbers, those of the encoder"
            f" {encoder.encoder_id} have {encoder.dim}",
            f"set encoder to the model that made {place.name}",
        )
    gallery = EmbeddingGallery(
        PrecomputedVectors(place.name, files, names, encoder),
        _photos_folder(folder),
        pictures or OwnPictures(),
        patience_seconds,
    )
    gallery.expect(known)
    return gallery


def _only_model(folder: Path) -> Path:
    models = embedding_folders(folder)
    if not models:
        raise DatasetIncomplete(
            f"no pre-computed embeddings in {folder / PHOTOS_FOLDER / 'embs'}",
            "3.8 to 8.3 GB per model: see the README of INQUIRE (github.com/inquire-benchmark)",
        )
    if len(models) > 1:
        told = ", ".join(path.name for path in models)
        raise UsageError(
            f"{folder} has embeddings of several models: {told}", "name the folder of one"
        )
    return models[0]


def _photos_folder(folder: Path) -> Path:
    """Where the names of the annotations lead from; there may be no photos at all."""
    places = (folder / PHOTOS_FOLDER, folder / "data" / PHOTOS_FOLDER, folder)
    return next((place for place in places if (place / "train").is_dir()), places[0])


class EmbeddingGallery:
    """Photos by row of their vectors; a photo's id is its row and one.

    Equal scores are ordered by row, for putting five million names in order would take all of
    them in memory; only names of what was found or asked about are kept. Ranks are known as far
    as the search's limit goes: no measure of INQUIRE looks beyond the first 50.
    """

    def __init__(
        self,
        vectors: PrecomputedVectors,
        photos: Path,
        maker: PictureMaker,
        patience_seconds: float,
    ) -> None:
        self._vectors = vectors
        self._photos = photos
        self._names: dict[int, str] = {}
        self._rows: dict[str, int] = {}
        self._pictures = EmbeddingPictures(vectors, self._names, patience_seconds)
        self._sight = FolderSight(
            photos, lambda photo: self.path_of(self.name_of(photo)), maker, _PHOTOS_HINT
        )

    @property
    def encoder_id(self) -> str:
        """What makes the vectors of texts, and should have made the photos'."""
        return self._vectors.encoder.encoder_id

    @property
    def pictures(self) -> EmbeddingPictures:
        """Exact scores; all searches that wait are answered in one pass: let many wait."""
        return self._pictures

    @property
    def words(self) -> NoWords:
        """Finds nothing: there are no captions."""
        return NoWords()

    @property
    def sight(self) -> FolderSight:
        """Photos from `inat24/train`, where they are there."""
        return self._sight

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the figures should know."""
        return (
            f"The photos' vectors are pre-computed, by {self._vectors.model} as their folder is"
            f" called; the texts' are by {self.encoder_id}. That both are of one model cannot be"
            " checked beyond the length of the vectors.",
            "Photos with equal scores are in the order of the pre-computed vectors.",
        )

    @property
    def passes(self) -> int:
        """How often all vectors have been read."""
        return self._pictures.passes

    def __len__(self) -> int:
        return len(self._vectors.files)

    def name_of(self, photo_id: PhotoId) -> str:
        """A photo's path in the annotations; quick for what was found or asked about.

        Raises:
            DatasetIncomplete: the names cannot be read.
        """
        row = photo_id - 1
        if row not in self._names:
            self._names.update(self._vectors.names.of_rows(np.array([row], dtype=np.int64)))
        return self._names[row]

    def photo_id_of(self, name: str) -> PhotoId | None:
        """None for a photo that is not in the gallery.

        Raises:
            DatasetIncomplete: the names cannot be read.
        """
        row = self._rows.get(name)
        if row is None:
            row = self._vectors.names.rows_of([name]).get(name)
        if row is None:
            return None
        self._rows[name] = row
        self._names[row] = name
        return PhotoId(row + 1)

    def expect(self, names: Collection[str]) -> None:
        """See that all these names are there.

        Raises:
            DatasetIncomplete: some are not there, or the names cannot be read.
        """
        if not names:
            return
        rows = self._vectors.names.rows_of(names)
        self._rows.update(rows)
        unknown = sorted(set(names) - set(rows))
        if unknown:
            raise DatasetIncomplete(
                f"{len(unknown):,} of {len(set(names)):,} photos are not among the names of"
                f" {self._vectors.model}, such as {unknown[0]}",
                "the annotations and the embeddings must be of one version",
            )

    def path_of(self, name: str) -> Path:
        """Where the photo's file is, if the photos were fetched at all."""
        return self._photos / name

    def close(self) -> None:
        """End the pass that runs, and the processes that were started."""
        self._pictures.close()
        self._sight.close()


class NoWords:
    """The word index of photos that have no words."""

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        """Nothing."""
        return WordAnswer()

    async def timeline(
        self, photo_filter: PhotoFilter, *, limit: int, oldest_first: bool = False
    ) -> tuple[WordHit, ...]:
        """Nothing."""
        return ()

    async def photos(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        """Nothing."""
        return {}

    def close(self) -> None:
        """Nothing to let go of."""
