"""`imagescope search`: one search, for a person or for a pipe."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    EncoderOption,
    Invocation,
    LibraryOption,
    QuietOption,
    VerboseOption,
    begin,
    open_library,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import put_json, put_line, put_path, say
from imagescope_tui.errors import UsageError
from storage.errors import LibraryMissing
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Query, SearchOptions, SearchResult
    from storage.library import Library

Format = Literal["text", "json", "jsonl", "paths"]

_NO_SERVER = "no model server is set up"


def search(
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="[QUERY]", help="What is in the picture; filters too.")
    ] = "",
    like: Annotated[
        Path | None, typer.Option("--like", metavar="IMAGE", help="A picture to be like.")
    ] = None,
    within: Annotated[
        list[Path] | None, typer.Option("--in", metavar="FOLDER", help="Only in this folder.")
    ] = None,
    count: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Results at most.")] = 20,
    stages: Annotated[int, typer.Option("--stages", min=1, max=3, help="How deep to search.")] = 1,
    strategy: Annotated[
        Literal["imagescope"], typer.Option("--strategy", help="How the stages work.")
    ] = "imagescope",
    rank_by: Annotated[
        Literal["fused", "picture", "words"],
        typer.Option("--rank", help="By picture and words, or by one alone."),
    ] = "fused",
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = "text",
    nul: Annotated[
        bool, typer.Option("-0", "--print0", help="Paths, each ended by a NUL byte.")
    ] = False,
    encoder: EncoderOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Find photos by what is in them, by name, place in the folders, date, or likeness."""
    from imagescope_tui.search.types import SearchOptions

    run = begin(
        context, library=library, config=config, quiet=quiet, verbose=verbose, encoder=encoder
    )
    asked = _query(query, like, within or [])
    _expect_reference(asked, run)
    options = SearchOptions(limit=count, rank_by=rank_by)
    with open_library(run.settings) as reader:
        if not reader.counts().photos:
            raise LibraryMissing("nothing is indexed yet", "imagescope index FOLDER")
        emit = _event_printer(reader) if form == "jsonl" else _ignore
        import asyncio  # takes a while to import, and no other command needs it

        result = asyncio.run(_search(run, asked, options, emit))
        result = _with_missing_stages(result, stages)
        _print(result, reader, strategy, "paths" if nul else form, nul=nul)
    if not run.quiet:
        _say_notes(result)
    return ExitCode.DONE if result.ranking else ExitCode.NO_MATCH


def _query(line: str, like: Path | None, within: list[Path]) -> Query:
    from imagescope_tui.search.query_language import parse_query
    from imagescope_tui.search.types import Query

    parsed = parse_query(line)
    if parsed.problems:
        raise UsageError(parsed.problems[0])
    folders = tuple(_absolute(folder) for folder in within)
    for folder in folders:
        if not folder.is_dir() and folder.parent.is_dir():
            raise UsageError(f"there is no folder {folder}", "--in takes the path of a folder")
    if like is None and not parsed.text and parsed.filter.is_empty and not folders:
        raise UsageError("there is nothing to search for", "say what is in the picture")
    photo_filter = replace(parsed.filter, folders=(*parsed.filter.folders, *folders))
    reference = _absolute(like) if like is not None else None
    return Query(text=parsed.text, reference=reference, filter=photo_filter)


def _expect_reference(query: Query, run: Invocation) -> None:
    """A picture to be like must be there, or be a photo of the library that is offline."""
    from storage.errors import StorageError

    if query.reference is None or query.reference.is_file():
        return
    try:
        with open_library(run.settings) as library:
            is_known = library.photos.at(query.reference) is not None
    except StorageError:
        is_known = False
    if not is_known:
        raise UsageError(f"there is no picture {query.reference}", "--like takes an image file")


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - keeps symlinked roots


async def _search(
    run: Invocation,
    query: Query,
    options: SearchOptions,
    emit: Callable[[SearchEvent], None],
) -> SearchResult:
    from imagescope_tui.search.engine import SearchEngine
    from imagescope_tui.wiring import LibraryWords, LocalPictures, load_checked_encoder

    folder = run.settings.library
    words = LibraryWords(folder)
    pictures = LocalPictures(folder, lambda: load_checked_encoder(run.settings))
    try:
        return await SearchEngine(pictures, words).search(query, options=options, emit=emit)
    finally:
        pictures.close()
        words.close()


def _ignore(_event: SearchEvent) -> None:
    return None


def _event_printer(library: Library) -> Callable[[SearchEvent], None]:
    from imagescope_tui.search.json_form import event_to_json

    return lambda event: put_json(event_to_json(event, library), indent=None)


def _with_missing_stages(result: SearchResult, stages: int) -> SearchResult:
    from imagescope_tui.search.types import Degradation

    missing = tuple(
        Degradation(stage=stage, reason=_NO_SERVER, fallback="the ranking of stage 1 stands")
        for stage in range(2, stages + 1)
    )
    return replace(result, degradations=(*result.degradations, *missing))


def _print(
    result: SearchResult, library: Library, strategy: str, form: Format, *, nul: bool
) -> None:
    from imagescope_tui.search.json_form import found_photos, result_to_json

    if form == "json":
        put_json(result_to_json(result, library, strategy))
    elif form == "paths":
        for photo in found_photos(result, library):
            put_path(str(photo.full_path), nul=nul)
    elif form == "text":
        for place, (candidate, photo) in enumerate(
            zip(result.ranking, found_photos(result, library), strict=False), start=1
        ):
            offline = "  (offline)" if photo.offline_since is not None else ""
            path = printable(str(photo.full_path))
            put_line(f"{place:>4}  {candidate.score:.4f}  {path}{offline}")


def _say_notes(result: SearchResult) -> None:
    for degradation in result.degradations:
        say(f"note: stage {degradation.stage}: {degradation.reason}; {degradation.fallback}")
    if result.words_unknown:
        say(f"note: not known here: {', '.join(result.words_unknown)}")
    if not result.ranking:
        say("no match")
