"""The results of a search as lines for people."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING

from imagescope_tui.cli.terminal import is_shown, put_line
from imagescope_tui.counting import clock, percent
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from imagescope_tui.cli.search_found import Found, Hit
    from imagescope_tui.cli.search_pictures import ContactSheet
    from imagescope_tui.search.types import SearchResult
    from storage.library import Library
    from storage.records import Photo

BEFORE_PATH = " " * 6
"""A result's number, and the gap behind it, in cells."""
_CHANCE_CELLS = len("under 1 %")


def put_lines(
    found: Found, library: Library, *, explains: bool, sheet: ContactSheet | None = None
) -> None:
    """One line per photo; on a terminal below the name of the part of the list it belongs to.

    With a sheet, the pictures of a few photos stand side by side above their lines.
    """
    from imagescope_tui.cli.search_explained import explained
    from imagescope_tui.search.sections import SECTION_NAMES

    companions = library.companions.of([hit.photo.id for hit in found.hits])
    # Who only passed a filter fits for sure. And another program gets lines of one kind.
    names_sections = is_shown() and not found.request.query.is_timeline
    numbered = enumerate(found.hits, start=1)
    for section, group in groupby(
        numbered, key=lambda entry: entry[1].section if names_sections else None
    ):
        if section is not None:
            put_line(SECTION_NAMES[section])
        for row in _in_rows(group, sheet.columns if sheet else 1):
            if sheet:
                sheet.put_row(row)
            for place, hit in row:
                beside = companions.get(hit.photo.id, ())
                put_line(f"{place:>4}  {_line(found.result, hit, beside)}")
                for line in explained(found, hit, library) if explains else ():
                    put_line(f"{BEFORE_PATH}{line}")


def _in_rows(
    group: Iterable[tuple[int, Hit]], length: int
) -> Iterator[tuple[tuple[int, Hit], ...]]:
    entries = iter(group)
    while row := tuple(islice(entries, length)):
        yield row


def _line(result: SearchResult, hit: Hit, companions: Sequence[Path]) -> str:
    """How likely it fits, what the models said, the path, and what is one with the photo."""
    beside = "".join(f" + {printable(path.name)}" for path in companions)
    stack = f" ×{1 + len(hit.candidate.stack)}" if hit.candidate.stack else ""
    second = hit.candidate.second
    moment = "" if second is None else f" at {clock(second)}"
    offline = "(offline) " if hit.photo.offline_since is not None else ""
    marks = f"{_chance(result, hit)}{_answers(result, hit.photo)}{offline}"
    return f"{marks}{printable(str(hit.photo.full_path))}{beside}{stack}{moment}"


def _chance(result: SearchResult, hit: Hit) -> str:
    from imagescope_tui.search.grouping import fits_by_picture

    # Once models have changed the order, what stage 1 says of a photo is not what it stands by.
    if len(result.rankings) > 1 or all(item.chance is None for item in result.ranking):
        return ""
    candidate = hit.candidate
    # Of a photo that is there for its name, the chance of its picture would say the contrary.
    is_by_words = candidate.words_rank is not None and not fits_by_picture(candidate)
    chance = "" if is_by_words or candidate.chance is None else percent(candidate.chance)
    return f"{chance:>{_CHANCE_CELLS}}  "


def _answers(result: SearchResult, photo: Photo) -> str:
    from imagescope_tui.search.scoring import is_satisfied

    if not result.propositions:
        return ""
    given = {item.photo_id: item.answers for item in result.verifications}.get(photo.id, ())
    signs = [
        "·" if answer is None else "✓" if is_satisfied(answer, question) else "✗"
        for answer, question in zip(given, result.propositions, strict=False)
    ]
    is_accepted = any(item.photo_id == photo.id and item.accepted for item in result.verdicts)
    width = len(result.propositions)
    return f"{''.join(signs):<{width}}{'*' if is_accepted else ' '} "
