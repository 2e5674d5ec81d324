"""The few properties of an XMP packet that say something to a photo's owner.

The packet is streamed through expat: no tree is built, a DOCTYPE ends the reading (so there are no
entities to expand), and so does nesting deeper than any real packet has. Only what the packet says
of the photo itself counts, not what it says of others that went into it.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

XmpValues: TypeAlias = dict[str, list[str]]
"""Texts by property, as `read_xmp` gives them: not cleaned."""

PACKET_BYTES_MAX = 8_000_000
"""Of longer packets the beginning is read: masks and pictures make them so long."""
_DEPTH_MAX = 40
_TEXT_LENGTH_MAX = 10_000
_VALUES_MAX = 10_000

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_DC = "http://purl.org/dc/elements/1.1/ "
_EXIF = "http://ns.adobe.com/exif/1.0/ "
_XMP = "http://ns.adobe.com/xap/1.0/ "
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/ "
_AUX = "http://ns.adobe.com/exif/1.0/aux/ "
_EXIF_EX = "http://cipa.jp/exif/1.0/ "
_TIFF = "http://ns.adobe.com/tiff/1.0/ "
_LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/ "
_DIGIKAM = "http://www.digikam.org/ns/1.0/ "
_MEDIA_PRO = "http://ns.iview-multimedia.com/mediapro/1.0/ "
_REGIONS = "http://www.metadataworkinggroup.com/schemas/regions/ "
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ "
_IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/ "
_MICROSOFT = "http://ns.microsoft.com/photo/1.0/ "
_MICROSOFT_PEOPLE = "http://ns.microsoft.com/photo/1.2/ "
_MICROSOFT_REGION = "http://ns.microsoft.com/photo/1.2/t/Region# "

TITLE = _DC + "title"
DESCRIPTION = _DC + "description"
SUBJECT = _DC + "subject"
CREATOR = _DC + "creator"
RIGHTS = _DC + "rights"
HEADLINE = _PHOTOSHOP + "Headline"
INSTRUCTIONS = _PHOTOSHOP + "Instructions"
TIFF_DESCRIPTION = _TIFF + "ImageDescription"
TIFF_ARTIST = _TIFF + "Artist"
TIFF_COPYRIGHT = _TIFF + "Copyright"
USER_COMMENT = _EXIF + "UserComment"
EVENT = _IPTC + "Event"
ALT_TEXT = _IPTC_CORE + "AltTextAccessibility"
LONG_ALT_TEXT = _IPTC_CORE + "ExtDescrAccessibility"
DATE_TAKEN = _EXIF + "DateTimeOriginal"
DATE_DIGITIZED = _EXIF + "DateTimeDigitized"
DATE_CREATED = _PHOTOSHOP + "DateCreated"
CREATE_DATE = _XMP + "CreateDate"
LENS = _AUX + "Lens"
LENS_MODEL = _EXIF_EX + "LensModel"
FOCAL_LENGTH = _EXIF + "FocalLength"
APERTURE = _EXIF + "FNumber"
EXPOSURE_TIME = _EXIF + "ExposureTime"
ISO = _EXIF + "ISOSpeedRatings"
SENSITIVITY = _EXIF_EX + "PhotographicSensitivity"
LIGHTROOM_TREE = _LIGHTROOM + "hierarchicalSubject"
DIGIKAM_TREE = _DIGIKAM + "TagsList"
MICROSOFT_TREE = _MICROSOFT + "LastKeywordXMP"
MEDIA_PRO_TREE = _MEDIA_PRO + "CatalogSets"
PERSONS = _IPTC + "PersonInImage"
MEDIA_PRO_PEOPLE = _MEDIA_PRO + "People"
RATING = _XMP + "Rating"
RATING_PERCENT = _MICROSOFT + "Rating"
LABEL = _XMP + "Label"
MAKER = _TIFF + "Make"
MODEL = _TIFF + "Model"
LATITUDE = _EXIF + "GPSLatitude"
LONGITUDE = _EXIF + "GPSLongitude"
ALTITUDE = _EXIF + "GPSAltitude"
ALTITUDE_SIDE = _EXIF + "GPSAltitudeRef"
CITY = _PHOTOSHOP + "City"
STATE = _PHOTOSHOP + "State"
COUNTRY = _PHOTOSHOP + "Country"
LOCATION = _IPTC_CORE + "Location"

_FACES = _REGIONS + "Regions"
_MICROSOFT_FACES = _MICROSOFT_PEOPLE + "RegionInfo"
_PERSON_DETAILS = _IPTC + "PersonInImageWDetails"
_CREATED = _IPTC + "LocationCreated"
_SHOWN = _IPTC + "LocationShown"
_REGION_NAME, _REGION_TYPE = _REGIONS + "Name", _REGIONS + "Type"
_FACE, _PET = "Face", "Pet"
_PLACE_FIELDS = ("Sublocation", "LocationName", "City", "ProvinceState", "CountryName")
_STRUCTURES = {
    _FACES: frozenset((_REGION_NAME, _REGION_TYPE)),
    _MICROSOFT_FACES: frozenset((_MICROSOFT_REGION + "PersonDisplayName",)),
    _PERSON_DETAILS: frozenset((_IPTC + "PersonName",)),
    _CREATED: frozenset(_IPTC + name for name in _PLACE_FIELDS),
    _SHOWN: frozenset(_IPTC + name for name in _PLACE_FIELDS),
}
"""Properties that hold lists of structures, and the fields that are wanted of these."""


def field_of(structure: str, name: str) -> str:
    """What the values of a structure's field go by."""
    return f"{structure}/{name}"


