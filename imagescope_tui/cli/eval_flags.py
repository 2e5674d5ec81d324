"""The options of `imagescope eval DATASET`, the same for every data set."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from imagescope_tui.cli.common import ConfigOption, EncoderOption, QuietOption, VerboseOption

AT_ONCE = 16
"""Queries in the same step at once; requests to each model server are bounded by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalFlags:
    """What was typed; each field is an option."""

    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the data set.")]
    split: Annotated[str | None, typer.Option(metavar="S", help="Which part of it.")] = None
    out: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Folder of the run; runs/DATASET-SPLIT-STRATEGY."),
    ] = None
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run.")] = False
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is there and what is missing.")
    ] = False
    strategy: Annotated[
        Literal["imagescope", "ours", "xr", "inquire", "retrieval"] | None,
        typer.Option(
            help="The method: retrieval for captions, else search.strategy of the settings."
        ),
    ] = None
    stages: Annotated[
        Literal["1", "1,2", "1,3", "1,2,3"] | None,
        typer.Option(help="Those that run; the method's own by default."),
    ] = None
    rank: Annotated[
        Literal["picture", "fused", "words"] | None,
        typer.Option(
            help="Stage 1: picture as published, fused with the word index (ours), or words."
        ),
    ] = None
    caption_weight: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Captions' share of the score.")
    ] = None
    top_k: Annotated[int | None, typer.Option(min=1, help="How many are checked.")] = None
    max_judged: Annotated[int | None, typer.Option(min=1, help="How many are compared.")] = None
    questions: Annotated[int | None, typer.Option(min=1, help="Questions at most.")] = None
    fusion: Annotated[
        Literal["mean", "rrf", "interleave"] | None,
        typer.Option(help="How several descriptions make one ranking."),
    ] = None
    answers_from: Annotated[
        Literal["picture", "caption", "both"] | None,
        typer.Option(help="What the questions are put to."),
    ] = None
    as_coded: Annotated[
        bool, typer.Option("--as-coded", help="Where paper and code differ, as the code.")
    ] = False
    exclude_reference: Annotated[
        bool | None,
        typer.Option(
            "--exclude-reference/--keep-reference",
            help="A query's own picture is no candidate; the data set's convention by default.",
        ),
    ] = None
    captions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Captions of the photos, for none to be written."),
    ] = None
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N queries.")] = None
    gallery: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the photos' library is kept.")
    ] = None
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Run although photos are missing.")
    ] = False
    ray: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Index on a Ray cluster.")] = (
        None
    )
    at_once: Annotated[int, typer.Option(min=1, help="Queries at the same time.")] = AT_ONCE
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False
    encoder: EncoderOption = None
    caption_encoder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Encoder of captions: same, or sentence-transformers."),
    ] = None
    config: ConfigOption = None
    quiet: QuietOption = False
    verbose: VerboseOption = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsFlags(EvalFlags):
    """Those of a person's own captioned pictures."""

    captions: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Table of the pictures and their captions.")
    ] = None

    images: Annotated[
        str | None, typer.Option(metavar="SUB", help="Folder of the pictures in it.")
    ] = None
    machine_captions: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Captions that a model wrote.")
    ] = None


def commands_with(
    flags: type[EvalFlags],
) -> Callable[[Callable[[typer.Context, EvalFlags], int]], Callable[..., int]]:
    """Makes commands whose options are the fields of `flags`."""
    signature = _signature(flags)

    def command_of(run: Callable[[typer.Context, EvalFlags], int]) -> Callable[..., int]:
        def command(context: typer.Context, **values: Any) -> int:  # noqa: ANN401 - by the fields
            return run(context, flags(**values))

        # Typer reads the options from the signature.
        vars(command)["__signature__"] = signature
        command.__annotations__ = {
            parameter.name: parameter.annotation for parameter in signature.parameters.values()
        }
        return command

    return command_of


def _signature(flags: type[EvalFlags]) -> inspect.Signature:
    """A context and the fields."""
    hints = get_type_hints(flags, include_extras=True)
    options = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=hints[field.name],
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
        )
        for field in fields(flags)
    ]
    first = inspect.Parameter(
        "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    return inspect.Signature([first, *options])
