"""What a photo says of itself, by EXIF, XMP, IPTC and words; hostile metadata gives fewer facts."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from PIL import ExifTags

from indexer.metadata import xmp
from indexer.metadata.apple_note import live_id_told
from indexer.metadata.cleaning import (
    DESCRIPTION_LENGTH_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    WORDS_MAX,
    first_text,
    peoples_texts,
    too_many,
    unique_words,
)
from indexer.metadata.date_sources import dates_in
from indexer.metadata.dates import date_facts
from indexer.metadata.embedded import said_in
from indexer.metadata.exif import (
    METADATA_ERRORS,
    Exif,
    valid_orientation,
)
from indexer.metadata.said import Said
from indexer.metadata.sources import CAMERAS, NUMBERS, POINTS, RATINGS, WORDS
from storage.records import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image


_TAG = ExifTags.Base
_LENGTHS = {
    "title": TITLE_LENGTH_MAX,
    "description": DESCRIPTION_LENGTH_MAX,
    "remarks": DESCRIPTION_LENGTH_MAX,
    "label": 40,
}
_TEXTS = ("title", "description", "artist", "location", "city", "state", "country")
_TEXTS_MAX = 100
"""Of each fact."""
_REMARKS_LENGTH_MAX = 20_000
"""All together."""


def read_facts(image: Image.Image, format_name: str | None = None) -> Facts:
    """The facts of an image that was opened and not yet drafted; raises nothing.

    Width and height are those of the header, before turning.
    """
    if format_name is None:
        format_name = "JPEG" if image.format == "MPO" else image.format or ""
    known = Facts(width=image.width, height=image.height, format=format_name)
    try:
        told = facts_told(said_in(image))
    except METADATA_ERRORS:
        return known
    # Where the loader has already acted on the orientation, it is no longer in the EXIF.
    turn = valid_orientation(image.info.get("original_orientation")) or told.orientation
    return replace(
        told, width=known.width, height=known.height, format=format_name, orientation=turn
    )


def facts_from(exif: Exif, xmp_packet: bytes) -> Facts:
    """What EXIF and XMP say, without size and format.

    Raises one of METADATA_ERRORS where they are too rotten.
    """
    return facts_told(Said(exif=exif, xmp=xmp.read_xmp(xmp_packet)))


def facts_told(said: Said) -> Facts:
    """What all that was read says, without size and format.

    Raises one of METADATA_ERRORS where it is too rotten.
    """
    texts = {name: tuple(_texts(name, said)) for name in (*_TEXTS, "remarks")}
    point = next((point for source in POINTS for point in source.values(said)), None)
    firsts: dict[str, Any] = {
        **{name: next(iter(texts[name]), None) for name in _TEXTS},
        **{name: _number(name, said) for name in NUMBERS},
    }
    iso = firsts.pop("iso")
    keywords, people = (
        unique_words(text for source in WORDS[name] for text in source.values(said))
        for name in ("keywords", "people")
    )
    return Facts(
        **date_facts(dates_in(said, point)),
        camera=_camera(said),
        lens=next(_texts("lens", said), None),
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        iso=int(iso) if iso is not None else None,
        orientation=valid_orientation(said.exif.main.value(_TAG.Orientation)),
        keywords=keywords[:WORDS_MAX],
        people=people[:WORDS_MAX],
        rating=_rating(said),
        label=next(_texts("label", said), None),
        live_id=live_id_told(said.exif.photo.value(_TAG.MakerNote)),
        remarks=_remarks(texts),
        notes=(*said.notes, *too_many(keywords, "keywords"), *too_many(people, "names")),
        **firsts,
    )


def _texts(fact: str, said: Said) -> Iterator[str]:
    texts = (text for source in WORDS[fact] for text in source.values(said))
    return peoples_texts(islice(texts, _TEXTS_MAX), length_max=_LENGTHS.get(fact, NAME_LENGTH_MAX))


def _camera(said: Said) -> str | None:
    names = (name for source in CAMERAS for name in source.values(said))
    return first_text(names, length_max=NAME_LENGTH_MAX)


def _number(fact: str, said: Said) -> float | None:
    return next((value for source in NUMBERS[fact] for value in source.values(said)), None)


def _rating(said: Said) -> int | None:
    given = [stars for source in RATINGS for stars in source.values(said)]
    return next((stars for stars in given if stars), given[0] if given else None)


def _remarks(texts: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What is written besides, each once: also titles and descriptions that do not come first."""
    shown = [texts[name][0].casefold() for name in _TEXTS if texts[name]]
    kept: list[str] = []
    room = _REMARKS_LENGTH_MAX
    for text in (*(text for name in _TEXTS for text in texts[name][1:]), *texts["remarks"]):
        folded = text.casefold()
        if len(text) <= room and not any(folded in other for other in shown):
            shown.append(folded)
            kept.append(text)
            room -= len(text)
    return tuple(kept)


def facts_filled(facts: Facts, *others: Facts) -> Facts:
    """The facts, and where they say nothing those of the first of `others` that does."""
    gaps = {
        field.name: value
        for field in fields(facts)
        if not getattr(facts, field.name)
        and (value := next((v for o in others if (v := getattr(o, field.name))), None))
    }
    return replace(facts, **gaps)
