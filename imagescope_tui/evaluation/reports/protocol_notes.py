"""What a reader must know of how figures were measured before comparing them with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imagescope_tui.evaluation.reports.contents import Report
    from imagescope_tui.evaluation.runs.card import RunCard
    from imagescope_tui.evaluation.task import MeasureSet


_EDITS = ("circo", "cirr", "fashioniq")
"""Data sets whose queries have a reference photo."""


def protocol_notes(report: Report) -> tuple[str, ...]:
    """One sentence each; first what makes the figures those of another task than the published."""
    card = report.card
    return (
        *_scope(report),
        *_gallery(card),
        *_measures(card.measures, has_targets=card.has_targets),
        *(_sentence(note) for note in card.notes),
    )


def _sentence(note: str) -> str:
    """A data set's remark as the others are written."""
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."


def _scope(report: Report) -> Iterator[str]:
    card = report.card
    if report.unfinished:
        have = "has" if report.unfinished == 1 else "have"
        yield (
            f"The run is unfinished: {report.unfinished:,} of"
            f" {counted(card.queries, 'query', 'queries')} {have} no"
            " record, and the figures are of the others. `--resume` goes on with it."
        )
    if card.limit is not None:
        were = "query of the split was" if card.limit == 1 else "queries of the split were"
        first = "first" if card.limit == 1 else f"first {card.limit:,}"
        yield f"Only the {first} {were} asked."
    if card.photos_missing:
        are = "is" if card.photos_missing == 1 else "are"
        yield (
            f"{counted(card.photos_missing, 'photo')} of the data set {are} missing or unreadable;"
            " figures are not comparable with published ones."
        )
    if not card.has_targets:
        yield "The right answers are the test server's: hand in the submission files for figures."


def _gallery(card: RunCard) -> Iterator[str]:
    if card.dataset.startswith(_EDITS):
        kept = "taken out of" if card.excludes_reference else "kept in"
        yield f"A query's reference photo was {kept} its ranking."
    if card.photos_captioned:
        source = f", written by {card.captions_source}" if card.captions_source else ""
        have = "has" if card.photos_captioned == 1 else "have"
        photos = counted(card.gallery_size, "photo")
        yield f"{card.photos_captioned:,} of {photos} {have} a caption{source}."
    yield "Equal scores are ordered by the photos' names."
    if card.options.get("as_coded"):
        yield "Where the publication and its code differ, the run did as the code does."


def _measures(measures: MeasureSet, *, has_targets: bool) -> Iterator[str]:
    if not has_targets:
        return
    yield (
        "Figures are means over queries with 95 % bootstrap intervals (2,000 resamples, fixed"
        " seed); a query that failed counts as zero."
    )
    if measures.recall:
        yield (
            "R@k is what the publications call Recall@k: the share of queries with any right"
            " answer among the first k (success@k)."
        )
    if measures.main_recall:
        yield "Main R@k looks for the main right answer alone, as CIRCO's Recall@k does."
    if measures.mean_ap:
        yield "mAP@k divides by the smaller of k and the number of right answers, as CIRCO does."
    if measures.inquire_ap or measures.ndcg:
        yield (
            "AP@k and nDCG@k are INQUIRE's: equal scores count as one threshold, and the best"
            " possible is that of the smaller of k and the number of right answers."
        )
    if measures.hits:
        yield (
            "Hits@k is cumulative: a conversation counts from the first round that has its photo"
            " among the first k. ImageScope leaves round 0 out, ChatIR and PlugIR do not."
        )
