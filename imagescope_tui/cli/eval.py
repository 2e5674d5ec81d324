"""`imagescope eval`: run a benchmark, show finished runs, compare two of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from imagescope_tui.cli import eval_report
from imagescope_tui.cli.eval_flags import CaptionsFlags, EvalFlags, commands_with

if TYPE_CHECKING:
    from imagescope_tui.evaluation.task import DatasetName

app = typer.Typer(
    help="Run benchmarks, and show what came of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_TITLES: dict[DatasetName, str] = {
    "circo": "CIRCO: edits of photos, with several right answers.",
    "cirr": "CIRR: edits of photos, with one right answer.",
    "cirr-subset": "CIRR, each query among five photos that are alike.",
    "fashioniq-dress": "FashionIQ: changes to dresses.",
    "fashioniq-shirt": "FashionIQ: changes to shirts.",
    "fashioniq-toptee": "FashionIQ: changes to tops and T-shirts.",
    "flickr30k": "Flickr30K: photos by their captions.",
    "mscoco": "MSCOCO: photos by their captions.",
    "visdial": "VisDial: photos by dialogues of ten rounds.",
    "inquire-rerank": "INQUIRE: experts' queries, each among 100 photos.",
    "inquire-fullrank": "INQUIRE: the same among vectors of five million photos.",
    "captions": "Any folder of captioned pictures, your own too.",
}


def _run(name: DatasetName) -> Callable[[typer.Context, EvalFlags], int]:
    def run(context: typer.Context, flags: EvalFlags) -> int:
        from imagescope_tui.cli.eval_run import evaluate  # loads numpy and more

        return evaluate(name, context, flags)

    return run


_of_data_sets, _of_own_pictures = commands_with(EvalFlags), commands_with(CaptionsFlags)
for _name, _title in _TITLES.items():
    _command_of = _of_own_pictures if _name == "captions" else _of_data_sets
    app.command(_name, help=_title)(_command_of(_run(_name)))
app.command("report", short_help="Finished runs beside the published figures.")(eval_report.report)
app.command("compare", short_help="Two runs, query by query.")(eval_report.compare)