FACE_NAME = field_of(_FACES, _REGION_NAME)
PET_NAME = f"{FACE_NAME}/{_PET}"
MICROSOFT_FACE_NAME = field_of(_MICROSOFT_FACES, _MICROSOFT_REGION + "PersonDisplayName")
PERSON_NAME = field_of(_PERSON_DETAILS, _IPTC + "PersonName")
CREATED_PLACE = {name: field_of(_CREATED, _IPTC + name) for name in _PLACE_FIELDS}
SHOWN_PLACE = {name: field_of(_SHOWN, _IPTC + name) for name in _PLACE_FIELDS}

_ALIASES = {name.replace("/ ", " "): name for name in (RATING_PERCENT, MICROSOFT_TREE)}
"""ExifTool leaves out the slash at the end of Microsoft's name."""
_WANTED = frozenset(
    (
        *_ALIASES,
        *(TITLE, DESCRIPTION, SUBJECT, CREATOR, RIGHTS, HEADLINE, INSTRUCTIONS, USER_COMMENT),
        *(EVENT, ALT_TEXT, LONG_ALT_TEXT, DATE_TAKEN, DATE_DIGITIZED, DATE_CREATED, CREATE_DATE),
        *(LIGHTROOM_TREE, DIGIKAM_TREE, MICROSOFT_TREE, MEDIA_PRO_TREE),
        *(TIFF_DESCRIPTION, TIFF_ARTIST, TIFF_COPYRIGHT),
        *(PERSONS, MEDIA_PRO_PEOPLE, RATING, RATING_PERCENT, LABEL),
        *(MAKER, MODEL, LENS, LENS_MODEL, FOCAL_LENGTH, APERTURE, EXPOSURE_TIME, ISO, SENSITIVITY),
        *(LATITUDE, LONGITUDE, ALTITUDE, ALTITUDE_SIDE, CITY, STATE, COUNTRY, LOCATION),
    )
)
_WANTED_NAMESPACES = tuple({name.split()[0].encode() for name in (*_WANTED, *_STRUCTURES)})
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_DESCRIPTION_LEVEL, _PROPERTY_LEVEL = 1, 2
"""Below `rdf:RDF`."""


class _EnoughError(Exception):
    """Ends the reading of a packet that is not worth more of it."""


