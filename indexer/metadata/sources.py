"""The one table of which facts are read from where, and in which order the sources count.

docs/facts.md shows it. Dates have an order of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from PIL import ExifTags

from indexer.metadata import iptc, xmp
from indexer.metadata.cameras import camera_name
from indexer.metadata.cleaning import DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, first_text
from indexer.metadata.comments import user_comment, windows_text
from indexer.metadata.people import parts_of, people_among
from indexer.metadata.place import (
    Point,
    exif_altitude,
    exif_point,
    fraction,
    xmp_altitude,
    xmp_point,
)
from indexer.metadata.ratings import stars, stars_of_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from indexer.metadata.said import Said

Value = TypeVar("Value")
Text: TypeAlias = str | bytes


@dataclass(frozen=True, slots=True)
class Source(Generic[Value]):
    """One field, or a few that belong together, and what they say of a photo."""

    name: str
    """As docs/facts.md calls it."""
    values: Callable[[Said], Iterable[Value]]


def _exif(tag: ExifTags.Base) -> Source[Text]:
    def values(said: Said) -> Iterator[Text]:
        stored = said.exif.main.value(tag)
        if isinstance(stored, str | bytes):
            yield from stored.split("\0") if isinstance(stored, str) else stored.split(b"\0")

    return Source(f"EXIF {tag.name}", values)


def _windows(tag: ExifTags.Base, *, between: str = "\0") -> Source[Text]:
    def values(said: Said) -> Iterable[Text]:
        stored = said.exif.main.value(tag)
        return windows_text(stored, length_max=_WINDOWS_LENGTH_MAX).split(between)

    return Source(f"EXIF {tag.name}", values)


def _xmp(name: str, property_name: str) -> Source[Text]:
    return Source(f"XMP {name}", lambda said: said.xmp.get(property_name, ()))


def _iptc(name: str, key: tuple[int, int]) -> Source[Text]:
    return Source(f"IPTC {name} ({key[0]}:{key[1]})", lambda said: said.iptc.get(key, ()))


def _text(kind: str, name: str) -> Source[Text]:
    return Source(name, lambda said: said.texts.get(kind, ()))


def _exif_number(
    tag: ExifTags.Base, limit: float, *others: ExifTags.Base, unknown: float = 0
) -> Source[float]:
    """A number above 0; the value that is written for an unknown one is none."""

    def values(said: Said) -> Iterator[float]:
        for each in (tag, *others):
            number = said.exif.photo.within(each, 0, limit)
            if number is not None and number != unknown:
                yield number

    return Source(f"EXIF {', '.join(each.name for each in (tag, *others))}", values)


def _xmp_number(name: str, property_name: str, limit: float) -> Source[float]:
    def values(said: Said) -> Iterator[float]:
        for text in said.xmp.get(property_name, ()):
            number = fraction(text)
            if number is not None and 0 < number <= limit:
                yield number

    return Source(f"XMP {name}", values)


def _stars(
    name: str, read: Callable[[float | str], int | None], raw: Callable[[Said], Iterable[object]]
) -> Source[int]:
    def values(said: Said) -> Iterator[int]:
        for value in raw(said):
            found = read(value) if isinstance(value, str | float | int) else None
            if found is not None:
                yield found

    return Source(name, values)


def _tree(name: str, property_name: str) -> Source[Text]:
    """Keywords that stand in a tree: each along the way."""

    def values(said: Said) -> Iterator[Text]:
        for path in said.xmp.get(property_name, ()):
            yield from parts_of(path)

    return Source(f"XMP {name}", values)


def _camera(said: Said) -> Iterator[str]:
    tags = ExifTags.Base
    yield camera_name(said.exif.main.text(tags.Make), said.exif.main.text(tags.Model)) or ""


def _camera_of_xmp(said: Said) -> Iterator[str]:
    names = (
        first_text(said.xmp.get(name, ()), length_max=NAME_LENGTH_MAX)
        for name in (xmp.MAKER, xmp.MODEL)
    )
    yield camera_name(*names) or ""


def _people_in_keywords(said: Said) -> Iterator[str]:
    trees = (xmp.LIGHTROOM_TREE, xmp.DIGIKAM_TREE, xmp.MICROSOFT_TREE, xmp.MEDIA_PRO_TREE)
    flat = [text for source in WORDS["keywords"] for text in source.values(said)]
    paths = [path for name in trees for path in said.xmp.get(name, ())]
    texts = (text if isinstance(text, str) else text.decode("utf-8", "replace") for text in flat)
    return people_among((*paths, *texts))


def _some(value: Value | None) -> tuple[Value, ...]:
    return () if value is None else (value,)


def _place_in_words(
    own: str, name: str, key: tuple[int, int], *fields: str, core: str = "photoshop"
) -> tuple[Source[Text], ...]:
    """Part of a place's name: of the photo, then of where it was taken, then of what it shows."""
    taken, shown = "Iptc4xmpExt:LocationCreated", "Iptc4xmpExt:LocationShown"
    return (
        _xmp(f"{core}:{name}", own),
        _iptc(name, key),
        *(_xmp(f"{taken}/{each}", xmp.CREATED_PLACE[each]) for each in fields),
        *(_shown(f"{shown}/{each}", xmp.SHOWN_PLACE[each]) for each in fields),
    )


