"""What a part of the line asks of the photos, and how parts are put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from imagescope_tui.search.reading.date_filter import dated
from storage.records import PhotoFilter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from imagescope_tui.search.reading.date_values import When
    from imagescope_tui.search.reading.values import ChipKind
    from storage.saved_searches import SearchOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part that was understood."""

    label: str
    kind: ChipKind
    end: int
    """Where in the line it ends."""
    filter: PhotoFilter = field(default_factory=PhotoFilter)
    when: When | None = None
    """Of a date, which becomes a filter together with all others."""
    unwanted: tuple[str, ...] = ()
    inside: tuple[Piece, ...] = ()
    """Of a saved search, what its line asks besides words."""
    texts: tuple[str, ...] = ()
    """And its words; of several any will do."""
    order: SearchOrder = "match"
    guess: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A part that looks like an operator and is none."""

    reason: str
    """With what to write instead."""
    end: int


def put_together(pieces: Iterable[Piece], today: date) -> PhotoFilter:
    """The filter for what passes all pieces; of several folders, types or the like, any."""
    whole = PhotoFilter()
    whens: list[When] = []
    for piece in chain.from_iterable((piece, *piece.inside) for piece in pieces):
        whole = _both(whole, piece.filter)
        if piece.when is not None:
            whens.append(piece.when)
    return dated(whole, whens, today) if whens else whole


def opposite(piece: Piece, today: date) -> Piece:
    """The same for photos that do not pass it."""
    inner = put_together((piece,), today)
    if inner.phrases:
        kept = PhotoFilter(without_words=inner.phrases)
    else:
        kept = PhotoFilter(without=(inner,))
    return replace(piece, label=f"not {piece.label}", kind="not", filter=kept, when=None)


def _both(first: PhotoFilter, second: PhotoFilter) -> PhotoFilter:
    stars = [stars for stars in (first.rating_from, second.rating_from) if stars is not None]
    return PhotoFilter(
        folders=first.folders + second.folders,
        folder_names=first.folder_names + second.folder_names,
        cameras=first.cameras + second.cameras,
        extensions=first.extensions + second.extensions,
        rating_from=max(stars, default=None),
        places=first.places + second.places,
        near=first.near + second.near,
        people=first.people + second.people,
        people_any=first.people_any + second.people_any,
        without_words=first.without_words + second.without_words,
        phrases=first.phrases + second.phrases,
        traits=first.traits + second.traits,
        without=first.without + second.without,
    )
