"""A report as `report.md` holds it, to be read by people, with percents as publications do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.counting import counted
from imagescope_tui.evaluation.reports.markdown_table import (
    markdown_table,
    percent,
    percent_with_interval,
)
from imagescope_tui.evaluation.reports.protocol_notes import protocol_notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imagescope_tui.evaluation.reports.contents import (
        GroupFigures,
        HitsCurve,
        Report,
        StageReport,
    )
    from imagescope_tui.evaluation.runs.card import RunCard

_TOLD = ("rank_by", "top_k", "max_judged", "questions", "fusion", "answers_from", "as_coded")
_TROUBLES_TOLD = 10
"""Reasons that are written out; what is rarer is only counted."""


def report_to_markdown(report: Report) -> str:
    """The whole report, a section after another; those without content are left out."""
    sections = (
        _head(report),
        *_figures(report),
        *_groups(report),
        *_hits(report),
        *_costs(report),
        *_troubles(report),
        "## How it was measured\n\n" + "\n".join(f"- {note}" for note in protocol_notes(report)),
        *_provenance(report),
    )
    return "\n\n".join(sections) + "\n"


def stage_title(stage: str) -> str:
    """How a stage is called in tables: parts of stage 1 by their names."""
    return f"stage {stage}" if stage.isdigit() else f"{stage} alone"


def _head(report: Report) -> str:
    card = report.card
    counts = [f"{report.done:,} of {counted(card.queries, 'query', 'queries')}"]
    if report.measured != report.done:
        counts.append(f"{report.measured:,} with known right answers")
    counts += [f"{report.failed:,} failed", f"{report.degraded:,} degraded"]
    return (
        f"# {card.dataset} {card.split}, {card.strategy}\n\n"
        f"{', '.join(counts)}; {counted(card.gallery_size, 'photo')} ranked."
    )


def _figures(report: Report) -> Iterator[str]:
    stages = [stage for stage in report.stages if stage.figures]
    if not stages:
        return
    names = [figure.measure for figure in stages[0].figures]
    rows = [
        [name, *(percent_with_interval(stage.figures[row].estimate) for stage in stages)]
        for row, name in enumerate(names)
    ]
    header = ["%", *(stage_title(stage.stage) for stage in stages)]
    yield f"## Figures\n\n{markdown_table(header, rows)}"


def _groups(report: Report) -> Iterator[str]:
    stages = [stage for stage in report.stages if stage.groups]
    if not stages:
        return
    for column, figure in enumerate(stages[0].groups[0].figures):
        rows = [
            [
                group.group,
                f"{group.figures[column].estimate.count:,}",
                *(_group_cell(stage.groups[row], column) for stage in stages),
            ]
            for row, group in enumerate(stages[0].groups)
        ]
        header = ["group", "queries", *(stage_title(stage.stage) for stage in stages)]
        yield f"## {figure.measure} by group\n\n{markdown_table(header, rows)}"


def _group_cell(group: GroupFigures, column: int) -> str:
    found = group.figures[column].estimate
    # One query says nothing about the spread of others.
    return percent_with_interval(found) if found.count > 1 else percent(found.mean)


def _hits(report: Report) -> Iterator[str]:
    for stage in report.stages:
        for has_round_0 in (True, False):
            curves = [curve for curve in stage.hits if curve.has_round_0 == has_round_0]
            if curves:
                yield _hits_table(stage, curves, has_round_0=has_round_0)


def _hits_table(stage: StageReport, curves: Sequence[HitsCurve], *, has_round_0: bool) -> str:
    counted = "round 0 counts" if has_round_0 else "without round 0"
    rows = [
        [str(number), *(percent(curve.estimates[row].mean) for curve in curves)]
        for row, number in enumerate(curves[0].rounds)
    ]
    table = markdown_table(["round", *(f"Hits@{curve.k}" for curve in curves)], rows)
    return f"## Hits by round, {stage_title(stage.stage)}, {counted}\n\n{table}"


def _costs(report: Report) -> Iterator[str]:
    stages = [stage for stage in report.stages if stage.stage.isdigit() and stage.costs.queries]
    if not stages:
        return
    roles = sorted({role for stage in stages for role in stage.costs.calls_mean})
    header = ["per query", "s mean", "s median", "s p95", "tokens", *(f"{r} calls" for r in roles)]
    rows = [
        [
            stage_title(stage.stage),
            f"{stage.costs.seconds_mean:.3f}",
            f"{stage.costs.seconds_median:.3f}",
            f"{stage.costs.seconds_p95:.3f}",
            f"{stage.costs.tokens_mean:,.0f}",
            *(f"{stage.costs.calls_mean.get(role, 0.0):.2f}" for role in roles),
        ]
        for stage in stages
    ]
    yield f"## Cost\n\n{markdown_table(header, rows)}"


def _troubles(report: Report) -> Iterator[str]:
    if report.failures:
        rows = [[item.reason, f"{item.queries:,}"] for item in report.failures]
        yield f"## Failed queries\n\n{_cut_table(['reason', 'queries'], rows, words=1)}"
    if report.degradations:
        rows = [
            [str(item.stage), item.reason, item.fallback, f"{item.queries:,}"]
            for item in report.degradations
        ]
        header = ["stage", "reason", "done instead", "queries"]
        yield f"## Degraded queries\n\n{_cut_table(header, rows, words=3)}"


def _cut_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, words: int) -> str:
    table = markdown_table(header, rows[:_TROUBLES_TOLD], words=words)
    rest = len(rows) - _TROUBLES_TOLD
    if rest <= 0:
        return table
    return f"{table}\n\nand {counted(rest, 'rarer reason')}, in `report.json`"


def _provenance(report: Report) -> Iterator[str]:
    card = report.card
    rows = [
        ["strategy", card.strategy],
        ["stages", ", ".join(str(stage) for stage in card.stages)],
        ["options", _listed(_options(card))],
        ["picture encoder", card.encoder_id],
        ["caption encoder", card.caption_encoder_id or ""],
        ["captions from", card.captions_source],
        *([role, model] for role, model in sorted(card.models.items())),
        ["prompts", _listed(card.prompts)],
        ["annotations", card.fingerprint],
        ["versions", _listed(card.versions)],
    ]
    told = "\n".join(f"- {name}: {value}" for name, value in rows if value)
    yield f"## What was run\n\n{told}"


def _options(card: RunCard) -> dict[str, str]:
    """Those that say something: not what the method does by itself, nor what no figure feels."""
    options = {name: str(card.options[name]) for name in _TOLD if card.options.get(name)}
    if card.photos_captioned:
        options["caption_weight"] = f"{card.caption_weight:g}"
    return options


def _listed(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items()))
