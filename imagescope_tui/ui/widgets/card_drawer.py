"""Cards as they were drawn, for as long as they look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagescope_tui.ui.widgets.card import CardStyles, draw_card

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style
    from textual.strip import Strip

    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.written import Pen
    from imagescope_tui.ui.widgets.card import CardFace

_CARDS_KEPT = 400


class CardDrawer:
    """Draws a card once; `style` gives the look of a part by its component class."""

    def __init__(self, style: Callable[[str], Style]) -> None:
        self._style = style
        self._pen: Pen | None = None
        self._cards: dict[CardFace, list[Strip]] = {}

    def forget(self) -> None:
        """Theme or focus have changed the looks."""
        self._cards.clear()

    def card(self, face: CardFace, painting: Painting | None, pen: Pen) -> list[Strip]:
        """The card's lines, written."""
        if pen != self._pen or len(self._cards) >= _CARDS_KEPT:
            self._cards.clear()
            self._pen = pen
        if face not in self._cards:
            drawn = draw_card(face, painting, self._looks())
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
