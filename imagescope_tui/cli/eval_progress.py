"""What `imagescope eval` shows while it runs: bars with the time left, or a few lines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from imagescope_tui.cli.terminal import console, is_terminal, say
from indexer.events import (
    CaptionerUnavailable,
    CaptionProgress,
    EncoderReady,
    IndexProgress,
    IndexUpToDate,
)
from storage.safe_text import printable

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import TaskID

    from imagescope_tui.evaluation.runs.runner import StepProgress
    from imagescope_tui.search.types import Step
    from indexer.events import IndexEvent

_STEPS: Final[dict[Step, str]] = {
    "read": "reading the queries",
    "ask": "writing questions",
    "retrieve": "ranking the photos",
    "verify": "checking the best",
    "judge": "comparing the first",
}


class EvalListener:
    """A line for each thing that was begun or done; the base of the other."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._told: set[str] = set()
        self._began = 0.0

    def __enter__(self) -> EvalListener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def indexing(self, event: IndexEvent) -> None:
        """The photos are being brought into the gallery."""
        match event:
            case EncoderReady():
                self.note(f"encoder: {event.encoder_id}")
            case CaptionerUnavailable():
                self.note(f"captions have to wait: {event.reason}")
            case IndexUpToDate():
                self.note(f"gallery: {event.photos:,} photos")

    def step(self, progress: StepProgress) -> None:
        """The queries go through a step."""
        if progress.done == progress.resumed:
            self._began = time.monotonic()
            self._begin_step(progress)
        if progress.done == progress.total:
            self._end_step(progress)

    def _begin_step(self, progress: StepProgress) -> None:
        self.note(_step_line(progress))

    def _end_step(self, progress: StepProgress) -> None:
        if progress.failed:
            self.note(f"{progress.failed:,} queries could not be run; they score zero")

    def note(self, text: str) -> None:
        """One line, once."""
        if not self._quiet and text not in self._told:
            self._told.add(text)
            self.tell(text)

    def tell(self, line: str) -> None:
        """Show one line."""
        say(line)


class BarListener(EvalListener):
    """Bars with rate and time left, on a terminal; what is done leaves one line."""

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
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=console(),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> EvalListener:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def indexing(self, event: IndexEvent) -> None:
        """The photos are being brought into the gallery."""
        super().indexing(event)
        if isinstance(event, IndexProgress):
            self._show("embedding the photos", event.done, event.total)
        elif isinstance(event, CaptionProgress):
            self._show("captioning the photos", event.done, event.total)

    def step(self, progress: StepProgress) -> None:
        """The queries go through a step."""
        super().step(progress)
        if progress.done < progress.total:
            self._show(_title(progress), progress.done, progress.total)

    def _begin_step(self, progress: StepProgress) -> None:
        for task in self._tasks.values():
            self._progress.remove_task(task)
        self._tasks.clear()

    def _end_step(self, progress: StepProgress) -> None:
        if progress.done > progress.resumed:
            seconds = time.monotonic() - self._began
            self.note(f"{_title(progress)}: {progress.total:,} queries in {_duration(seconds)}")
        super()._end_step(progress)

    def tell(self, line: str) -> None:
        """Show one line above the bars."""
        self._progress.console.print(printable(line))

    def _show(self, title: str, done: int, total: int) -> None:
        if title not in self._tasks:
            # What was done before tells nothing about the pace.
            self._tasks[title] = self._progress.add_task(title, total=total, completed=done)
        self._progress.update(self._tasks[title], completed=done, total=total)


def listener(*, quiet: bool) -> EvalListener:
    """Bars on a terminal, else lines, or nothing."""
    return BarListener() if is_terminal() and not quiet else EvalListener(quiet=quiet)


def _title(progress: StepProgress) -> str:
    return f"{progress.place}/{progress.steps} {_STEPS[progress.step]}"


def _step_line(progress: StepProgress) -> str:
    before = f", {progress.resumed:,} done before" if progress.resumed else ""
    return f"{_title(progress)}: {progress.total:,} queries{before}"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
