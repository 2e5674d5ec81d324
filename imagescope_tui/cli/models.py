"""`imagescope models`: what there is, what is here, and the one command that downloads."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

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
from imagescope_tui.cli.terminal import console, is_terminal, put_json, put_line, say

if TYPE_CHECKING:
    from indexer.models.catalog import ModelState
    from indexer.models.vllm_models import VisionModelState

app = typer.Typer(
    help="List, download and remove models.", no_args_is_help=True, rich_markup_mode=None
)


def _known_names() -> list[str]:
    from indexer.models.catalog import KNOWN_MODELS
    from indexer.models.vllm_plans import VISION_MODELS

    return [model.name for model in KNOWN_MODELS] + [model.name for model in VISION_MODELS]


NameArgument = Annotated[
    str,
    typer.Argument(metavar="NAME", help="As `models list` shows it.", autocompletion=_known_names),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_models(
    context: typer.Context,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Show the models, their size, licence and published quality, and where they are."""
    from indexer.models.catalog import KNOWN_MODELS, state_of
    from indexer.models.encoders import resolve_auto
    from indexer.models.settings import POCKET
    from indexer.models.vllm_models import state_of_vision
    from indexer.models.vllm_plans import VISION_MODELS

    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    folder = run.settings.models_folder
    states = [state_of(model, folder) for model in KNOWN_MODELS]
    vision = [state_of_vision(model, folder) for model in VISION_MODELS]
    chosen = resolve_auto(folder)
    if as_json:
        encoders = [_state_to_json(state, chosen) for state in states]
        put_json([*encoders, *map(_vision_to_json, vision)])
        return ExitCode.DONE
    put_line(f"{'name':<24} {'here':<8} {'download':>9} {'COCO R@1':>9}  licence, languages")
    for state in states:
        put_line(_state_line(state))
    origin = ", which comes with the program" if chosen == POCKET else ""
    put_line(f"encoder `auto` means now: {chosen}{origin}")
    put_line("")
    put_line(f"{'for imagescope serve':<24} {'here':<8} {'download':>9} {'GPU':>9}  licence")
    for vision_state in vision:
        put_line(_vision_line(vision_state))
    return ExitCode.DONE


def _state_line(state: ModelState) -> str:
    model = state.model
    default = f"  (default on a {model.default_for.upper()})" if model.default_for else ""
    return (
        f"{model.name:<24} {state.state:<8} {model.size_bytes / 1e9:>6.2f} GB"
        f" {model.figures.coco_text_to_image:>9.1f}  {model.licence}, {model.languages}{default}"
    )


def _state_to_json(state: ModelState, chosen: str) -> dict[str, Any]:
    fields = dataclasses.asdict(state.model)
    return {
        **fields,
        "kind": "encoder",
        "state": state.state,
        "folder": str(state.folder) if state.folder else None,
        "bytes_on_disk": state.bytes_on_disk,
        "is_auto": state.setting == chosen,
    }


def _vision_line(state: VisionModelState) -> str:
    model = state.model
    return (
        f"{model.name:<24} {state.state:<8} {model.size_bytes / 1e9:>6.2f} GB"
        f" {model.card_gib:>6} GB  {model.licence}"
    )


def _vision_to_json(state: VisionModelState) -> dict[str, Any]:
    return {
        **dataclasses.asdict(state.model),
        "kind": "vision-language",
        "state": state.state,
        "folder": str(state.folder) if state.folder else None,
    }


@app.command("pull")
def pull(
    context: typer.Context,
    name: NameArgument,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Download a model; the only command that opens a socket. Goes on where it was cut off."""
    from indexer.models.pull import pull_model

    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    with _Meter(run, as_json=as_json) as meter:
        pull_model(name, models_folder=run.settings.models_folder, on_progress=meter.tell)
    if as_json:
        put_json({"event": "model_pulled", "name": name}, indent=None)
    elif not run.quiet:
        say(f"{name} is here; {_use_of(name)}")
    return ExitCode.DONE


def _use_of(name: str) -> str:
    from indexer.models.vllm_models import vision_model

    if vision_model(name) is not None:
        return "imagescope serve starts it"
    return "imagescope index embeds your photos with it"


@app.command("remove")
def remove(
    context: typer.Context,
    name: NameArgument,
    library: LibraryOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Delete a downloaded model. The vectors it made stay."""
    from indexer.models.pull import remove_model

    run = begin(context, library=library, config=config, quiet=quiet, verbose=verbose)
    remove_model(name, models_folder=run.settings.models_folder)
    if not run.quiet:
        say(f"{name} is removed")
    return ExitCode.DONE


class _Meter:
    """A bar on a terminal, JSON lines where asked for, silence else."""

    def __init__(self, run: Invocation, *, as_json: bool) -> None:
        self._bar = None if as_json or run.quiet or not is_terminal() else _bar()
        self._as_json = as_json
        self._told = -1

    def __enter__(self) -> _Meter:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, done: int, total: int) -> None:
        """So many bytes of so many are here."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total)
        percent = 100 * done // total if total else 0
        if self._as_json and percent != self._told:
            self._told = percent
            put_json({"event": "pull_progress", "done": done, "total": total}, indent=None)


def _bar() -> Any:  # noqa: ANN401 - rich loads only where there is a terminal
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    bar = Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console())
    bar.add_task("", total=None)
    return bar
