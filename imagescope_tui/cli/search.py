"""`imagescope search`: one search, for a person or for a pipe."""

from __future__ import annotations

import time
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    EncoderOption,
    Invocation,
    LibraryOption,
    QuietOption,
    VerboseOption,
    absolute_path,
    begin,
    expect_stage,
    open_library,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import is_terminal, put_json, put_line, put_path, say
from imagescope_tui.counting import clock, counted, percent
from imagescope_tui.errors import EncoderUnusable, UsageError
from storage.errors import LibraryMissing
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from imagescope_tui.config import Settings
    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import (
        Candidate,
        Query,
        SearchOptions,
        SearchResult,
        StrategyName,
    )
    from imagescope_tui.wiring import LocalPictures
    from indexer.answers import WhereAnswer
    from storage.library import Library
    from storage.records import Photo, PhotoId

Format = Literal["text", "json", "jsonl", "paths"]

_BEFORE_PATH = 6
"""Cells of a result's number, and the gap behind it."""
_MISSING = {1: "searched by your words alone", 2: "nothing checked", 3: "nothing compared"}


def search(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]", help="What is in the picture; filters too."),
    ] = None,
    like: Annotated[
        Path | None, typer.Option("--like", metavar="IMAGE", help="A picture to be like.")
    ] = None,
    within: Annotated[
        list[Path] | None, typer.Option("--in", metavar="FOLDER", help="Only in this folder.")
    ] = None,
    count: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Results at most.")] = 20,
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
        typer.Option("--explain", help="Where in each photo the words are seen; text and json."),
    ] = False,
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
    run = begin(
        context, library=library, config=config, quiet=quiet, verbose=verbose, encoder=encoder
    )
    if explain and (nul or form not in ("text", "json")):
        raise UsageError("--explain has no place in this format", "use --format text or json")
    asked = _query(" ".join(query or []), like, within or [])
    _expect_reference(asked, run)
    _expect_folders(within or [], run)
    options = _options(run.settings, strategy, stages)
    options = replace(options, limit=max(count, options.top_k), rank_by=rank_by)
    from storage.records import PhotoFilter  # with it half of storage, which `--help` needs not

    with open_library(run.settings) as reader:
        if not reader.photos.page(PhotoFilter(), offset=0, limit=1):
            raise LibraryMissing("nothing is indexed yet", "imagescope index FOLDER")
        shows_progress = form == "text" and not run.quiet and is_terminal()
        with _listener(reader, form, shows_progress=shows_progress) as emit:
            import asyncio  # takes a while to import, and no other command needs it

            explained = count if explain else 0
            found = asyncio.run(_search(run, asked, options, emit, explained=explained))
        result = found.result
        _print(found, reader, "paths" if nul else form, limit=count, nul=nul)
        if not run.quiet:
            _say_notes(result)
            _say_unseen(result, reader)
    if run.verbose:
        _say_costs(result)
    # What was found without it is printed; that what was asked for is not there is not hidden.
    if any(item.lacks_encoder for item in result.degradations):
        return ExitCode.NO_MODEL
    if run.settings.chat and any(item.is_unanswered for item in result.degradations):
        return ExitCode.NO_MODEL
    return ExitCode.DONE if result.ranking else ExitCode.NO_MATCH


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


def _query(line: str, like: Path | None, within: list[Path]) -> Query:
    from imagescope_tui.search.query_language import parse_query
    from imagescope_tui.search.types import Query

    parsed = parse_query(line)
    if parsed.problems:
        raise UsageError(parsed.problems[0])
    folders = tuple(absolute_path(folder) for folder in within)
    if like is None and not parsed.text and parsed.filter.is_empty and not folders:
        raise UsageError("there is nothing to search for", "say what is in the picture")
    photo_filter = replace(parsed.filter, folders=(*parsed.filter.folders, *folders))
    reference = absolute_path(like) if like is not None else None
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


def _expect_folders(within: list[Path], run: Invocation) -> None:
    """Each must be there, whichever way its letters are written, or be known to the library."""
    from storage.errors import StorageError
    from storage.records import PhotoFilter

    missing = [folder for folder in map(absolute_path, within) if not _is_there(folder)]
    if not missing:
        return
    # Without a library the folder is what is wrong first.
    with suppress(StorageError), open_library(run.settings) as library:
        missing = [
            folder
            for folder in missing
            if not library.photos.page(PhotoFilter(folders=(folder,)), offset=0, limit=1)
        ]
    if missing:
        raise UsageError(f"there is no folder {missing[0]}", "--in takes the path of a folder")


def _is_there(folder: Path) -> bool:
    forms = (unicodedata.normalize("NFC", str(folder)), unicodedata.normalize("NFD", str(folder)))
    return any(Path(form).is_dir() for form in (folder, *forms))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A search's result, and where in its first photos the words are seen; None: not asked."""

    result: SearchResult
    where: Mapping[PhotoId, WhereAnswer] | None = None


