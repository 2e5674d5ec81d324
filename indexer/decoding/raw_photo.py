"""Camera RAW: the JPEG that the camera put into the file, else developed by LibRaw at half size."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from PIL import Image

from indexer.decoding.failures import DamagedPhoto
from indexer.decoding.geometry import turned_size
from indexer.decoding.opened_photo import OpenedPhoto, refuse_too_large
from indexer.decoding.raw_preview import preview_found, preview_in, turn_left
from indexer.decoding.still_photo import open_still
from indexer.formats import HEAD_BYTES, is_like_tiff
from indexer.metadata.facts import facts_filled
from indexer.metadata.raw_facts import developed_facts, read_raw_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rawpy

    from indexer.decoding.geometry import Size

_ORIENTATIONS = {0: 1, 1: 2, 2: 4, 3: 3, 4: 5, 5: 8, 6: 6, 7: 7}
"""EXIF's numbers for those of LibRaw, which mirrors by 1, stands on its head by 2, swaps by 4."""
_SENSOR = (3, 2)
"""The shape of most, where the file does not tell."""
_ONLY_PREVIEW = "only its preview could be read"
_PREVIEW_SIDE_MIN = 512
"""A smaller preview is only taken where the RAW data cannot be developed."""
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
        may_be_tiff = is_like_tiff(file.read(HEAD_BYTES))
        photo = _by_preview(file, side_min=_PREVIEW_SIDE_MIN if may_be_tiff else 0)
        file.seek(0)
        if photo is None and not may_be_tiff:
            words = "a camera RAW file that is damaged, or of an unknown kind"
            raise DamagedPhoto(words) from error
        return photo
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise MemoryError from error
    except rawpy.LibRawError as error:
        _read_through(file)
        photo = _by_preview(file)
        if photo is None:
            raise DamagedPhoto("the camera RAW file is damaged, or ends too early") from error
        return photo


def _read_through(file: IO[bytes]) -> None:
    """Raises OSError where the disk is at fault, which LibRaw does not tell from damage."""
    file.seek(0)
    while file.read(_CHUNK_BYTES):
        pass


def _by_preview(file: IO[bytes], *, side_min: int = 0) -> OpenedPhoto | None:
    """The photo by a JPEG in the file, of a file that LibRaw cannot read; None without one."""
    preview = preview_found(file)
    if preview is None or max(preview.size) < side_min:
        return None
    facts = read_raw_facts(file, preview)
    turn = turn_left(preview, _SENSOR, facts.orientation or 1)
    return OpenedPhoto(image=preview, facts=replace(facts, damage=_ONLY_PREVIEW), orientation=turn)


def _photo_of(raw: rawpy.RawPy, file: IO[bytes]) -> OpenedPhoto:
    refuse_too_large((raw.sizes.raw_width, raw.sizes.raw_height))
    stored, turn = _size_of(raw), _ORIENTATIONS.get(raw.sizes.flip, 1)
    preview = preview_in(raw)
    facts = read_raw_facts(file, preview)
    if preview is not None and max(preview.size) >= _PREVIEW_SIDE_MIN:
        image = preview
    else:
        image = _developed(raw, instead=preview)
        if image is preview:
            facts = replace(facts, damage=_ONLY_PREVIEW)
    if image is not preview:
        facts = facts_filled(facts, developed_facts(raw))
    return OpenedPhoto(
        image=image,
        facts=replace(facts, orientation=turn),
        orientation=turn_left(preview, stored, turn) if image is preview else turn,
        size=turned_size(stored, turn),
    )


def _size_of(raw: rawpy.RawPy) -> Size:
    """As the maker counts it, where the file says so; before turning."""
    sizes = raw.sizes
    if 0 < sizes.crop_width <= sizes.width and 0 < sizes.crop_height <= sizes.height:
        return sizes.crop_width, sizes.crop_height
    return sizes.width, sizes.height


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