@dataclass(slots=True)
class _Collector:
    """Expat's handlers: gathers the texts of wanted properties, and of the lists in them."""

    values: XmpValues = field(default_factory=dict)
    _depth: int = 0
    _root_depth: int | None = None
    _property: str | None = None
    _field: str | None = None
    """The one of a structure that is being read."""
    _field_depth: int = 0
    _item: list[tuple[str, str]] = field(default_factory=list)
    """What is known so far of one structure of a list."""
    _item_depth: int | None = None
    _text: str = ""
    _is_default: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A property, and a structure's field, may be an element or an attribute."""
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise _EnoughError
        self._text, self._is_default = "", attributes.get(_LANGUAGE) == "x-default"
        if self._root_depth is None:
            self._root_depth = self._depth if name == _RDF + "RDF" else None
            return
        if self._level == _DESCRIPTION_LEVEL:
            for attribute in _WANTED.intersection(attributes):
                self._keep(attribute, attributes[attribute])
        elif self._level == _PROPERTY_LEVEL:
            self._property = name if name in _WANTED or name in _STRUCTURES else None
        if self._property in _STRUCTURES:
            self._start_in_structure(name, attributes, _STRUCTURES[self._property])

    def text(self, text: str) -> None:
        """Adds to the text of the innermost element of a wanted property."""
        if self._property is not None and len(self._text) < _TEXT_LENGTH_MAX:
            self._text += text

    def end(self, _name: str) -> None:
        """Keeps what the element held, and leaves the property where it ends."""
        if self._property in _WANTED:
            self._keep(self._property, self._text)
        elif self._field is not None:
            self._item.append((self._field, self._text))
            if self._depth == self._field_depth:
                self._field = None
        self._text = ""
        is_property = self._root_depth is not None and self._level == _PROPERTY_LEVEL
        if is_property or self._depth == self._item_depth:
            self._keep_item()
        if is_property:
            self._property = None
        self._depth -= 1

    def refuse(self, *_declaration: object) -> None:
        """Ends the reading at a DOCTYPE: only there can entities be declared."""
        raise _EnoughError

    @property
    def _level(self) -> int:
        return self._depth - (self._root_depth or 0)

    def _start_in_structure(
        self, name: str, attributes: dict[str, str], fields: frozenset[str]
    ) -> None:
        if self._item_depth is None and name == _RDF + "li":
            self._item_depth = self._depth
        for attribute in fields.intersection(attributes):
            self._item.append((attribute, attributes[attribute]))
        if self._field is None and name in fields:
            self._field, self._field_depth = name, self._depth

    def _keep_item(self) -> None:
        """Of marked regions only those of people and animals are named after who is in them."""
        item, self._item, self._item_depth = self._item, [], None
        kind = next((text.strip() for name, text in item if name == _REGION_TYPE), _FACE)
        for name, text in item:
            if name != _REGION_NAME:
                self._keep(field_of(str(self._property), name), text)
            elif kind in (_FACE, _PET):
                self._keep(FACE_NAME if kind == _FACE else PET_NAME, text)

    def _keep(self, name: str, text: str) -> None:
        """Of several languages the one that is meant for all goes first."""
        kept = self.values.setdefault(_ALIASES.get(name, name), [])
        if text.strip() and len(kept) < _VALUES_MAX:
            kept.insert(0 if self._is_default else len(kept), text)


def read_xmp(*packets: bytes) -> XmpValues:
    """The values of the properties named above, as far as the packets can be read, not cleaned.

    Raises nothing: a damaged packet gives what came before the damage, and one that is too long
    what stands in its beginning.
    """
    values: XmpValues = {}
    for packet in packets:
        narrow = _as_utf8(packet[:PACKET_BYTES_MAX])
        if any(name in narrow for name in _WANTED_NAMESPACES):
            for name, texts in _read(narrow).items():
                values.setdefault(name, []).extend(texts)
    return values


def notes_on(*packets: bytes) -> tuple[str, ...]:
    """What the owner is to know of packets that are too long."""
    if max(map(len, packets)) <= PACKET_BYTES_MAX:
        return ()
    return (f"only the first {PACKET_BYTES_MAX // 1_000_000} MB of XMP are read",)


def _read(packet: bytes) -> XmpValues:
    collector = _Collector()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    parser.StartDoctypeDeclHandler = collector.refuse
    with suppress(expat.ExpatError, _EnoughError, LookupError, ValueError):
        parser.Parse(packet.rstrip(b"\0 "), True)
    return collector.values


_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def _as_utf8(packet: bytes) -> bytes:
    """The packet in the one encoding that expat and a search for names can be asked in."""
    for mark, encoding in _WIDE:
        if packet.startswith(mark):
            text = packet.decode(encoding, "ignore")
            return _DECLARATION.sub("", text).encode("utf-8", "ignore")
    return packet
