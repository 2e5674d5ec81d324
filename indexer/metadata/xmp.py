"""The few properties of an XMP packet that say something to a photo's owner.

The packet is streamed through expat: no tree is built, a DOCTYPE ends the reading (so there are no
entities to expand), and so does nesting deeper than any real packet has.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

PACKET_BYTES_MAX = 1_000_000
_DEPTH_MAX = 40
_TEXT_LENGTH_MAX = 10_000
_VALUES_MAX = 200

_DC = "http://purl.org/dc/elements/1.1/ "
_EXIF = "http://ns.adobe.com/exif/1.0/ "
_XMP = "http://ns.adobe.com/xap/1.0/ "
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/ "
_AUX = "http://ns.adobe.com/exif/1.0/aux/ "
_EXIF_EX = "http://cipa.jp/exif/1.0/ "
_TIFF = "http://ns.adobe.com/tiff/1.0/ "
_LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/ "
_DIGIKAM = "http://www.digikam.org/ns/1.0/ "
_REGIONS = "http://www.metadataworkinggroup.com/schemas/regions/ "
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ "
_MICROSOFT = "http://ns.microsoft.com/photo/1.2/t/Region# "

TITLE = _DC + "title"
DESCRIPTION = _DC + "description"
SUBJECT = _DC + "subject"
DATE_TAKEN = _EXIF + "DateTimeOriginal"
DATE_DIGITIZED = _EXIF + "DateTimeDigitized"
DATE_CREATED = _PHOTOSHOP + "DateCreated"
CREATE_DATE = _XMP + "CreateDate"
LENS = _AUX + "Lens"
LENS_MODEL = _EXIF_EX + "LensModel"
TAG_PATHS = (_LIGHTROOM + "hierarchicalSubject", _DIGIKAM + "TagsList")
PEOPLE = (_IPTC + "PersonInImage", _REGIONS + "Name", _MICROSOFT + "PersonDisplayName")
RATING = _XMP + "Rating"
LABEL = _XMP + "Label"
MAKER = _TIFF + "Make"
MODEL = _TIFF + "Model"
LATITUDE = _EXIF + "GPSLatitude"
LONGITUDE = _EXIF + "GPSLongitude"
ALTITUDE = _EXIF + "GPSAltitude"
ALTITUDE_SIDE = _EXIF + "GPSAltitudeRef"

_WANTED = frozenset(
    (
        *(TITLE, DESCRIPTION, SUBJECT, *TAG_PATHS, *PEOPLE, RATING, LABEL),
        *(DATE_TAKEN, DATE_CREATED, DATE_DIGITIZED, CREATE_DATE, MAKER, MODEL, LENS, LENS_MODEL),
        *(LATITUDE, LONGITUDE, ALTITUDE, ALTITUDE_SIDE),
    )
)
_WANTED_NAMESPACES = tuple({name.split()[0].encode() for name in _WANTED})


class _EnoughError(Exception):
    """Ends the reading of a packet that is not worth more of it."""


@dataclass(slots=True)
class _Collector:
    """Expat's handlers: gathers the text of wanted properties, and of the list items in them."""

    values: dict[str, list[str]] = field(default_factory=dict)
    _depth: int = 0
    _property: str | None = None
    _property_depth: int = 0
    _text: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A property may be an element, or an attribute of any element."""
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise _EnoughError
        for attribute in _WANTED.intersection(attributes):
            self._keep(attribute, attributes[attribute])
        if self._property is None and name in _WANTED:
            self._property, self._property_depth = name, self._depth
        self._text = ""

    def text(self, text: str) -> None:
        """Adds to the text of the innermost element of a wanted property."""
        if self._property is not None and len(self._text) < _TEXT_LENGTH_MAX:
            self._text += text

    def end(self, _name: str) -> None:
        """Keeps what the element held, and leaves the property where it ends."""
        if self._property is not None:
            self._keep(self._property, self._text)
            self._text = ""
            if self._depth == self._property_depth:
                self._property = None
        self._depth -= 1

    def refuse(self, *_declaration: object) -> None:
        """Ends the reading at a DOCTYPE: only there can entities be declared."""
        raise _EnoughError

    def _keep(self, name: str, text: str) -> None:
        kept = self.values.setdefault(name, [])
        if text.strip() and len(kept) < _VALUES_MAX:
            kept.append(text)


def read_xmp(packet: bytes) -> dict[str, list[str]]:
    """The values of the properties named above, as far as the packet can be read, not cleaned.

    Raises nothing: a damaged packet gives what came before the damage.
    """
    collector = _Collector()
    if len(packet) > PACKET_BYTES_MAX or not _may_say_anything(packet):
        return {}
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    parser.StartDoctypeDeclHandler = collector.refuse
    with suppress(expat.ExpatError, _EnoughError, LookupError, ValueError):
        parser.Parse(packet.rstrip(b"\0 "), True)
    return collector.values


def _may_say_anything(packet: bytes) -> bool:
    """Whether a wanted namespace is in it, as far as that can be told without reading it."""
    is_wide = packet.startswith((b"\xff\xfe", b"\xfe\xff"))
    return is_wide or any(name in packet for name in _WANTED_NAMESPACES)
