"""What `imagescope index` shows: a progress bar, a few lines, or every event as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import console, put_line, say
from imagescope_tui.counting import counted
from imagescope_tui.films_passed import films_passed_words
from indexer.events import (
    CaptionerReady,
    CaptionerUnavailable,
    CaptionProgress,
    EncoderReady,
    EncoderUnavailable,
    IgnoreLineOdd,
    IndexerStarted,
    IndexHalted,
    IndexPaused,
    IndexProgress,
    IndexResumed,
    IndexUpToDate,
    RootMoved,
    RootOffline,
    ScanFinished,
    TextProgress,
    TextReaderUnavailable,
    WatchDegraded,
    encode_event,
)
from storage.safe_text import printable

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID

    from indexer.events import IndexEvent


class Report(Protocol):
    """Takes events, and says at the end how it went."""

    status: int
    """The child's exit status."""

    def take(self, event: IndexEvent) -> None:
        """One event of the run."""

    def summarize(self) -> None:
        """Say how it went."""

    @property
    def exit_code(self) -> ExitCode:
        """What the command returns."""

    def __enter__(self) -> Report: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class PlainReport:
    """A few lines on stderr; the base of the others."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.status = 0
        self._quiet = quiet
        self._up_to_date: IndexUpToDate | None = None
        self._halted: IndexHalted | None = None
        self._unavailable: EncoderUnavailable | None = None
        self._no_captioner: CaptionerUnavailable | None = None

    def __enter__(self) -> Report:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def take(self, event: IndexEvent) -> None:
        """One event of the run."""
        match event:
            case IndexUpToDate():
                self._up_to_date = event
            case IndexHalted():
                self._halted = event
            case EncoderUnavailable():
                self._unavailable = event
            case CaptionerReady():
                self._no_captioner = None
            case CaptionerUnavailable():
                self._no_captioner = event
        if not self._quiet and (line := event_line(event)):
            self.tell(line)

    def tell(self, line: str) -> None:
        """Show one line."""
        say(line)

    def summarize(self) -> None:
        """Say how it went."""
        if self._unavailable is not None and self.status in (ExitCode.NO_MODEL, ExitCode.USAGE):
            _say_error(self._unavailable.reason, self._unavailable.hint)
        elif self._halted is not None:
            _say_error(self._halted.reason, self._halted.hint)
        elif self.status < 0:
            _say_error("the indexer was killed", "run imagescope index again; nothing is lost")
        elif self._up_to_date is not None:
            if not self._quiet:
                say(summary_line(self._up_to_date))
                if passed := films_passed_words(self._up_to_date.films_passed):
                    say(passed)
            if self.status == ExitCode.NO_MODEL and self._no_captioner is not None:
                _say_error(
                    f"photos are left without a caption: {self._no_captioner.reason}",
                    self._no_captioner.hint,
                )
        elif self._up_to_date is None and self.status not in (0, None):
            _say_error("the indexer ended unexpectedly", "see indexer.log in the library's folder")

    @property
    def exit_code(self) -> ExitCode:
        """What the command returns."""
        if self.status == ExitCode.NO_MODEL:
            return ExitCode.NO_MODEL
        if self._halted is not None or self.status != 0:
            return ExitCode.USAGE
        if self._up_to_date is not None and self._up_to_date.failed:
            return ExitCode.SOME_FAILED
        return ExitCode.DONE


class EventPrinter(PlainReport):
    """Every event as one line of JSON on stdout."""

    def __init__(self) -> None:
        super().__init__(quiet=True)

    def take(self, event: IndexEvent) -> None:
        """One event of the run."""
        super().take(event)
        put_line(encode_event(event))


class ProgressReport(PlainReport):
    """A progress bar with rate and time left, on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            TimeRemainingColumn(),
            console=console(),
            transient=True,
        )
        self._captions: TaskID | None = None
        self._texts: TaskID | None = None
        self._task = self._progress.add_task("looking", total=None, pace="")

    def __enter__(self) -> Report:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def take(self, event: IndexEvent) -> None:
        """One event of the run."""
        super().take(event)
        if isinstance(event, IndexProgress):
            self._progress.update(
                self._task,
                description="paused" if event.paused else "indexing",
                completed=event.done,
                total=event.total,
                pace=f"{event.photos_per_second:,.0f}/s" if event.photos_per_second else "",
            )
        elif isinstance(event, CaptionProgress):
            self._take_captions(event)
        elif isinstance(event, TextProgress):
            self._take_texts(event)

    def _take_captions(self, event: CaptionProgress) -> None:
        if self._captions is None:
            self._captions = self._progress.add_task("captions", total=None, pace="")
        self._progress.update(
            self._captions,
            description="captions paused" if event.paused else "captions",
            completed=event.done,
            total=event.total,
            pace=f"{event.captions_per_second:,.1f}/s" if event.captions_per_second else "",
        )

    def _take_texts(self, event: TextProgress) -> None:
        if self._texts is None:
            self._texts = self._progress.add_task("reading text", total=None, pace="")
        self._progress.update(
            self._texts,
            completed=event.done,
            total=event.total,
            pace=f"{event.photos_per_second:,.0f}/s" if event.photos_per_second else "",
        )

    def tell(self, line: str) -> None:
        """Show one line above the bar."""
        self._progress.console.print(printable(line))


