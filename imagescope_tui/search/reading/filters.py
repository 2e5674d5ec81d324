"""The filters of a line: `in:`, `camera:`, `type:`, `rating:`, `date:`, `has:`, `is:` and kin."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from imagescope_tui.search.reading.atoms import plain
from imagescope_tui.search.reading.date_filters import read_date
from imagescope_tui.search.reading.file_types import extensions_of
from imagescope_tui.search.reading.known_names import known_names
from imagescope_tui.search.reading.near_places import near
from imagescope_tui.search.reading.pieces import Piece, Refused, opposite
from storage.place_names import name_keys
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.reading.tokens import Token
    from imagescope_tui.search.reading.values import LineContext
    from storage.records import LibraryNames, NameCount, PhotoTrait

_MOST_STARS: Final = 5
_TRAITS: Final[dict[str, PhotoTrait]] = {
    "gps": "gps",
    "place": "gps",
    "location": "gps",
    "portrait": "portrait",
    "landscape": "landscape",
    "square": "square",
    "screenshot": "screenshot",
    "text": "text",
    "damaged": "damaged",
    **dict.fromkeys(("favourite", "favorite", "favourites", "favorites"), "favourite"),
}
_TRAIT_LABELS: Final[dict[PhotoTrait, str]] = {"gps": "has a place", "text": "has text in it"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A filter as it stands in the line."""

    token: Token
    following: str
    """What is to be read: the value, and the words behind it where it is not quoted."""
    context: LineContext

    @property
    def value(self) -> str:
        """The value alone."""
        return self.token.value

    @property
    def end(self) -> int:
        """Where the filter ends if it takes no more words."""
        return self.token.end

    def refused(self, reason: str) -> Refused:
        """That it is none, and what to write."""
        return Refused(reason=reason, end=self.end)


Reader: TypeAlias = "Callable[[Asked], Piece | Refused]"


def read_filter(asked: Asked) -> Piece | Refused:
    """What a filter asks for."""
    reader = READERS.get(asked.token.key)
    if reader is None:
        words = asked.token.source.lstrip("-–−")
        return asked.refused(
            f'{asked.token.key}: is no filter: there are {_NAMED}; for the words write "{words}"'
        )
    if not asked.value or "\0" in asked.value:  # which no name of a file or folder can hold
        return asked.refused(f"{asked.token.source} needs a value: {_EXAMPLES[asked.token.key]}")
    piece = reader(asked)
    if isinstance(piece, Piece) and asked.token.is_negative:
        return opposite(piece, asked.context.today)
    return piece


def _folder(asked: Asked) -> Piece:
    value = asked.value
    if value.startswith(("/", "~", "./", "../")):
        # Path's own expanduser raises where nobody is called so.
        folder = Path(os.path.expanduser(value)).absolute()  # noqa: PTH111
        return Piece(
            label=f"in {value}",
            kind="folder",
            end=asked.end,
            filter=PhotoFilter(folders=(folder,)),
            hint=_outside(value, folder, asked.context.names.root_paths),
        )
    name, end = _longest_name(asked, asked.context.names.folders)
    return Piece(
        label=f"in {name}",
        kind="folder",
        end=end,
        filter=PhotoFilter(folder_names=(name,)),
        hint=_unknown(name, asked.context.names.folders, "no folder is called"),
    )


def _outside(value: str, folder: Path, roots: tuple[Path, ...]) -> str:
    """What to say of a folder that no root lies in or above; empty where one does, or none is."""
    wanted = _composed(folder)
    pairs = [(wanted, _composed(root)) for root in roots]
    if any(one.is_relative_to(other) or other.is_relative_to(one) for one, other in pairs):
        return ""
    return f"no folder of the library is at {value}" if roots else ""


def _composed(path: Path) -> Path:
    return Path(unicodedata.normalize("NFC", str(path)))


def _longest_name(asked: Asked, names: tuple[NameCount, ...]) -> tuple[str, int]:
    """The words that are a name, and where in the line they end."""
    if asked.token.is_quoted or asked.following == asked.value:
        return asked.value, asked.end
    length = known_names(names).longest(asked.following)
    return asked.following[:length].rstrip(",;"), asked.token.value_start + length


def _unknown(name: str, names: tuple[NameCount, ...], nothing_is_called: str) -> str:
    """What to say where nothing is called so; empty where something is, or no names are known."""
    if not names or known_names(names).has(name):
        return ""
    nearest = known_names(names).nearest(name)
    return f"{nothing_is_called} {name}" + (f": {nearest}?" if nearest else "")


def _person(asked: Asked) -> Piece:
    people = asked.context.names.people
    name, end = _longest_name(asked, people)
    # In quotes a comma is part of a name: "Smith, Anna".
    parts = re.split(r"\|" if asked.token.is_quoted else r"[,;|]", name)
    several = tuple(filter(None, map(str.strip, parts))) or (name,)
    hints = (_unknown(one, people, "nobody is called") for one in several)
    return Piece(
        label=f"with {' or '.join(several)}",
        kind="person",
        end=end,
        filter=PhotoFilter(people_any=(several,))
        if len(several) > 1
        else PhotoFilter(people=several),
        hint=next(filter(None, hints), ""),
    )


