"""How a line can go on at its cursor, by the names that a library's photos go by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from indexer.formats import VIDEO_EXTENSIONS
from storage.name_words import NameList
from storage.pairs import RAW_EXTENSIONS
from storage.records import NameCount
from storage.safe_text import printable
from storage.search_text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from storage.records import LibraryNames
    from storage.saved_searches import SavedSearch

CompletionKind: TypeAlias = Literal[
    "folder", "camera", "place", "person", "year", "type", "trait", "rating", "filter", "saved"
]

COMPLETIONS_MAX = 8
_TOKENS_MAX = 4
"""Of a name that is typed without quotes."""
_SIGNS_MIN = 2
"""Of a word without a filter before it: one sign begins too many names."""
_FOUND_MAX = 2_000
"""Of names that begin alike those of most photos are looked at."""
_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_PARTS = re.compile(r"(-?)(?:(\w+):)?(.*)", re.DOTALL)
_PLAIN = re.compile(r"[\w.:-]+")
_KEYS: dict[CompletionKind, tuple[str, ...]] = {
    "folder": ("in", "folder"),
    "camera": ("camera", "lens"),
    "place": ("place",),
    "person": ("person", "people"),
    "type": ("type", "ext"),
    "year": ("date", "on", "year", "before", "after", "since", "until"),
    "rating": ("rating", "stars"),
}
_FILTERS = (
    *("in:", "camera:", "person:", "place:", "near:", "type:", "rating:", "date:", "before:"),
    *("after:", "since:", "until:", "is:", "has:"),
)
_TRAITS = {
    "is": (
        *("portrait", "landscape", "square", "screenshot", "favourite", "damaged"),
        *("photo", "video", "raw"),
    ),
    "has": ("gps", "text"),
}
_SAVED = "@"
_STARS = ("1", "2", "3", "4", "5")
_FAMILIES = {
    "raw": frozenset(RAW_EXTENSIONS),
    "video": frozenset(name[1:] for name in VIDEO_EXTENSIONS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One way to go on."""

    text: str
    """The line after it."""
    cursor: int
    """Where the cursor is then."""
    start: int
    """Where in the line begins what is completed."""
    label: str
    """What it puts into the line, as a person reads it."""
    count: int | None = None
    """How many photos go by it; None where that was not counted."""
    kind: CompletionKind


