"""Saved searches in a line: `@name` stands for all that the saved line asks."""

from __future__ import annotations

import difflib
import re
from itertools import product
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from imagescope_tui.search.reading.pieces import Piece
from storage.safe_text import printable
from storage.saved_searches import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imagescope_tui.search.reading.tokens import Token
    from imagescope_tui.search.reading.values import ParsedQuery
    from storage.saved_searches import SavedSearch

NOT_TURNED: Final = (
    "-{0}: a saved search cannot be turned round; write a minus before its parts, as in -in:Pets"
)
_CALLED: Final = re.compile(r"(?<!\S)[-–−]?(@[^\s|]+)")
_CLOSING: Final = ",;.:!?"
_NAMED_AT_MOST: Final = 3
_LABEL_SIGNS: Final = 40


def search_called(written: str, searches: Sequence[SavedSearch]) -> SavedSearch | None:
    """The search that `@name` means, if there is one; a comma behind it is none of its name."""
    key = name_key(written[1:].rstrip(_CLOSING))
    return next((search for search in searches if name_key(search.name) == key), None)


def unknown_search(written: str, searches: Sequence[SavedSearch]) -> str:
    """What to say where nothing is saved under the name: what is, the names most like it first."""
    name = written.rstrip(_CLOSING)
    said = f"{name} is no saved search"
    if not searches:
        return f'{said}: nothing is saved yet; for the word write "{name}"'
    by_key = {name_key(search.name): search.name for search in searches}
    alike = difflib.get_close_matches(name_key(name[1:]), by_key, n=_NAMED_AT_MOST)
    if alike:
        return f"{said}: {' or '.join(f'@{by_key[key]}' for key in alike)}?"
    first = ", ".join(f"@{search.name}" for search in searches[:_NAMED_AT_MOST])
    more = " …" if len(searches) > _NAMED_AT_MOST else ""
    return f"{said}: there {'is' if len(searches) == 1 else 'are'} {first}{more}"


def saved_piece(
    token: Token, search: SavedSearch, inside: Iterable[Piece], read: ParsedQuery
) -> Piece:
    """All that the saved line asks, as one part of the line that names it."""
    shown = shorten(printable(search.line), _LABEL_SIGNS, placeholder=" …")
    return Piece(
        label=f"@{search.name}: {shown}",
        kind="saved",
        end=token.start + len(token.source.rstrip(_CLOSING)),
        inside=tuple(part for piece in inside for part in (piece, *piece.inside)),
        unwanted=read.unwanted,
        texts=read.alternatives or ((read.text,) if read.text else ()),
        order=search.order if search.order != "match" else read.order,
    )


def together(texts: list[str], saved: Iterable[tuple[str, ...]]) -> list[str]:
    """The words of a line with those of saved searches before them; of several each with each."""
    several = [one for one in (*saved, tuple(texts)) if one]
    return [" ".join(words) for words in product(*several)] if several else []


def leads_to(line: str, name: str, searches: Sequence[SavedSearch]) -> bool:
    """Whether a line names the search, or one that names it."""
    return any(name_key(search.name) == name_key(name) for search in _reached(line, searches))


def with_saved_lines(line: str, searches: Sequence[SavedSearch]) -> str:
    """The line and behind it each saved line that it leads to, for who looks for words in it."""
    return "\n".join((line, *(search.line for search in _reached(line, searches))))


def _reached(line: str, searches: Sequence[SavedSearch]) -> Iterator[SavedSearch]:
    for written in _CALLED.findall(line):
        if (search := search_called(written, searches)) is not None:
            yield search
            others = [other for other in searches if other is not search]
            yield from _reached(search.line, others)