def _shown(name: str, property_name: str) -> Source[Text]:
    """Of the place that is shown, where nothing tells of the one where the photo was taken."""

    def values(said: Said) -> Iterable[Text]:
        if _PLACES_OF_XMP.isdisjoint(said.xmp) and _PLACES_OF_IPTC.isdisjoint(said.iptc):
            return said.xmp.get(property_name, ())
        return ()

    return Source(f"XMP {name}", values)


def _all_shown(said: Said) -> Iterator[Text]:
    for name in xmp.SHOWN_PLACE.values():
        yield from said.xmp.get(name, ())


_PLACES_OF_XMP = frozenset(
    (xmp.CITY, xmp.STATE, xmp.COUNTRY, xmp.LOCATION, *xmp.CREATED_PLACE.values())
)
_PLACES_OF_IPTC = frozenset((iptc.CITY, iptc.STATE, iptc.COUNTRY, iptc.LOCATION))
_WINDOWS_LENGTH_MAX = 40 * DESCRIPTION_LENGTH_MAX
_TAG = ExifTags.Base
_LARGE = 100_000_000
_UNKNOWN_ISO = 65535
"""EXIF has 16 bits for it; what does not fit stands elsewhere."""

WORDS: dict[str, tuple[Source[Text], ...]] = {
    "title": (
        _xmp("dc:title", xmp.TITLE),
        _iptc("Title", iptc.TITLE),
        _windows(_TAG.XPTitle),
        _text("Title", "PNG Title"),
    ),
    "description": (
        _xmp("dc:description", xmp.DESCRIPTION),
        _iptc("Caption", iptc.CAPTION),
        _exif(_TAG.ImageDescription),
        _xmp("tiff:ImageDescription", xmp.TIFF_DESCRIPTION),
        _text("Description", "PNG Description"),
    ),
    "keywords": (
        _xmp("dc:subject", xmp.SUBJECT),
        _tree("lr:hierarchicalSubject", xmp.LIGHTROOM_TREE),
        _tree("digiKam:TagsList", xmp.DIGIKAM_TREE),
        _tree("MicrosoftPhoto:LastKeywordXMP", xmp.MICROSOFT_TREE),
        _tree("mediapro:CatalogSets", xmp.MEDIA_PRO_TREE),
        _iptc("Keywords", iptc.KEYWORDS),
        _iptc("Supplemental category", iptc.CATEGORY),
        _windows(_TAG.XPKeywords, between=";"),
        _xmp("names of animals' regions", xmp.PET_NAME),
    ),
    "people": (
        _xmp("Iptc4xmpExt:PersonInImage", xmp.PERSONS),
        _xmp("Iptc4xmpExt:PersonInImageWDetails", xmp.PERSON_NAME),
        _xmp("names of faces' regions (mwg-rs)", xmp.FACE_NAME),
        _xmp("names of faces' regions (MPReg)", xmp.MICROSOFT_FACE_NAME),
        _xmp("mediapro:People", xmp.MEDIA_PRO_PEOPLE),
        Source("keywords below `People`", _people_in_keywords),
    ),
    "lens": (
        Source("EXIF LensModel", lambda said: _some(said.exif.photo.text(_TAG.LensModel))),
        _xmp("exifEX:LensModel", xmp.LENS_MODEL),
        _xmp("aux:Lens", xmp.LENS),
    ),
    "label": (_xmp("xmp:Label", xmp.LABEL),),
    "artist": (
        _xmp("dc:creator", xmp.CREATOR),
        _exif(_TAG.Artist),
        _xmp("tiff:Artist", xmp.TIFF_ARTIST),
        _iptc("By-line", iptc.BYLINE),
        _windows(_TAG.XPAuthor, between=";"),
        _text("Author", "PNG Author"),
    ),
    "location": _place_in_words(
        *(xmp.LOCATION, "Location", iptc.LOCATION, "Sublocation", "LocationName"),
        core="Iptc4xmpCore",
    ),
    "city": _place_in_words(xmp.CITY, "City", iptc.CITY, "City"),
    "state": _place_in_words(xmp.STATE, "State", iptc.STATE, "ProvinceState"),
    "country": _place_in_words(xmp.COUNTRY, "Country", iptc.COUNTRY, "CountryName"),
    "remarks": (
        _xmp("photoshop:Headline", xmp.HEADLINE),
        _iptc("Headline", iptc.HEADLINE),
        _xmp("exif:UserComment", xmp.USER_COMMENT),
        Source(
            "EXIF UserComment",
            lambda said: (user_comment(said.exif.photo.value(_TAG.UserComment)),),
        ),
        _windows(_TAG.XPComment),
        _windows(_TAG.XPSubject),
        _text("Comment", "JPEG, PNG or GIF comment"),
        _xmp("Iptc4xmpExt:Event", xmp.EVENT),
        _xmp("Iptc4xmpCore:AltTextAccessibility", xmp.ALT_TEXT),
        _xmp("Iptc4xmpCore:ExtDescrAccessibility", xmp.LONG_ALT_TEXT),
        Source("XMP Iptc4xmpExt:LocationShown", _all_shown),
        _xmp("photoshop:Instructions", xmp.INSTRUCTIONS),
        _iptc("Instructions", iptc.INSTRUCTIONS),
        _exif(_TAG.DocumentName),
        _exif(_TAG.PageName),
        _xmp("dc:rights", xmp.RIGHTS),
        _exif(_TAG.Copyright),
        _xmp("tiff:Copyright", xmp.TIFF_COPYRIGHT),
        _iptc("Copyright", iptc.RIGHTS),
        _text("Copyright", "PNG Copyright"),
    ),
}
"""Of lists all count; what else a source of one text says is kept as a remark."""

