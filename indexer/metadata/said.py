"""All that a file says of its photo, by the standard in which it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer.metadata.exif import Exif, ExifTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from indexer.metadata.iptc import IptcValues
    from indexer.metadata.xmp import XmpValues


def _no_exif() -> Exif:
    return Exif(main=ExifTable({}), photo=ExifTable({}), gps=ExifTable({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """As it was read: nothing in it is cleaned or trusted."""

    exif: Exif = field(default_factory=_no_exif)
    xmp: XmpValues = field(default_factory=dict)
    iptc: IptcValues = field(default_factory=dict)
    texts: Mapping[str, Sequence[str | bytes]] = field(default_factory=dict)
    """Of PNG by their keywords, and comments of JPEG and GIF as `Comment`."""
    notes: tuple[str, ...] = ()
    """What was left out because it was too much."""
