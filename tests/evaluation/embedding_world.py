"""Pre-computed embeddings as INQUIRE publishes them, small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from storage.records import FloatMatrix

MODEL = "vit-b-32"


def names_of(count: int) -> list[str]:
    """As the annotations have them; their order is not that of the rows."""
    return [f"train/{number % 3:05}_species/{count - number:08}.jpg" for number in range(count)]


def write_embeddings(
    folder: Path,
    rows: npt.NDArray[np.floating],
    *,
    vector_files: Sequence[int],
    name_files: Sequence[int] = (),
    row_group: int | None = None,
    model: str = MODEL,
) -> Path:
    """The folder of one model below a data set's; the sequences say how many rows a file has."""
    import pyarrow as arrow
    from pyarrow import parquet

    place = folder / "inat24" / "embs" / model
    (place / "img_emb").mkdir(parents=True)
    (place / "metadata").mkdir()
    for number, part in enumerate(_parts(len(rows), vector_files)):
        np.save(place / "img_emb" / f"img_emb_{number:02}.npy", rows[part])
    stems = [name.removesuffix(".jpg") for name in names_of(len(rows))]
    for number, part in enumerate(_parts(len(rows), name_files or vector_files)):
        table = arrow.table({"image_path": stems[part], "url": stems[part]})
        path = place / "metadata" / f"metadata_{number:02}.parquet"
        parquet.write_table(table, path, row_group_size=row_group)
    return place


def _parts(count: int, sizes: Sequence[int]) -> list[slice]:
    ends = np.cumsum(sizes).tolist()
    assert ends[-1] == count
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]


def brute_force(rows: npt.NDArray[np.floating], query: npt.NDArray[np.floating]) -> FloatMatrix:
    """The scores of all rows, in the plainest way."""
    wide = rows.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    scores = wide @ query.astype(np.float64) / np.where(lengths > 0, lengths, 1)
    return np.asarray(scores, dtype=np.float32)
