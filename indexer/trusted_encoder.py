"""An encoder that answers as it did when the library's vectors were made, or none."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np

from indexer.models.encoders import load_encoder
from indexer.models.protocols import ModelChanged
from indexer.models.reference import check_answers, reference_answers, reference_text
from storage.errors import LibraryMissing, LibraryOutdated
from storage.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.models.protocols import FloatMatrix, ImageTextEncoder, TextEncoder


def load_trusted_encoder(
    setting: str, *, models_folder: Path | None, threads: int, library: Path
) -> ImageTextEncoder:
    """The encoder of a setting, checked as `check_encoder` says.

    Raises:
        ModelMissing, ModelUnusable: as they say.
        ModelChanged: it answers otherwise than when the library's vectors were made.
        StorageError: the library cannot be read.
    """
    encoder = load_encoder(setting, models_folder=models_folder, threads=threads)
    check_encoder(encoder, library)
    return encoder


def check_encoder(
    encoder: ImageTextEncoder, library: Path, *, reads_texts_alone: bool = False
) -> None:
    """Compare the encoder with what the library knows of it.

    It is asked for what it is compared by even where the library knows nothing, so that what it
    opens only then is there. One that `reads_texts_alone` for now is asked for no picture, which
    takes longer than a search.

    Raises:
        ModelMissing, ModelUnusable: as they say.
        ModelChanged: it answers otherwise than when the library's vectors were made.
        StorageError: the library cannot be read.
    """
    answers = reference_text(encoder) if reads_texts_alone else reference_answers(encoder)
    try:
        with Library.open_reader(library) as reader:
            stored = _stored_answers(reader, encoder)
    except (LibraryMissing, LibraryOutdated):
        return
    if stored is not None:
        check_answers(answers, stored)


def adopt_encoder(
    library: Library, encoder: ImageTextEncoder, caption_encoder: TextEncoder | None = None
) -> None:
    """Make the encoders the library's own, and remember how that of pictures answers.

    Raises:
        StorageError: the library cannot be written.
    """
    key = _key(encoder)
    with library.atomic():
        library.settings.put("encoder_id", encoder.encoder_id)
        reader = caption_encoder or encoder
        library.settings.put("caption_encoder_id", reader.encoder_id)
        if library.settings.get(key) is None:
            answers = np.ascontiguousarray(reference_answers(encoder), dtype="<f4")
            library.settings.put(key, base64.b64encode(answers.tobytes()).decode("ascii"))


def _stored_answers(library: Library, encoder: ImageTextEncoder) -> FloatMatrix | None:
    stored = library.settings.get(_key(encoder))
    if stored is None:
        return None
    values = np.frombuffer(base64.b64decode(stored), dtype="<f4")
    if values.size % encoder.dim:
        raise ModelChanged("the library's record of the encoder is damaged", "index again")
    return values.reshape(-1, encoder.dim)


def _key(encoder: ImageTextEncoder) -> str:
    return f"answers:{encoder.encoder_id}"
