"""`imagescope status`: what the library holds, and what it could not read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    begin,
    open_library,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import put_json, put_line
from imagescope_tui.counting import counted
from imagescope_tui.films_passed import films_passed_words
from storage.safe_text import printable

if TYPE_CHECKING:
    from imagescope_tui.config import Settings
    from indexer.pauses import PauseReason
    from storage.library import Library
    from storage.records import Failure, OriginCount, Root

_PAGE = 1_000


def status(
    context: typer.Context,
    failures: Annotated[
        bool, typer.Option("--failures", help="List each failed file with its reason.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Show what the library holds."""
    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    with open_library(run.settings) as reader:
        report = _report(reader) | {"paused": _pause_reason(run.settings)}
        if failures:
            report["failures"] = [_failure(item) for item in _all_failures(reader)]
    if as_json:
        put_json(report)
    else:
        _print(report)
    return ExitCode.DONE


def _report(library: Library) -> dict[str, Any]:
    from storage.records import PhotoFilter  # with it half of storage, which `--help` needs not

    counts = library.counts()
    encoder_id = library.settings.get("encoder_id")
    degraded = json.loads(library.settings.get("watch") or "{}")
    per_root = library.photos.count_by_root()
    return {
        "library": str(library.folder),
        "photos": counts.photos,
        "companions": library.companions.count(),
        "embedded": counts.embedded,
        "captioned": counts.captioned,
        "text_read": counts.text_read,
        "failed": counts.failed,
        "offline": counts.offline,
        "pending": counts.pending,
        "deleted": counts.deleted,
        "roots": [
            _root(library, root, per_root.get(root.id, 0), degraded) for root in library.roots.all()
        ],
        "captions": [_origin(item) for item in library.captions.count_by_origin()],
        "encoder": encoder_id,
        "index": library.index_kind(encoder_id),
        "favourites": library.photos.count(PhotoFilter(traits=("favourite",))),
        "searches": [
            {"name": search.name, "query": search.line, "sort": search.order}
            for search in library.saved_searches.all()
        ],
        "videos_passed_over": library.passed_over.count(),
        "revision": library.revision,
    }


def _pause_reason(settings: Settings) -> PauseReason | None:
    """Why whoever indexes this library now waits, or would."""
    from indexer.pauses import Pauses  # asks the system, which takes a while to import

    return Pauses(settings.library, spare_battery=settings.on_battery == "pause").reason


_PAUSES: dict[PauseReason, str] = {
    "asked": "paused; imagescope resume goes on",
    "battery": "paused: on battery, except by a plain imagescope index (on_battery = run goes on)",
}


def _origin(item: OriginCount) -> dict[str, Any]:
    return {
        "model": item.origin.model_id,
        "prompt": item.origin.prompt_id,
        "pictures": item.captions,
        "in_use": item.is_active,
    }


def _root(library: Library, root: Root, photos: int, degraded: dict[str, str]) -> dict[str, Any]:
    return {
        "path": str(root.path),
        "offline": root.offline_since is not None,
        "photos": photos,
        "not_watched": degraded.get(str(root.path)),
        "unreadable_folders": list(library.roots.unreadable(root.id)),
    }


def _all_failures(library: Library) -> list[Failure]:
    found: list[Failure] = []
    while page := library.failures.page(offset=len(found), limit=_PAGE):
        found.extend(page)
    return found


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "path": str(failure.path),
        "step": failure.step,
        "reason": failure.reason,
        "attempts": failure.attempts,
        "retry_after": failure.retry_after,
    }


def _print(report: dict[str, Any]) -> None:
    put_line(f"library   {printable(report['library'])}")
    beside = f", with {counted(report['companions'], 'companion')}" if report["companions"] else ""
    put_line(f"photos    {report['photos']:,}{beside}")
    for key in ("embedded", "captioned", "text_read", "pending", "failed", "offline", "deleted"):
        if report[key] or key == "embedded":
            put_line(f"{key.replace('_', ' '):<9} {report[key]:,}")
    for line in _caption_lines(report):
        put_line(line)
    put_line(f"encoder   {printable(report['encoder'] or 'none yet')}")
    index = report["index"]
    put_line(f"index     {index['kind']}, {index['rows']:,} vectors")
    if report["paused"]:
        put_line(f"indexing  {_PAUSES[report['paused']]}")
    for root in report["roots"]:
        put_line(_root_line(root))
        for folder in root["unreadable_folders"]:
            put_line(f"            cannot be read: {printable(folder)}")
    for line in _own_lines(report):
        put_line(line)
    if passed := films_passed_words(report["videos_passed_over"]):
        put_line(f"videos    {passed}")
    for failure in report.get("failures", ()):
        put_line(f"failed    {printable(failure['path'])}: {failure['step']}: {failure['reason']}")


def _own_lines(report: dict[str, Any]) -> list[str]:
    """What the reader has said: how many photos they like best, and the searches they keep."""
    lines = [f"favourite {report['favourites']:,}"] if report["favourites"] else []
    searches = (f"@{search['name']}: {search['query']}" for search in report["searches"])
    return [*lines, *(f"search    {printable(search)}" for search in searches)]


def _caption_lines(report: dict[str, Any]) -> list[str]:
    """Whose captions are shown for which share of the photos, and which set is being made."""
    lines = []
    for item in report["captions"]:
        model = printable(item["model"])
        if item["in_use"]:
            share = report["captioned"] / max(1, report["photos"])
            lines.append(f"captions  by {model}, {share:.0%} of the photos")
        else:
            lines.append(f"          another set by {model}: {item['pictures']:,} pictures")
    return lines


def _root_line(root: dict[str, Any]) -> str:
    notes = ["offline"] if root["offline"] else []
    if root["not_watched"]:
        notes.append(f"not watched: {printable(root['not_watched'])}")
    told = f" ({'; '.join(notes)})" if notes else ""
    return f"folder    {printable(root['path'])}: {root['photos']:,} photos{told}"