CAMERAS: tuple[Source[str], ...] = (
    Source("EXIF Make and Model", _camera),
    Source("XMP tiff:Make and tiff:Model", _camera_of_xmp),
)

NUMBERS: dict[str, tuple[Source[float], ...]] = {
    "focal_length_mm": (
        _exif_number(_TAG.FocalLength, 100_000),
        _xmp_number("exif:FocalLength", xmp.FOCAL_LENGTH, 100_000),
    ),
    "aperture": (
        _exif_number(_TAG.FNumber, 1000),
        _xmp_number("exif:FNumber", xmp.APERTURE, 1000),
    ),
    "exposure_seconds": (
        _exif_number(_TAG.ExposureTime, 1_000_000),
        _xmp_number("exif:ExposureTime", xmp.EXPOSURE_TIME, 1_000_000),
    ),
    "iso": (
        _exif_number(
            *(_TAG.ISOSpeedRatings, _LARGE, _TAG.RecommendedExposureIndex, _TAG.ISOSpeed),
            unknown=_UNKNOWN_ISO,
        ),
        _xmp_number("exif:ISOSpeedRatings", xmp.ISO, _LARGE),
        _xmp_number("exifEX:PhotographicSensitivity", xmp.SENSITIVITY, _LARGE),
    ),
    "altitude_m": (
        Source("EXIF GPSAltitude", lambda said: _some(exif_altitude(said.exif.gps))),
        Source("XMP exif:GPSAltitude", lambda said: _some(xmp_altitude(said.xmp))),
    ),
}

POINTS: tuple[Source[Point], ...] = (
    Source("EXIF GPSLatitude and GPSLongitude", lambda said: _some(exif_point(said.exif.gps))),
    Source("XMP exif:GPSLatitude and exif:GPSLongitude", lambda said: _some(xmp_point(said.xmp))),
)

RATINGS: tuple[Source[int], ...] = (
    _stars("XMP xmp:Rating", stars, lambda said: said.xmp.get(xmp.RATING, ())),
    _stars(
        *("XMP MicrosoftPhoto:Rating", stars_of_percent),
        lambda said: said.xmp.get(xmp.RATING_PERCENT, ()),
    ),
    _stars("EXIF Rating", stars, lambda said: _some(said.exif.photo.number(_TAG.Rating))),
    _stars(
        *("EXIF RatingPercent", stars_of_percent),
        lambda said: _some(said.exif.photo.number(_TAG.RatingPercent)),
    ),
)
"""The first that gives any stars counts."""
