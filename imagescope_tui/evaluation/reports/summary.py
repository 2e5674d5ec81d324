"""Several runs beside each other and beside the published figures, one table per data set."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.counting import counted, listed
from imagescope_tui.evaluation.measures.aggregate import Estimate, stratified_estimates
from imagescope_tui.evaluation.measures.of_queries import Measure, values_of
from imagescope_tui.evaluation.reports.published import Published, published_for, remarks_on
from imagescope_tui.evaluation.reports.run_settings import RunSettings, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imagescope_tui.evaluation.reports.contents import StageReport
    from imagescope_tui.evaluation.reports.published import PublishedName
    from imagescope_tui.evaluation.reports.report import ReportedRun
    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.task import DatasetName

GARMENTS: tuple[DatasetName, ...] = ("fashioniq-dress", "fashioniq-shirt", "fashioniq-toptee")
"""FashionIQ's categories; publications print their plain average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """One stage of one run."""

    run: str
    stage: str
    encoder: str
    figures: Mapping[str, Estimate]
    """By measure; `MEASURE GROUP` of a group, `Hits@K round R` with round 0 counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryTable:
    """The runs of one split of one data set, and what is published for the data set."""

    dataset: PublishedName
    split: str
    measures: tuple[str, ...]
    """The columns: what is published, or all that was measured where nothing is."""
    rows: tuple[SummaryRow, ...]
    published: tuple[Published, ...]
    settings: tuple[RunSettings, ...]
    """One of each run, in the order of the rows."""
    cautions: tuple[str, ...]
    """Why figures are not to be compared as they stand."""


def summarise(runs: Sequence[ReportedRun]) -> tuple[SummaryTable, ...]:
    """One table per data set and split, in the order of the runs.

    FashionIQ's average has a table too, where runs of equal settings cover all three categories.
    """
    by_split: dict[tuple[DatasetName, str], list[ReportedRun]] = defaultdict(list)
    for run in runs:
        card = run.report.card
        by_split[card.dataset, card.split].append(run)
    tables = [
        _table(
            (dataset, split),
            [row for run in members for row in _rows(run)],
            members,
            settings=settings_of([(run.name, run.report.card) for run in members]),
        )
        for (dataset, split), members in by_split.items()
    ]
    for split in dict.fromkeys(split for dataset, split in by_split if dataset in GARMENTS):
        trios = list(_trios(by_split, split))
        rows = [row for trio in trios for row in _average_rows(trio)]
        if rows:
            members = [run for trio in trios for run in trio]
            settings = settings_of([(_trio_name(trio), trio[0].report.card) for trio in trios])
            tables.append(_table(("fashioniq-average", split), rows, members, settings=settings))
    return tuple(tables)


def _table(
    task: tuple[PublishedName, str],
    rows: Sequence[SummaryRow],
    runs: Sequence[ReportedRun],
    *,
    settings: tuple[RunSettings, ...],
) -> SummaryTable:
    dataset, split = task
    published = published_for(dataset)
    measured = list(dict.fromkeys(name for row in rows for name in row.figures))
    printed = {name for item in published for name in item.figures}
    columns = [name for name in measured if name in printed] or [
        name for name in measured if " " not in name or name.startswith("main")
    ]
    return SummaryTable(
        dataset=dataset,
        split=split,
        measures=tuple(columns),
        rows=tuple(rows),
        settings=settings,
        published=tuple(item for item in published if set(columns) & set(item.figures)),
        cautions=(*_cautions(runs, published, split), *remarks_on(dataset)),
    )


def _rows(run: ReportedRun) -> list[SummaryRow]:
    return [
        SummaryRow(
            run=run.name,
            stage=stage.stage,
            encoder=run.report.card.encoder_id,
            figures=_figures(stage),
        )
        for stage in run.report.stages
    ]


def _figures(stage: StageReport) -> dict[str, Estimate]:
    found = {item.measure: item.estimate for item in stage.figures}
    for group in stage.groups:
        found |= {f"{item.measure} {group.group}": item.estimate for item in group.figures}
    for curve in stage.hits:
        if curve.has_round_0:
            pairs = zip(curve.rounds, curve.estimates, strict=True)
            found |= {f"Hits@{curve.k} round {number}": item for number, item in pairs}
    return found


def _cautions(
    runs: Sequence[ReportedRun], published: Sequence[Published], split: str
) -> Iterator[str]:
    splits = sorted({item.split for item in published if item.split is not None})
    if splits and split not in splits:
        yield f"The published figures are of {' and '.join(splits)}, the runs of {split}."
    yield from _other_annotations(runs)
    for run in runs:
        card = run.report.card
        if not card.has_targets:
            yield f"{run.name}: the test server alone knows the right answers."
        if run.report.unfinished:
            queries = counted(card.queries, "query", "queries")
            yield f"{run.name} lacks {run.report.unfinished:,} of {queries}."
        if card.limit is not None:
            yield f"{run.name} asked the first {counted(card.limit, 'query', 'queries')} only."
        if card.photos_missing:
            yield f"{run.name} lacks {counted(card.photos_missing, 'photo')} of the gallery."
        if run.report.failed:
            failed = counted(run.report.failed, "query", "queries")
            count = "counts" if run.report.failed == 1 else "count"
            yield f"{run.name}: {failed} failed and {count} as zero."


def _other_annotations(runs: Sequence[ReportedRun]) -> Iterator[str]:
    """Runs of one data set that were measured by other annotation files."""
    for dataset in dict.fromkeys(run.report.card.dataset for run in runs):
        names: dict[str, list[str]] = defaultdict(list)
        for run in runs:
            if run.report.card.dataset == dataset:
                names[run.report.card.fingerprint].append(run.name)
        if len(names) > 1:
            first, *others = (listed(group) for group in names.values())
            yield (
                f"The annotation files of {first} are not those of {', nor of '.join(others)}:"
                " their figures are not comparable."
            )


def _trios(
    by_split: Mapping[tuple[DatasetName, str], Sequence[ReportedRun]], split: str
) -> Iterator[tuple[ReportedRun, ...]]:
    """A run of each category with equal settings; of several runs the first."""
    found: dict[str, dict[DatasetName, ReportedRun]] = defaultdict(dict)
    for garment in GARMENTS:
        for run in by_split.get((garment, split), ()):
            found[_settings(run.report.card)].setdefault(garment, run)
    for runs in found.values():
        if len(runs) == len(GARMENTS):
            yield tuple(runs[garment] for garment in GARMENTS)


def _settings(card: RunCard) -> str:
    """What must be equal in runs that are averaged."""
    return json.dumps(
        [
            card.strategy,
            card.stages,
            card.options,
            card.encoder_id,
            card.caption_encoder_id,
            card.caption_weight,
            card.models,
            card.excludes_reference,
        ],
        sort_keys=True,
    )


def _trio_name(trio: Sequence[ReportedRun]) -> str:
    return " + ".join(run.name for run in trio)


def _average_rows(trio: Sequence[ReportedRun]) -> list[SummaryRow]:
    reports = [run.report for run in trio]
    measured = [[record for record in run.records if record.targets] for run in trio]
    stages = [item.stage for item in reports[0].stages if all(r.stage(item.stage) for r in reports)]
    cuts = reports[0].card.measures.recall
    if not cuts or not all(measured):
        return []
    measures = [Measure("R", k) for k in cuts]
    found = []
    for stage in stages:
        strata = [
            values_of(sorted(records, key=lambda record: record.id), measures, stage)
            for records in measured
        ]
        pairs = zip(measures, stratified_estimates(strata), strict=True)
        found.append(
            SummaryRow(
                run=_trio_name(trio),
                stage=stage,
                encoder=reports[0].card.encoder_id,
                figures={measure.name: estimate for measure, estimate in pairs},
            )
        )
    return found
