"""TIFF files: by Pillow, but for the kinds that it takes for others or does not know.

Those are drawn here, as an image like those of Pillow's plugins. Of several pages the one is shown
that is no small copy of another.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from indexer.decoding import tiff_pages as tag
from indexer.decoding.drawn_image import DrawnImage
from indexer.decoding.geometry import swaps_sides
from indexer.decoding.opened_photo import refuse_too_large
from indexer.decoding.tiff_codecs import WEBP
from indexer.decoding.tiff_drawing import draw, drawing_of
from indexer.decoding.tiff_pages import picture_page
from indexer.decoding.upright import TRANSPOSES

if TYPE_CHECKING:
    from indexer.decoding.tiff_drawing import Drawing

_BITS_OF_PILLOW = (1, 2, 4, 8, 16)


def open_tiff(file: IO[bytes]) -> ImageFile.ImageFile:
    """The TIFF in `file`, not decoded yet.

    Raises UnidentifiedImageError for what is none, or of a kind that nobody here knows.
    """
    page = picture_page(file)
    drawing = drawing_of(page) if page is not None else None
    if drawing is not None and _is_misread(drawing):
        return _DrawnTiff(file)
    file.seek(0)
    try:
        return Image.open(file, formats=("TIFF",))
    except UnidentifiedImageError:
        if drawing is None:
            raise
        return _DrawnTiff(file)


def turn_to_picture(image: Image.Image, file: IO[bytes]) -> None:
    """Goes to the page with the picture, in a TIFF that Pillow opened on its first page.

    The facts are those of the first one, so they are read before.
    """
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        page = picture_page(file)
        if page is not None and page.number:
            image.seek(page.number)
            refuse_too_large(image.size)


def _is_misread(drawing: Drawing) -> bool:
    """Whether Pillow shows another picture, or fails only while it decodes.

    Of 16 bits it takes white for black where white is 0; of 12 it shows all nearly black; of more
    than 16 it swaps the bytes of what was compressed and takes the upper half for negative; planes
    it knows of some kinds only. Its libtiff has no WebP. It goes to no page that it does not know,
    or that lies below another, and finds none in a big-endian BigTIFF.
    """
    page, layout = drawing.page, drawing.layout
    return (
        page.number != 0
        or (page.is_big and page.byte_order == ">")
        or layout.bits not in _BITS_OF_PILLOW
        or (layout.bits > 8 and drawing.is_white_zero)
        or page.first(tag.PLANAR, 1) != 1
        or page.first(tag.COMPRESSION, 1) == WEBP
    )


class _DrawnTiff(DrawnImage):
    """A TIFF that is drawn when it is loaded, turned upright as by Pillow's own plugin."""

    format = "TIFF"
    format_description = "TIFF of a rare kind"

    def _open(self) -> None:
        assert self.fp is not None
        page = picture_page(self.fp)
        drawing = drawing_of(page) if page is not None else None
        if page is None or drawing is None:
            raise SyntaxError("not a TIFF that is drawn here")
        self._drawing, self._page = drawing, page
        self._mode = drawing.mode
        width, length = page.size
        self._size = (length, width) if swaps_sides(self._orientation) else (width, length)
        for name, number in (("icc_profile", tag.ICC_PROFILE), ("xmp", tag.XMP)):
            if number in page.tags:
                self.info[name] = bytes(value & 0xFF for value in page.tags[number])

    @property
    def _orientation(self) -> int:
        return self._page.first(tag.ORIENTATION, 1)

    def getexif(self) -> Image.Exif:
        """The EXIF of the first page, or in a BigTIFF of this one; of a big-endian BigTIFF none."""
        if self._exif is None:
            assert self.fp is not None
            self._exif = exif = Image.Exif()
            self.fp.seek(0)
            if not self._page.is_big:
                exif.load_from_fp(self.fp)
            elif self._page.byte_order == "<":
                exif.bigtiff, exif.endian = True, "<"
                exif.load_from_fp(self.fp, self._page.offset)
        return self._exif

    def _draw(self) -> Image.Image:
        assert self.fp is not None
        drawn = draw(self.fp, self._drawing)
        transpose = TRANSPOSES.get(self._orientation)
        return drawn if transpose is None else drawn.transpose(transpose)