@dataclass(frozen=True, slots=True)
class _Names:
    """What can stand behind a filter, or for itself."""

    kind: CompletionKind
    lead: str
    """What goes before each where no filter was typed."""
    counts: Mapping[str, int | None]
    """How many photos go by each; None where that is not counted."""
    words: NameList
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What each stands for, where that is not plain."""


class _Offer(NamedTuple):
    """A name that begins as what was typed; the smaller the better."""

    rank: int
    """0: all of the name was typed, 1: its beginning, 2: that of another of its words."""
    fewer: int
    """The more photos, the less."""
    name: str
    place: int
    """Of its kind among those that were looked through."""


class _Place(NamedTuple):
    """Where in a line something is completed."""

    start: int
    before: str
    """What stays before it."""
    key: str
    """The filter that was typed; empty where none was."""
    tail: str
    """What stays behind it."""


class Completer:
    """Completes lines for one library, as it was when its names were read."""

    def __init__(self, names: LibraryNames, searches: Iterable[SavedSearch] = ()) -> None:
        lines = {search.name: search.line for search in searches}
        self._saved = _Names("saved", "@", dict.fromkeys(lines), NameList(lines), lines)
        self._words = (
            _counted("folder", names.folders, "in:"),
            _counted("person", names.people),
            _counted("place", names.places),
            _counted("camera", names.cameras, "camera:"),
            _listed("filter", _FILTERS),
        )
        by_kind = {known.kind: known for known in self._words} | {
            "type": _counted("type", (*names.types, *_families(names.types))),
            "year": _counted("year", names.years),
            "rating": _listed("rating", _STARS),
        }
        self._values = {key: by_kind[kind] for kind, keys in _KEYS.items() for key in keys} | {
            key: _listed("trait", values) for key, values in _TRAITS.items()
        }
        self._values["near"] = _counted("place", _with_points(names))

    def complete(self, line: str, cursor: int) -> tuple[Completion, ...]:
        """At most COMPLETIONS_MAX ways to go on: beginnings of names first, most photos first.

        There are none within a word, and none that would change nothing.
        """
        head, tail = line[:cursor], line[cursor:]
        if _ends_between(head) or tail[:1].strip():
            return ()
        starts = [token.start() for token in _TOKEN.finditer(head)]
        for start in starts[-_TOKENS_MAX:]:
            minus, key, typed = _PARTS.findall(head[start:])[0]
            value = typed.replace('"', "").strip()
            known, value = self._meant(key, value)
            if offers := _best(known, value):
                place = _Place(start=start, before=head[:start] + minus, key=key, tail=tail)
                ways = (_completion(place, known[offer.place], offer.name) for offer in offers)
                new = (way for way in ways if way.text.casefold() != line.casefold())
                return tuple(islice(new, COMPLETIONS_MAX))
        return ()

    def _meant(self, key: str, value: str) -> tuple[tuple[_Names, ...], str]:
        """What can stand there, and what of it is typed."""
        if key:
            known = self._values.get(key.lower())
            return (known,) if known else (), value
        if value.startswith(_SAVED):
            return (self._saved,), value.removeprefix(_SAVED)
        return self._words if len(value) >= _SIGNS_MIN else (), value


def _ends_between(head: str) -> bool:
    """Whether no word is begun."""
    is_quoted = head.count('"') % 2 == 1
    return not head or (head[-1].isspace() and not is_quoted)


def _best(known: tuple[_Names, ...], value: str) -> list[_Offer]:
    """Names that begin with the value, or have a word that does.

    More than are shown: some may be what is typed already.
    """
    found = (offer for place, names in enumerate(known) for offer in _offers(names, value, place))
    return nsmallest(2 * COMPLETIONS_MAX, found)


def _offers(names: _Names, value: str, place: int) -> Iterator[_Offer]:
    counts = names.counts
    if not value:
        yield from (_Offer(1, -(count or 0), name, place) for name, count in counts.items())
    for name, is_first, is_all in islice(names.words.holding(value, is_begun=True), _FOUND_MAX):
        rank = 0 if is_all else 1 if is_first else 2
        yield _Offer(rank, -(counts[name] or 0), name, place)


def _completion(place: _Place, names: _Names, name: str) -> Completion:
    lead = f"{place.key}:" if place.key else names.lead
    is_plain = names.kind == "saved" or _PLAIN.fullmatch(name)
    head = f"{place.before}{lead}" + (name if is_plain else f'"{name}"')
    meaning = names.meanings.get(name)
    return Completion(
        text=f"{head}{place.tail}",
        cursor=len(head),
        start=place.start,
        label=printable(f"{lead}{name}: {meaning}" if meaning else f"{lead}{name}"),
        count=names.counts[name],
        kind=names.kind,
    )


def _counted(kind: CompletionKind, named: Iterable[NameCount], lead: str = "") -> _Names:
    counts = {_quotable(name.name): name.photos for name in named}
    return _Names(kind, lead, counts, NameList(counts))


def _with_points(names: LibraryNames) -> Iterator[NameCount]:
    """Countries and states have none, nor has what only its owner wrote."""
    points = names.place_points
    return (place for place in names.places if " ".join(tokens(place.name)) in points)


def _listed(kind: CompletionKind, names: Iterable[str]) -> _Names:
    counts = dict.fromkeys(names)
    return _Names(kind, "", counts, NameList(counts))


def _quotable(name: str) -> str:
    """The name without what has a meaning in a line; its words are the same."""
    return " ".join(name.replace('"', " ").split()).lstrip("~")


def _families(types: Iterable[NameCount]) -> Iterator[NameCount]:
    for family, extensions in _FAMILIES.items():
        if photos := sum(found.photos for found in types if found.name in extensions):
            yield NameCount(name=family, photos=photos)
