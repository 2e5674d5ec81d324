"""One benchmark from the command line: options to a plan, the plan to figures on stdout."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from imagescope_tui.cli.common import begin, expect_stage, indexer_options
from imagescope_tui.cli.eval_flags import CaptionsFlags
from imagescope_tui.cli.eval_progress import listener
from imagescope_tui.cli.exit_codes import ExitCode
from imagescope_tui.cli.terminal import put_json, put_line, say
from imagescope_tui.errors import DatasetIncomplete, UsageError
from imagescope_tui.evaluation.datasets.captions import load_captions
from imagescope_tui.evaluation.datasets.catalog import (
    DATASETS,
    expect_split,
    load_benchmark,
    missing_photos,
    unpacked,
)
from imagescope_tui.evaluation.datasets.folder_check import check_benchmark, check_folder
from imagescope_tui.evaluation.datasets.stored_captions import with_captions
from imagescope_tui.evaluation.evaluate import Evaluation
from imagescope_tui.evaluation.galleries.library_gallery import (
    default_gallery_folder,
    unpacked_folder,
)
from imagescope_tui.evaluation.runs.folder import CARD_NAME
from imagescope_tui.evaluation.runs.plan import RunPlan
from imagescope_tui.search.strategies import options_for

if TYPE_CHECKING:
    import typer

    from imagescope_tui.cli.common import Invocation
    from imagescope_tui.cli.eval_flags import EvalFlags
    from imagescope_tui.evaluation.evaluate import Evaluated
    from imagescope_tui.evaluation.task import Benchmark, DatasetName
    from imagescope_tui.search.types import SearchOptions, StrategyName


def evaluate(name: DatasetName, context: typer.Context, flags: EvalFlags) -> int:
    """Run a benchmark, or say what of it is there."""
    run = begin(
        context,
        library=None,
        config=flags.config,
        quiet=flags.quiet,
        verbose=flags.verbose,
        encoder=flags.encoder,
        caption_encoder=flags.caption_encoder,
    )
    split = flags.split or DATASETS[name].default_split
    if flags.check:
        return _check(name, split, flags)
    benchmark = _with_photos(_benchmark(name, split, flags), flags)
    plan = _plan(benchmark, flags, run)
    _expect_elsewhere(plan)
    with listener(quiet=run.quiet) as hearer:
        evaluation = Evaluation(
            plan,
            run.settings,
            replace(indexer_options(run.settings, captions=False), cluster=flags.ray or ""),
            hearer,
        )
        try:
            done = asyncio.run(evaluation.run())
        except KeyboardInterrupt:
            if (plan.out / CARD_NAME).exists():
                hearer.note(f"what is done is kept in {plan.out}; go on with --resume")
            raise
    _print(done, flags, run)
    return ExitCode.SOME_FAILED if done.report.failed else ExitCode.DONE


# -- the data set ---------------------------------------------------------------------------------


def _benchmark(name: DatasetName, split: str, flags: EvalFlags) -> Benchmark:
    if isinstance(flags, CaptionsFlags):
        expect_split(name, split)
        return load_captions(
            flags.data,
            images=flags.images,
            captions=flags.captions,
            machine_captions=flags.machine_captions,
        )
    benchmark = load_benchmark(name, flags.data, split)
    return with_captions(benchmark, flags.captions) if flags.captions else benchmark


def _with_photos(benchmark: Benchmark, flags: EvalFlags) -> Benchmark:
    """Refuses photos that are not there, unless that was allowed.

    Raises:
        DatasetIncomplete: photos are missing.
    """
    missing = missing_photos(benchmark)
    if missing:
        benchmark = unpacked(benchmark, unpacked_folder(_gallery(benchmark, flags)))
        missing = missing_photos(benchmark)
    if missing and (not flags.allow_missing or len(missing) == len(benchmark.photos)):
        raise DatasetIncomplete(
            f"{len(missing):,} of {len(benchmark.photos):,} photos are missing in"
            f" {benchmark.root}, such as {benchmark.photos[missing[0]]}",
            DATASETS[benchmark.name].where
            + ("; --allow-missing runs without them" if not flags.allow_missing else ""),
        )
    return benchmark


def _gallery(benchmark: Benchmark, flags: EvalFlags) -> Path:
    return flags.gallery or default_gallery_folder(benchmark)


def _check(name: DatasetName, split: str, flags: EvalFlags) -> int:
    if isinstance(flags, CaptionsFlags):
        found = check_benchmark(_benchmark(name, split, flags))
    else:
        found = check_folder(name, flags.data, split)
    for line in found.lines:
        put_line(line)
    return ExitCode.DONE if found.is_complete else ExitCode.USAGE


# -- the plan -------------------------------------------------------------------------------------


def _plan(benchmark: Benchmark, flags: EvalFlags, run: Invocation) -> RunPlan:
    settings = run.settings
    options = _options(benchmark.name, flags, run)
    weight = settings.caption_weight if flags.caption_weight is None else flags.caption_weight
    excludes = flags.exclude_reference
    return RunPlan(
        benchmark=benchmark,
        options=options,
        stages=_stages(flags, options),
        out=flags.out or default_out(benchmark, options.strategy),
        gallery=_gallery(benchmark, flags),
        is_resumed=flags.resume,
        limit=flags.limit,
        caption_weight=weight,
        excludes_reference=benchmark.excludes_reference if excludes is None else excludes,
        at_once=flags.at_once,
        allows_missing=flags.allow_missing,
    )


def _expect_elsewhere(plan: RunPlan) -> None:
    """Nothing is written among the photos.

    Raises:
        UsageError: the run or the gallery would be.
    """
    data = plan.benchmark.folder.resolve()
    for folder, flag in ((plan.out, "--out"), (plan.gallery, "--gallery")):
        place = folder.resolve()
        if data in (place, *place.parents):
            raise UsageError(
                f"{folder} is inside the data set's folder, which is only read",
                f"name another folder with {flag}",
            )


def default_out(benchmark: Benchmark, strategy: StrategyName) -> Path:
    """Where a run is kept unless told otherwise: below the folder one is in."""
    return Path("runs") / f"{benchmark.name}-{benchmark.split}-{strategy}"


def _options(name: DatasetName, flags: EvalFlags, run: Invocation) -> SearchOptions:
    strategy = flags.strategy or _default_strategy(name, run)
    last = int(flags.stages[-1]) if flags.stages else None
    options = options_for(strategy, stages=last, top_k=flags.top_k, max_judged=flags.max_judged)
    expect_stage(options, last)
    return replace(
        options,
        rank_by=flags.rank or ("fused" if strategy == "ours" else "picture"),
        is_reasoned=options.is_reasoned and _may_read(last, run),
        verifies=flags.stages != "1,3",
        questions=flags.questions,
        fusion=flags.fusion,
        answers_from=flags.answers_from,
        as_coded=flags.as_coded,
    )


def _default_strategy(name: DatasetName, run: Invocation) -> StrategyName:
    """One's own pictures are scored without models unless a method was named."""
    from typing import cast

    return "retrieval" if name == "captions" else cast("StrategyName", run.settings.strategy)


def _may_read(last: int | None, run: Invocation) -> bool:
    """Stage 1 alone may be run without a model: by the query as it stands."""
    if last != 1 or run.settings.chat:
        return True
    from imagescope_tui.model_server import ModelServerKeeper

    if asyncio.run(ModelServerKeeper(run.settings).find()) is not None:
        return True
    if not run.quiet:
        say("no model server is set up: queries are searched as they stand")
    return False


def _stages(flags: EvalFlags, options: SearchOptions) -> tuple[int, ...]:
    if flags.stages:
        return tuple(int(stage) for stage in flags.stages.split(","))
    return tuple(range(1, options.stages + 1))


# -- the figures ----------------------------------------------------------------------------------


def _print(done: Evaluated, flags: EvalFlags, run: Invocation) -> None:
    from imagescope_tui.evaluation.reports.as_json import report_to_json
    from imagescope_tui.evaluation.reports.as_markdown import report_to_markdown

    if flags.json:
        put_json(report_to_json(done.report))
    else:
        put_line(report_to_markdown(done.report))
    if not run.quiet:
        say(f"run: {done.folder}")
        for path in done.submissions:
            say(f"for the test server: {path}")
