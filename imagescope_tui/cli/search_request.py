"""What the words and flags of `imagescope search` ask for."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from imagescope_tui.cli.common import absolute_path, expect_stage, open_library
from imagescope_tui.errors import UsageError
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imagescope_tui.config import Settings
    from imagescope_tui.search.query_language import LineContext, ParsedQuery
    from imagescope_tui.search.types import Order, Query, RankBy, SearchOptions, StrategyName
    from storage.library import Library

_NAMES_SOMETHING = re.compile(r":|(?:^|\s)[-–−]")
_NAMES_TOWN = re.compile(
    r"\b(?:near|close|bei|nahe|nähe|pr[eè]s|proche|c[oô]té|cerca|vicino|presso)\b", re.IGNORECASE
)
_NAMES_SOMEBODY = re.compile(
    r"\b(?:with|mit|avec|con|without|not|ohne|nicht|sans|sin|senza)\b", re.IGNORECASE
)
_LEAST_RANKED = 500
"""However few are printed, so that how many are does not change which are first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A search that can be done, and how its results are to be shown."""

    query: Query
    options: SearchOptions
    reading: ParsedQuery
    order: Order
    """What the results are shown by."""
    count: int
    """How many are shown at most."""
    sort: Order | None
    """What order was asked for, by a saved search too; None where none was."""
    stages: int | None
    """The last stage that was asked for; None where none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed."""

    line: str
    options_in_line: tuple[str, ...]
    """Words of the line that look like options, which are read as such before `--` alone."""
    like: tuple[Path, ...]
    unlike: tuple[Path, ...]
    within: Sequence[Path]
    count: int
    stages: int | None
    strategy: StrategyName | None
    rank_by: RankBy
    sort: Order | None
    stacks: bool


def request_for(asked: Asked, settings: Settings) -> SearchRequest:
    """The search that was asked for.

    Raises:
        UsageError: it makes no sense.
    """
    from imagescope_tui.search.ordering import order_for
    from imagescope_tui.search.query_language import parse_query

    reading = parse_query(asked.line, _context(asked.line, settings))
    misplaced = _misplaced(asked.options_in_line)
    if reading.problems:
        raise UsageError("; ".join(reading.problems), misplaced)
    query = _query(reading, asked)
    _expect_pictures((*asked.like, *asked.unlike), settings)
    _expect_folders(asked.within, settings)
    sort = asked.sort or (reading.order if reading.order != "match" else None)
    order = order_for(query, sort or "match")
    if query.is_timeline and order == "match":
        order = "newest"
    options = _options(settings, asked.strategy, asked.stages)
    return SearchRequest(
        query=query,
        options=replace(
            options,
            limit=max(_LEAST_RANKED, asked.count, options.top_k),
            rank_by=asked.rank_by,
            oldest_first=order == "oldest",
            stacks=asked.stacks,
        ),
        reading=replace(reading, hints=tuple(filter(None, (*reading.hints, misplaced)))),
        order=order,
        count=asked.count,
        sort=sort,
        stages=asked.stages,
    )


def _misplaced(options: Sequence[str]) -> str:
    if not options:
        return ""
    return f"{' '.join(map(printable, options))} behind -- is no option: options go before --"


def _context(line: str, settings: Settings) -> LineContext:
    """What the line is read by; without a library, which is told later, by nothing of it."""
    from imagescope_tui.search.query_language import LineContext
    from storage.errors import StorageError

    try:
        with open_library(settings) as library:
            return line_context(line, library)
    except StorageError:
        return LineContext()


def line_context(line: str, library: Library) -> LineContext:
    """What the meaning of a line depends on."""
    from imagescope_tui.config import is_day_first
    from imagescope_tui.search.query_language import LineContext
    from imagescope_tui.search.reading.saved import with_saved_lines
    from indexer.places.lookup import find_town
    from storage.records import LibraryNames

    # Filters and exclusions alone name folders and cameras; to count them all takes a while.
    searches = library.saved_searches.all() if "@" in line else ()
    told = unicodedata.normalize("NFKC", with_saved_lines(line, searches))
    if _NAMES_SOMETHING.search(told):
        names = library.names()
    else:
        points = library.places.points() if _NAMES_TOWN.search(told) else {}
        people = library.people() if _NAMES_SOMEBODY.search(told) else ()
        names = LibraryNames(roots=library.root_names(), place_points=points, people=people)
    return LineContext(
        names=names, is_day_first=is_day_first(), find_town=find_town, searches=searches
    )


def _query(reading: ParsedQuery, asked: Asked) -> Query:
    from imagescope_tui.search.types import Query

    folders = tuple(absolute_path(folder) for folder in asked.within)
    photo_filter = reading.filter
    reference, *others = asked.like or (None,)
    query = Query(
        text=reading.text,
        alternatives=reading.alternatives,
        unwanted=reading.unwanted,
        reference=reference,
        also_like=tuple(path for path in others if path is not None),
        unlike=asked.unlike,
        filter=replace(photo_filter, folders=(*photo_filter.folders, *folders)),
    )
    says_something = reading.unwanted or reading.dropped or not query.filter.is_empty
    if query.is_timeline and not says_something:
        raise UsageError("there is nothing to search for", "say what is in the picture")
    return query


def _expect_pictures(pictures: Iterable[Path], settings: Settings) -> None:
    """A picture to be like must be there, or be a photo of the library that is offline."""
    for picture in pictures:
        if not picture.is_file() and not _is_known(picture, settings):
            raise UsageError(f"there is no picture {picture}", "--like takes an image file")


def _expect_folders(within: Sequence[Path], settings: Settings) -> None:
    """Each must be there, whichever way its letters are written, or be known to the library."""
    from imagescope_tui.search.reading.written import written
    from storage.errors import StorageError
    from storage.records import PhotoFilter

    missing = [folder for folder in within if not _is_there(absolute_path(folder))]
    if not missing:
        return
    # Without a library the folder is what is wrong first.
    with suppress(StorageError), open_library(settings) as library:
        missing = [
            folder
            for folder in missing
            if not library.photos.page(
                PhotoFilter(folders=(absolute_path(folder),)), offset=0, limit=1
            )
        ]
    if missing:
        hint = "--in takes the path of a folder"
        if not str(missing[0]).startswith(("/", "~", "..")):
            [named] = written(PhotoFilter(folder_names=(str(missing[0]),)))
            hint += f"; for a folder called so anywhere write {named}"
        raise UsageError(f"there is no folder {absolute_path(missing[0])}", hint)


def _is_there(folder: Path) -> bool:
    forms = (unicodedata.normalize("NFC", str(folder)), unicodedata.normalize("NFD", str(folder)))
    return any(Path(form).is_dir() for form in (folder, *forms))


def _is_known(picture: Path, settings: Settings) -> bool:
    from storage.errors import StorageError

    try:
        with open_library(settings) as library:
            return library.photos.at(picture) is not None
    except StorageError:
        return False


def _options(
    settings: Settings, strategy: StrategyName | None, stages: int | None
) -> SearchOptions:
    """What was typed, else what is set, else what the strategy is meant to do.

    Raises:
        UsageError: the strategy has no such stage.
    """
    from imagescope_tui.search.strategies import options_for

    options = options_for(
        strategy or cast("StrategyName", settings.strategy),
        stages=stages,
        top_k=settings.top_k if settings.is_set("search.top_k") else None,
        max_judged=settings.max_judged if settings.is_set("search.max_judged") else None,
    )
    expect_stage(options, stages)
    return options
