"""`imagescope serve`: a local vLLM that the other commands find."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from imagescope_tui.cli.common import (
    ConfigOption,
    Invocation,
    LibraryOption,
    QuietOption,
    VerboseOption,
    begin,
)
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import put_json, put_line, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from imagescope_tui.model_server import ServerWishes
    from indexer.models.vllm_order import EndNotice
    from indexer.models.vllm_server import RunningServer


def serve(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="NAME", help="A name from `models list`, or a folder of weights."
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any free one.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the server that runs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON when it is ready.")] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Run a local vision-language model until Ctrl-C; the other commands find it."""
    from imagescope_tui.model_server import wishes_of

    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    if stop:
        return _stop(run)
    wishes = wishes_of(run.settings, model=model, port=port)
    try:
        with _termination_as_interrupt():
            return _serve(run, wishes, as_json=as_json)
    except KeyboardInterrupt:
        # Ctrl-C is how serving ends.
        _note(run, "the model server is stopped")
        return ExitCode.DONE


def _stop(run: Invocation) -> int:
    from imagescope_tui.config import server_folder
    from indexer.models.vllm_server import stop_running

    stopped = stop_running(server_folder())
    _note(run, "the model server is stopped" if stopped else "no model server runs")
    return ExitCode.DONE


def _serve(run: Invocation, wishes: ServerWishes, *, as_json: bool) -> int:
    from imagescope_tui.config import server_folder
    from imagescope_tui.model_server import order_for
    from indexer.models.vllm_server import VllmServer, find_running

    running = find_running(server_folder())
    if running is not None:
        _expect_same(running, wishes)
        _note(run, f"a model server runs already, with {running.model}")
        _put(running, as_json=as_json)
        return ExitCode.DONE
    server = VllmServer(order_for(wishes))
    try:
        _put(server.start(lambda told: _note(run, told)), as_json=as_json)
        notice = server.wait()
    finally:
        server.stop()
    return _farewell(run, notice, wishes)


def _expect_same(running: RunningServer, wishes: ServerWishes) -> None:
    from indexer.models.vllm_models import local_model
    from indexer.models.vllm_server import ServerBusy

    if wishes.model is None:
        return
    if str(local_model(wishes.model, wishes.models_folder).folder) != running.source:
        raise ServerBusy(
            f"a server runs already, with {running.model}", "imagescope serve --stop ends it"
        )


def _farewell(run: Invocation, notice: EndNotice | None, wishes: ServerWishes) -> int:
    from imagescope_tui.config import server_folder
    from indexer.models.protocols import ModelUnusable
    from indexer.models.vllm_log import read_tail, reason_of
    from indexer.models.vllm_state import LOG_NAME

    match notice.reason if notice else "lost":
        case "idle":
            _note(
                run,
                f"nobody asked anything for {wishes.idle_minutes:g} minutes: the model server is"
                " stopped, the GPU is free (lmm.idle_minutes = 0 keeps it)",
            )
        case "asked" | "closed":
            _note(run, "the model server is stopped")
        case "lost":
            raise ModelUnusable("the model server was killed", "start it again")
        case _:
            log = server_folder() / LOG_NAME
            reason = reason_of(read_tail(log))
            raise ModelUnusable(
                f"the model server ended by itself: {reason.told}",
                reason.hint or f"its log is {log}",
            )
    return ExitCode.DONE


def _put(running: RunningServer, *, as_json: bool) -> None:
    if as_json:
        put_json({"url": running.url, "model": running.model}, indent=None)
    else:
        put_line(running.url)


def _note(run: Invocation, told: str) -> None:
    if not run.quiet:
        say(told)


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """A service manager's SIGTERM, or a terminal that closes, ends serving as cleanly as Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # Under nohup the terminal's end is ignored, and shall be.
    numbers = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
