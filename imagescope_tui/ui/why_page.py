"""The whole page that says why: of the selected photo, and of the search; pure lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.ui.passed_words import passed
from imagescope_tui.ui.reasoning_words import costs, reading, table
from imagescope_tui.ui.why_words import (
    behind,
    in_the_timeline,
    not_done,
    not_used,
    separated,
    why_found,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.search.query_language import Chip
    from imagescope_tui.ui.library_reader import PhotoDetail
    from imagescope_tui.ui.photo_words import Line
    from imagescope_tui.ui.state import SearchView
    from imagescope_tui.ui.why_words import Finding
    from indexer.answers import WhereAnswer
    from storage.records import PhotoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What there is to say."""

    view: SearchView
    detail: PhotoDetail | None = None
    """The selected photo."""
    finding: Finding | None = None
    """Its place in the search; None where it was not searched for."""
    where: WhereAnswer | None = None
    """Where in it the words are seen; None before that was told."""
    names: Mapping[PhotoId, str]
    """File names of the first candidates."""
    chips: tuple[Chip, ...] = ()
    """The filters that it passed."""
    dropped: tuple[str, ...] = ()
    """Words of the line that tell nothing."""


def why_page(reasons: Reasons, width: int) -> list[Line]:
    """One column of so many cells: what failed, this photo, the table, the reading, time."""
    if reasons.view.phase == "idle":
        return _of_timeline(reasons)
    return separated(
        [
            not_done(reasons.view),
            _of_photo(reasons, width),
            _passed(reasons),
            answers_table(reasons, width),
            reading(reasons.view, width),
            costs(reasons.view),
            not_used(reasons.view, reasons.dropped),
        ]
    )


def why_beside_table(reasons: Reasons, width: int) -> list[Line]:
    """The same without the table, which stands beside it."""
    if reasons.view.phase == "idle":
        return _of_timeline(reasons)
    view = reasons.view
    return separated(
        [
            not_done(reasons.view),
            _of_photo(reasons, width),
            _passed(reasons),
            reading(view, width),
            costs(view),
            not_used(view, reasons.dropped),
        ]
    )


def answers_table(reasons: Reasons, width: int) -> list[Line]:
    """Candidates × questions; empty where no model was asked."""
    selected = reasons.detail.photo.id if reasons.detail else None
    return table(reasons.view, reasons.names, width, selected)


def _of_timeline(reasons: Reasons) -> list[Line]:
    dropped = not_used(reasons.view, reasons.dropped)
    return separated([in_the_timeline(), _passed(reasons), dropped])


def _passed(reasons: Reasons) -> list[Line]:
    return passed(reasons.chips, reasons.detail) if reasons.detail is not None else []


def _of_photo(reasons: Reasons, width: int) -> list[Line]:
    if reasons.detail is None:
        return []
    if reasons.finding is None:
        return behind(reasons.view, reasons.detail.photo.id)
    return why_found(reasons.finding, reasons.detail, width, where=reasons.where)
