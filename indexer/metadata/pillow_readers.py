"""Where Pillow's readers of metadata lose what files rightly hold, and how that is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import JpegImagePlugin, TiffImagePlugin

if TYPE_CHECKING:
    from PIL.JpegImagePlugin import JpegImageFile

_ASCII, _UTF8 = 2, 129
_APP13 = 0xFFED


def widen_pillow() -> None:
    """Has Pillow read texts of EXIF 3.0, and JPEGs whose blocks of Photoshop are cut, from now on.

    It drops tags of the type that EXIF 3.0 has for texts; and it refuses a JPEG where a segment
    ends within the head of such a block, which may go on in the next segment.
    """
    loaders = TiffImagePlugin.ImageFileDirectory_v2._load_dispatch
    loaders[_UTF8] = loaders[_ASCII]
    name, description, _ = JpegImagePlugin.MARKER[_APP13]
    JpegImagePlugin.MARKER[_APP13] = (name, description, _keep_segment)


def _keep_segment(self: JpegImageFile, marker: int) -> None:
    """Lists what is in the segment, which indexer.metadata.jpeg_segments reads."""
    if self.fp is not None:
        length = int.from_bytes(self.fp.read(2), "big") - 2
        self.applist.append((f"APP{marker & 15}", self.fp.read(max(0, length))))