def event_line(event: IndexEvent) -> str:
    """An event worth a line, for a person; empty for the others."""
    match event:
        case IndexerStarted(indexing=False):
            return event.holder
        case EncoderReady():
            return f"encoder: {event.encoder_id}"
        case CaptionerReady():
            return f"captions: {event.model}"
        case CaptionerUnavailable():
            return f"captions have to wait: {event.reason}" + (
                f" — {event.hint}" if event.hint else ""
            )
        case TextReaderUnavailable():
            return f"text in photos is not read: {event.reason}" + (
                f" — {event.hint}" if event.hint else ""
            )
        case IndexPaused():
            return _pause_words(event)
        case IndexResumed():
            return "indexing goes on"
    return _folder_line(event)


def _folder_line(event: IndexEvent) -> str:
    match event:
        case ScanFinished():
            return f"{event.root}: {_scan_words(event)}"
        case IgnoreLineOdd():
            return f"{event.path}, line {event.line}, “{event.text}”: {event.reason}"
        case RootOffline():
            return (
                f"{event.root} is offline: {event.reason};"
                f" its {event.photos:,} photos stay and are still found"
            )
        case RootMoved():
            return f"{event.before} is now {event.root}: {counted(event.photos, 'photo')} kept"
        case WatchDegraded():
            return (
                f"{event.root} cannot be watched: {event.reason};"
                f" it is scanned every {event.seconds_between_scans:.0f} s"
            )
    return ""


def _pause_words(event: IndexPaused) -> str:
    if event.reason == "battery":
        return "paused while the computer runs on its battery; on_battery = run goes on"
    return "indexing is paused: imagescope resume goes on"


def _scan_words(event: ScanFinished) -> str:
    counts = [
        (event.added, "new"),
        (event.modified, "changed"),
        (event.moved, "moved"),
        (event.deleted, "deleted"),
    ]
    parts = [f"{count:,} {word}" for count, word in counts if count]
    if event.sidecars:
        parts.append(counted(event.sidecars, "sidecar"))
    told = ", ".join(parts)
    return f"{counted(event.photos, 'photo')}, {told or 'nothing new'}"


def summary_line(event: IndexUpToDate) -> str:
    """The last line of a run that came to its end."""
    failed = f"; {event.failed:,} failed: imagescope status --failures" if event.failed else ""
    return f"up to date: {event.photos:,} photos in {event.seconds:,.1f} s{failed}"


def _say_error(reason: str, hint: str) -> None:
    say(f"imagescope: {reason}" + (f" — {hint}" if hint else ""))
