"""Cards as they were drawn, for as long as they look the same."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from textual.strip import Strip

from imagescope_tui.ui.pictures.written import PartedLine
from imagescope_tui.ui.widgets.card import CardStyles, draw_card

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style

    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.written import Pen
    from imagescope_tui.ui.widgets.card import CardFace

_CARDS_KEPT, _ROWS_KEPT = 150, 20
_Lines: TypeAlias = "list[tuple[Strip, ...]]"


class CardDrawer:
    """Draws a card once; `style` gives the look of a part by its component class."""

    def __init__(self, style: Callable[[str], Style]) -> None:
        self._style = style
        self._is_restyled = True
        self._drawn_with: tuple[Pen, CardStyles] | None = None
        self._cards: dict[CardFace, _Lines] = {}
        self._rows: dict[tuple[int, tuple[CardFace, ...]], list[PartedLine]] = {}

    def ask_looks_again(self) -> None:
        """Theme or focus may have changed them; the window's size does not."""
        self._is_restyled = True

    def row(
        self, cards: Sequence[tuple[CardFace, Painting | None]], width: int, pen: Pen
    ) -> list[PartedLine]:
        """The lines of cards side by side, written, with the ground behind them to this width."""
        looks = self._looks_with(pen)
        key = width, tuple(face for face, _ in cards)
        if key not in self._rows:
            drawn = [self._card(face, painting, pen, looks) for face, painting in cards]
            rest = pen.written(Strip.blank(width - sum(face.width for face in key[1])))
            self._rows[key] = [
                PartedLine([*chain.from_iterable(line), *rest]) for line in zip(*drawn, strict=True)
            ]
        return self._rows[key]

    def _looks_with(self, pen: Pen) -> CardStyles:
        """How parts look now; what looked otherwise is dropped, and so is all where it is much."""
        before = self._drawn_with
        looks = self._looks() if self._is_restyled or before is None else before[1]
        is_full = len(self._cards) >= _CARDS_KEPT or len(self._rows) >= _ROWS_KEPT
        if before != (pen, looks) or is_full:
            self._cards.clear()
            self._rows.clear()
        self._drawn_with, self._is_restyled = (pen, looks), False
        return looks

    def _card(
        self, face: CardFace, painting: Painting | None, pen: Pen, looks: CardStyles
    ) -> _Lines:
        if face not in self._cards:
            drawn = draw_card(face, painting, looks)
            self._cards[face] = [pen.written(*parts) for parts in drawn]
        return self._cards[face]

    def _looks(self) -> CardStyles:
        style = self._style
        return CardStyles(
            label=style("photo-grid--label"),
            dim=style("photo-grid--dim"),
            heading=style("photo-grid--heading"),
            accepted=style("photo-grid--accepted"),
            frame=style("photo-grid--frame"),
            mark=style("photo-grid--mark"),
            placeholder=style("photo-grid--placeholder"),
            chosen=style("photo-grid--chosen"),
        )