def _camera(asked: Asked) -> Piece:
    name, end = _longest_name(asked, asked.context.names.cameras)
    return Piece(
        label=f"camera {name}", kind="camera", end=end, filter=PhotoFilter(cameras=(name,))
    )


def _type(asked: Asked) -> Piece | Refused:
    names = [name for name in re.split(r"[,|;]", asked.value.lower()) if name]
    extensions = [extensions_of(name) for name in names]
    if not all(extensions) or not names:
        return asked.refused(
            f"{asked.token.source} is no type of photo: write type:jpg, type:png, type:heic,"
            " type:raw, type:video or the like"
        )
    wanted = tuple(extension for group in extensions for extension in group)
    return Piece(
        label=", ".join(names), kind="type", end=asked.end, filter=PhotoFilter(extensions=wanted)
    )


def _rating(asked: Asked) -> Piece | Refused:
    """So many stars, or more."""
    stars = int(asked.value) if re.fullmatch(r"[1-5]", asked.value) else 0
    if not stars:
        return asked.refused(
            f"{asked.token.source} is no number of stars: write rating:1 to rating:{_MOST_STARS}"
        )
    label = "★" * stars + (" or more" if stars < _MOST_STARS else "")
    return Piece(label=label, kind="rating", end=asked.end, filter=PhotoFilter(rating_from=stars))


def _place(asked: Asked) -> Piece:
    name, end = _longest_name(asked, asked.context.names.places)
    return Piece(
        label=f"taken in {name}",
        kind="place",
        end=end,
        filter=PhotoFilter(places=(name,)),
        hint=_unknown_place(name, asked.context.names),
    )


def _unknown_place(name: str, names: LibraryNames) -> str:
    """As _unknown, of the parts of `Rome, Italy`, which may be named in any language."""
    parts = (part.strip() for part in name.split(","))
    strange = (part for part in parts if part and not name_keys(part) & names.place_keys)
    hints = (_unknown(part, names.places, "no place is called") for part in strange)
    return next(filter(None, hints), "")


def _near(asked: Asked) -> Piece | Refused:
    context, start = asked.context, asked.token.value_start
    text = asked.value if asked.token.is_quoted else asked.following
    found = near(text, start, context, is_sure=True)
    if found is None or (asked.token.is_quoted and found.end < start + len(text)):
        return asked.refused(
            f"{asked.token.source}: no place called {asked.value} is known: name a town,"
            " or write near:41.9,12.5"
        )
    return replace(found, end=max(found.end, asked.end)) if asked.token.is_quoted else found


def _trait(asked: Asked) -> Piece | Refused:
    name = plain(asked.value.rstrip(",;"))
    if name in _TRAITS:
        trait = _TRAITS[name]
        label = _TRAIT_LABELS.get(trait, trait)
        return Piece(label=label, kind="trait", end=asked.end, filter=PhotoFilter(traits=(trait,)))
    if name in ("photo", "photos"):
        film = Piece(
            label="video",
            kind="type",
            end=asked.end,
            filter=PhotoFilter(extensions=extensions_of("video")),
        )
        return replace(opposite(film, asked.context.today), label="no video")
    if name in ("video", "videos", "raw"):
        return _type(asked)
    return asked.refused(
        f"{asked.token.source} is not known: write has:gps, has:text, is:portrait, is:landscape,"
        " is:square, is:screenshot, is:favourite, is:damaged, is:photo, is:video or is:raw"
    )


def _date(asked: Asked) -> Piece | Refused:
    return read_date(
        asked.token,
        asked.following,
        today=asked.context.today,
        is_day_first=asked.context.is_day_first,
    )


_FAMILIES: Final[tuple[tuple[tuple[str, ...], Reader, str], ...]] = (
    (("in", "folder"), _folder, "in:Italy"),
    (("camera", "lens"), _camera, "camera:x100"),
    (("person", "people"), _person, "person:Anna"),
    (("type", "ext"), _type, "type:jpg"),
    (("rating", "stars"), _rating, "rating:4"),
    (("place",), _place, "place:Italy"),
    (("near",), _near, "near:Rome"),
    (("date", "on", "year"), _date, "date:2019 or date:2019..2021"),
    (("before", "after", "since", "until"), _date, "before:2019-07"),
    (("has", "is"), _trait, "has:gps or is:portrait"),
)
READERS: Final = {key: reader for keys, reader, _ in _FAMILIES for key in keys}
"""Who reads which filter."""
_NAMED: Final = (
    "in:, camera:, person:, type:, rating:, place:, near:, date:, before:, after:, since:, until:, "
    "has:, is:"
)
"""Those that are told where a filter is none; the others mean the same."""
_EXAMPLES: Final = {key: example for keys, _, example in _FAMILIES for key in keys}
