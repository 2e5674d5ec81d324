"""`imagescope search`: one search, for a person or for a pipe."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
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
from imagescope_tui.cli.terminal import is_shown, is_terminal, put_json, put_line, put_path
from imagescope_tui.cli.tui import ImagesOption
from imagescope_tui.errors import EncoderUnusable, UsageError
from storage.errors import LibraryMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from imagescope_tui.cli.search_found import Found
    from imagescope_tui.cli.search_request import SearchRequest
    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import SearchResult
    from imagescope_tui.wiring import LocalPictures
    from indexer.answers import WhereAnswer
    from storage.library import Library
    from storage.records import PhotoId

Format = Literal["text", "json", "jsonl", "paths"]


@dataclass(frozen=True, slots=True)
class Printing:
    """How the results are printed."""

    form: Format
    nul: bool
    explains: bool
    pictures: bool
    images: str | None
    """How pictures are drawn; None for what is set."""


def search(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]", help="What is in the picture; filters too, see below."),
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(
            "--like",
            metavar="IMAGE",
            help="A picture to be like, or several; - is stdin.",
        ),
    ] = None,
    unlike: Annotated[
        list[str] | None,
        typer.Option("--unlike", metavar="IMAGE", help="A picture not to be like, or several."),
    ] = None,
    within: Annotated[
        list[Path] | None, typer.Option("--in", metavar="FOLDER", help="Only in this folder.")
    ] = None,
    count: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Results at most.")] = 20,
    sort: Annotated[
        Literal["match", "newest", "oldest"] | None,
        typer.Option("--sort", help="Best match first, or by date among what fits."),
    ] = None,
    ungrouped: Annotated[
        bool,
        typer.Option("--no-group", help="Each photo of a burst, and each near-copy, by itself."),
    ] = False,
    stages: Annotated[
        int | None,
        typer.Option(
            "--stages",
            min=1,
            max=3,
            help="1: rank; 2: and check; 3: and compare the best. All that the strategy has.",
        ),
    ] = None,
    strategy: Annotated[
        Literal["imagescope", "ours", "xr", "inquire", "retrieval"] | None,
        typer.Option("--strategy", help="As published, with probabilities, or without models."),
    ] = None,
    rank_by: Annotated[
        Literal["fused", "picture", "words"],
        typer.Option("--rank", help="By picture and words, or by one alone."),
    ] = "fused",
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = "text",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="How the line was read, why each photo was found, and where in it the words are"
            " seen; text and json.",
        ),
    ] = False,
    pictures: Annotated[
        bool, typer.Option("-p", "--pictures", help="Small pictures too, in a terminal.")
    ] = False,
    images: ImagesOption = None,
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
    from imagescope_tui.cli.given_pictures import given_pictures
    from imagescope_tui.cli.search_request import Asked, request_for

    run = begin(
        context, library=library, config=config, quiet=quiet, verbose=verbose, encoder=encoder
    )
    if explain and (nul or form not in ("text", "json")):
        raise UsageError("--explain has no place in this format", "use --format text or json")
    if pictures:
        _expect_place_for_pictures("paths" if nul else form)
    elif images is not None:
        raise UsageError("--images says how -p draws", "add -p")
    with given_pictures(like or [], unlike or []) as (alike, other):
        asked = Asked(
            line=" ".join(query or []),
            options_in_line=_options_among(query or [], context),
            like=alike,
            unlike=other,
            within=within or [],
            count=count,
            stages=stages,
            strategy=strategy,
            rank_by=rank_by,
            sort=sort,
            stacks=not ungrouped,
        )
        request = request_for(asked, run.settings)
        printing = Printing("paths" if nul else form, nul, explain, pictures, images)
        return _answer(run, request, printing)


def _expect_place_for_pictures(form: Format) -> None:
    if form != "text":
        raise UsageError("-p has no place in this format", "use --format text")
    if not is_shown():
        raise UsageError("-p needs a terminal", "leave it out where the output goes elsewhere")


def _options_among(words: Sequence[str], context: typer.Context) -> tuple[str, ...]:
    """The words that would be options of the command if no `--` stood before them."""
    known = {name for param in context.command.params for name in param.opts if name[0] == "-"}
    return tuple(word for word in words if word.partition("=")[0] in known)


def _answer(run: Invocation, request: SearchRequest, printing: Printing) -> int:
    """Search, print what was found, and say what there is to say."""
    import asyncio  # takes a while to import, and no other command needs it

    from imagescope_tui.cli.search_notes import say_costs, say_reading
    from storage.records import PhotoFilter  # with it half of storage, which `--help` needs not

    form, explains = printing.form, printing.explains
    with open_library(run.settings) as reader:
        if not reader.photos.page(PhotoFilter(), offset=0, limit=1):
            raise LibraryMissing("nothing is indexed yet", "imagescope index FOLDER")
        if not run.quiet:
            say_reading(request, is_for_people=form == "text" and not explains)
        shows_progress = form == "text" and not run.quiet and is_terminal()
        with _listener(reader, form, shows_progress=shows_progress) as emit:
            found = asyncio.run(_search(run, request, reader, emit, explains=explains))
        _print(run, found, reader, printing)
        if not run.quiet:
            _say_what_there_is(found, reader, form)
    if run.verbose:
        say_costs(found.result)
    return _status(run, found.result)


def _say_what_there_is(found: Found, library: Library, form: Format) -> None:
    from imagescope_tui.cli.search_notes import (
        say_films_passed,
        say_new_files,
        say_notes,
        say_sections,
        say_unseen,
    )

    say_notes(found)
    if form == "text":
        say_sections(found)
    say_unseen(found.result, library)
    say_films_passed(found.request, library)
    say_new_files(library)


def _status(run: Invocation, result: SearchResult) -> ExitCode:
    """What was found without it is printed; that what was asked for is not there is not hidden."""
    if any(item.lacks_encoder for item in result.degradations):
        return ExitCode.NO_MODEL
    if run.settings.chat and any(item.is_unanswered for item in result.degradations):
        return ExitCode.NO_MODEL
    return ExitCode.DONE if result.ranking else ExitCode.NO_MATCH


async def _search(
    run: Invocation,
    request: SearchRequest,
    library: Library,
    emit: Callable[[SearchEvent], None],
    *,
    explains: bool,
) -> Found:
    """Search, and look for the words in the photos that are shown, where they are asked for."""
    from imagescope_tui.cli.search_found import arranged
    from imagescope_tui.wiring import open_own_engine

    reads_texts_alone = not request.query.is_by_picture and not explains
    opened = open_own_engine(run.settings, reads_texts_alone=reads_texts_alone)
    async with opened as (engine, pictures):
        result = await engine.search(request.query, options=request.options, emit=emit)
        found = arranged(result, request, library)
        if explains:
            found = replace(found, where=await _where(found, pictures))
    return found


async def _where(found: Found, pictures: LocalPictures) -> Mapping[PhotoId, WhereAnswer]:
    from imagescope_tui.search.picture_words import picture_words
    from indexer.answers import WhereAnswer

    words = picture_words(found.result.query.whole_text)
    if not words:
        return {hit.photo.id: WhereAnswer(words=()) for hit in found.hits}
    where: dict[PhotoId, WhereAnswer] = {}
    # Without an encoder the search itself has said so.
    with suppress(EncoderUnusable):
        for hit in found.hits:
            second = hit.candidate.second
            where[hit.photo.id] = await pictures.where(hit.photo.id, words, second)
    return where


@contextmanager
def _listener(
    library: Library, form: Format, *, shows_progress: bool
) -> Iterator[Callable[[SearchEvent], None]]:
    """Who hears the search: the printer of events, a line on the terminal, or nobody."""
    if form == "jsonl":
        from imagescope_tui.search.trace import event_to_json

        yield lambda event: put_json(event_to_json(event, library), indent=None)
    elif shows_progress:
        from imagescope_tui.cli.search_progress import SearchProgress

        with SearchProgress() as progress:
            yield progress.hear
    else:
        yield lambda event: None


def _print(run: Invocation, found: Found, library: Library, printing: Printing) -> None:
    if printing.form == "json":
        _print_json(found, library, explains=printing.explains)
    elif printing.form == "paths":
        for hit in found.hits:
            put_path(str(hit.photo.full_path), nul=printing.nul)
    elif printing.form == "text":
        _print_text(run, found, library, printing)


def _print_json(found: Found, library: Library, *, explains: bool) -> None:
    from imagescope_tui.search.json_form import result_to_json

    request = found.request
    told = result_to_json(
        found.result,
        library,
        limit=request.count,
        ranking=found.ranking,
        order=request.order,
        reading=request.reading,
        where=found.where if explains else None,
    )
    put_json(told)


def _print_text(run: Invocation, found: Found, library: Library, printing: Printing) -> None:
    from imagescope_tui.cli.search_explained import reading_lines
    from imagescope_tui.cli.search_lines import put_lines

    for line in reading_lines(found.request.reading) if printing.explains else ():
        put_line(line)
    sheet = None
    if printing.pictures:
        from imagescope_tui.cli.search_pictures import contact_sheet

        sheet = contact_sheet(found, run.settings, printing.images)
    put_lines(found, library, explains=printing.explains, sheet=sheet)
