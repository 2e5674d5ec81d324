"""Camera RAW: the JPEG that the camera put into the file, else developed by LibRaw at half size."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from PIL import Image

from indexer.decoding.failures import DamagedPhoto
from indexer.decoding.geometry import swaps_sides, turned_size
from indexer.decoding.opened_photo import SHRINKABLE_PIXELS_MAX, OpenedPhoto, refuse_too_large
from indexer.decoding.still_photo import open_still
from indexer.formats import HEAD_BYTES, is_like_tiff
from indexer.metadata.exif import orientation_of
from indexer.metadata.facts import facts_filled
from indexer.metadata.raw_facts import developed_facts, read_raw_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rawpy

    from indexer.decoding.geometry import Size

_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""EXIF's numbers for those of LibRaw."""
_PREVIEW_SIDE_MIN = 512
"""A smaller preview is only taken where the RAW data cannot be developed."""
_TAIL_BYTES = 65_536
_CHUNK_BYTES = 1_048_576


@contextmanager
def open_raw(file: IO[bytes]) -> Iterator[OpenedPhoto]:
    """The photo in `file`.

    Raises:
        DamagedPhoto: it has no preview and cannot be developed.
        DecompressionBombError: it has too many pixels.
    """
    photo = _photo_in(file)
    if photo is not None:
        yield photo
        return
    with open_still(file) as still:
        yield still


def _photo_in(file: IO[bytes]) -> OpenedPhoto | None:
    """The photo; None where LibRaw does not know the kind but Pillow may, for it is like TIFF."""
    import rawpy

    try:
        # By its number, for LibRaw opens files by name, and only names that are UTF-8.
        with rawpy.imread(f"/dev/fd/{file.fileno()}") as raw:
            return _photo_of(raw, file)
    except rawpy.LibRawFileUnsupportedError as error:
        file.seek(0)
        if is_like_tiff(file.read(HEAD_BYTES)):
            file.seek(0)
            return None
        raise DamagedPhoto("a camera RAW file that is damaged, or of an unknown kind") from error
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise MemoryError from error
    except rawpy.LibRawError as error:
        _read_through(file)
        raise DamagedPhoto("the camera RAW file is damaged, or ends too early") from error


def _read_through(file: IO[bytes]) -> None:
    """Raises OSError where the disk is at fault, which LibRaw does not tell from damage."""
    file.seek(0)
    while file.read(_CHUNK_BYTES):
        pass


def _photo_of(raw: rawpy.RawPy, file: IO[bytes]) -> OpenedPhoto:
    refuse_too_large((raw.sizes.raw_width, raw.sizes.raw_height))
    stored, turn = _size_of(raw), _ORIENTATIONS.get(raw.sizes.flip, 1)
    preview = _preview_in(raw)
    facts = read_raw_facts(file, preview)
    if preview is not None and max(preview.size) >= _PREVIEW_SIDE_MIN:
        image = preview
    else:
        image = _developed(raw, instead=preview)
    if image is not preview:
        facts = facts_filled(facts, developed_facts(raw))
    return OpenedPhoto(
        image=image,
        facts=replace(facts, orientation=turn),
        orientation=_turn_left(preview, stored, turn) if image is preview else turn,
        size=turned_size(stored, turn),
    )


def _size_of(raw: rawpy.RawPy) -> Size:
    """As the maker counts it, where the file says so; before turning."""
    sizes = raw.sizes
    if 0 < sizes.crop_width <= sizes.width and 0 < sizes.crop_height <= sizes.height:
        return sizes.crop_width, sizes.crop_height
    return sizes.width, sizes.height


def _preview_in(raw: rawpy.RawPy) -> Image.Image | None:
    """The largest JPEG that the file holds; None where there is none, or none that is whole.

    Previews of plain pixels are left alone: rawpy reads past the end of grey ones.
    """
    import rawpy

    try:
        preview = raw.extract_thumb()
    except (rawpy.LibRawError, NotImplementedError):
        return None
    if (
        preview.format is not rawpy.ThumbFormat.JPEG
        or b"\xff\xd9" not in preview.data[-_TAIL_BYTES:]
    ):
        return None
    try:
        image = Image.open(io.BytesIO(preview.data), formats=("JPEG",))
        refuse_too_large(image.size, SHRINKABLE_PIXELS_MAX)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return image


def _developed(raw: rawpy.RawPy, *, instead: Image.Image | None) -> Image.Image:
    """The RAW data as a picture, not turned; where that fails, the picture `instead`."""
    import rawpy

    try:
        pixels = raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0)
    except rawpy.LibRawError:
        if instead is None:
            raise
        return instead
    # One band where the camera sees no colours.
    return Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def _turn_left(preview: Image.Image, stored: Size, turn: int) -> int:
    """The orientation that is still to be applied to a preview.

    It is the RAW's, for most previews say nothing or what LibRaw made up, unless their shape shows
    that the camera has turned them already.
    """
    if turn == 1:
        return orientation_of(preview)
    is_wide, was_wide = preview.width > preview.height, stored[0] > stored[1]
    return 1 if swaps_sides(turn) and is_wide != was_wide else turn
