"""A report as `report.json` holds it: shares of one, not percents."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from imagescope_tui.evaluation.runs.card import card_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imagescope_tui.evaluation.measures.aggregate import Estimate
    from imagescope_tui.evaluation.reports.contents import Figure, HitsCurve, Report, StageReport
    from imagescope_tui.evaluation.reports.costs import StageCosts

SCHEMA = 1


def report_to_json(report: Report) -> dict[str, Any]:
    """Everything in the report; a promise to other programs."""
    return {
        "schema": SCHEMA,
        "run": card_to_json(report.card),
        "queries": {
            "asked": report.card.queries,
            "done": report.done,
            "unfinished": report.unfinished,
            "measured": report.measured,
            "failed": report.failed,
            "degraded": report.degraded,
        },
        "failures": [{"reason": item.reason, "queries": item.queries} for item in report.failures],
        "degradations": [dataclasses.asdict(item) for item in report.degradations],
        "stages": {item.stage: _stage_to_json(item) for item in report.stages},
    }


def _stage_to_json(stage: StageReport) -> dict[str, Any]:
    return {
        "figures": figures_to_json(stage.figures),
        "groups": {item.group: figures_to_json(item.figures) for item in stage.groups},
        "hits": [_curve_to_json(curve) for curve in stage.hits],
        "costs": _costs_to_json(stage.costs),
    }


def figures_to_json(figures: Sequence[Figure]) -> dict[str, Any]:
    """Estimates by their measures' names."""
    return {item.measure: estimate_to_json(item.estimate) for item in figures}


def estimate_to_json(estimate: Estimate) -> dict[str, Any]:
    """Rounded far below what the intervals can tell, so that machines agree."""
    return {
        "mean": round(estimate.mean, 6),
        "low": round(estimate.low, 6),
        "high": round(estimate.high, 6),
        "count": estimate.count,
    }


def _curve_to_json(curve: HitsCurve) -> dict[str, Any]:
    return {
        "measure": f"Hits@{curve.k}",
        "k": curve.k,
        "has_round_0": curve.has_round_0,
        "rounds": [
            {"round": number, **estimate_to_json(estimate)}
            for number, estimate in zip(curve.rounds, curve.estimates, strict=True)
        ],
    }


def _costs_to_json(costs: StageCosts) -> dict[str, Any]:
    return {
        "queries": costs.queries,
        "seconds": {
            "mean": round(costs.seconds_mean, 4),
            "median": round(costs.seconds_median, 4),
            "p95": round(costs.seconds_p95, 4),
        },
        "tokens": round(costs.tokens_mean, 2),
        "model_calls": {role: round(mean, 4) for role, mean in costs.calls_mean.items()},
    }