async def _search(
    run: Invocation,
    query: Query,
    options: SearchOptions,
    emit: Callable[[SearchEvent], None],
    *,
    explained: int,
) -> _Found:
    """Search, and look for the words in so many of the photos that are found."""
    from imagescope_tui.wiring import open_own_engine

    reads_texts_alone = query.reference is None and not explained
    opened = open_own_engine(run.settings, reads_texts_alone=reads_texts_alone)
    async with opened as (engine, pictures):
        result = await engine.search(query, options=options, emit=emit)
        where = await _explain(result, pictures, limit=explained) if explained else None
    return _Found(result=result, where=where)


async def _explain(
    result: SearchResult, pictures: LocalPictures, *, limit: int
) -> Mapping[PhotoId, WhereAnswer]:
    from imagescope_tui.search.picture_words import picture_words
    from indexer.answers import WhereAnswer

    words = picture_words(result.query.whole_text)
    photos = result.ranking[:limit]
    if not words:
        return {found.photo_id: WhereAnswer(words=()) for found in photos}
    where: dict[PhotoId, WhereAnswer] = {}
    # Without an encoder the search itself has said so.
    with suppress(EncoderUnusable):
        for found in photos:
            where[found.photo_id] = await pictures.where(found.photo_id, words, found.second)
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


def _print(found: _Found, library: Library, form: Format, *, limit: int, nul: bool) -> None:
    from imagescope_tui.search.json_form import found_photos, result_to_json

    if form == "json":
        put_json(result_to_json(found.result, library, limit=limit, where=found.where))
    elif form == "paths":
        for photo in found_photos(found.result, library)[:limit]:
            put_path(str(photo.full_path), nul=nul)
    elif form == "text":
        _print_lines(found, found_photos(found.result, library)[:limit], library)


def _print_lines(found: _Found, photos: Sequence[Photo], library: Library) -> None:
    candidates = {candidate.photo_id: candidate for candidate in found.result.ranking}
    companions = library.companions.of([photo.id for photo in photos])
    for place, photo in enumerate(photos, start=1):
        candidate = candidates[photo.id]
        path = printable(str(photo.full_path))
        beside = _beside(companions.get(photo.id, ()))
        marks = _marks(found.result, candidate, photo)
        put_line(f"{place:>4}  {marks}{path}{beside}{_moment(candidate)}")
        if found.where is not None:
            put_line(" " * _BEFORE_PATH + _where(found.where.get(photo.id)))


def _where(answer: WhereAnswer | None) -> str:
    """Where in a photo the words are seen, or why nobody can tell."""
    from imagescope_tui.search.where_words import where_words

    if answer is None or answer.words is None:
        return printable(answer.problem if answer else "") or "this encoder cannot tell where"
    if not answer.words:
        return "no words were looked for"
    return " · ".join(printable(where_words(word)) for word in answer.words)


def _beside(companions: tuple[Path, ...]) -> str:
    """The files that are one item with the photo: its RAW, its few seconds."""
    return "".join(f" + {printable(path.name)}" for path in companions)


def _moment(found: Candidate) -> str:
    """Where in a moving picture the match is."""
    return "" if found.second is None else f" at {clock(found.second)}"


def _marks(result: SearchResult, found: Candidate, photo: Photo) -> str:
    """The score where there is one, what the models said, and whether the photo is there."""
    # Once models have changed the order, the score of stage 1 says nothing about it.
    score = f"{found.score:7.4f}  " if found.score and len(result.rankings) == 1 else ""
    offline = "(offline) " if photo.offline_since is not None else ""
    return f"{score}{_answers(result, photo)}{offline}"


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


def _say_costs(result: SearchResult) -> None:
    for stage, cost in result.costs.items():
        calls = ", ".join(f"{role} {count}" for role, count in cost.model_calls.items())
        say(f"stage {stage}: {cost.seconds:.2f} s" + (f", asked: {calls}" if calls else ""))


def _say_notes(result: SearchResult) -> None:
    from imagescope_tui.search.grouping import nothing_fits

    by_reason: dict[tuple[str, str], list[int]] = {}
    for item in result.degradations:
        by_reason.setdefault((item.reason, item.hint), []).append(item.stage)
    for (reason, hint), stages in by_reason.items():
        missing = ", ".join(_MISSING[stage] for stage in dict.fromkeys(stages))
        say(printable(f"note: {missing}: {reason}" + (f" ({hint})" if hint else "")))
    if result.words_unknown:
        say(f"note: not known here: {', '.join(result.words_unknown)}")
    if not result.ranking:
        say("no match")
    elif nothing_fits(result.ranking, result.verifications):
        best = max(item.chance or 0.0 for item in result.ranking)
        say(f"note: nothing fits well; the likeliest with a chance of {percent(best)}")


def _say_unseen(result: SearchResult, library: Library) -> None:
    """How far a library is whose photos were embedded by another encoder before."""
    if result.encoder_id is None:
        return
    counts = library.vectors.count_by_encoder()
    seen = counts.get(result.encoder_id, 0)
    # Asked second: it looks at every photo.
    if seen < max(counts.values(), default=0):
        waiting = library.contents.count_work(result.encoder_id, now=time.time())
        if waiting:
            say(
                f"note: this encoder has seen {counted(seen, 'photo')} so far, {waiting:,} more"
                " are found by words alone until imagescope index is through"
            )
