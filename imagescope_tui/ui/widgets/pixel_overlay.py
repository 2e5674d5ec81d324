"""Pixels drawn over a widget's cells, after every frame that touched them.

Textual knows cells only. Pixels written over them stay until the cells are written again; so a
widget notes which of its lines were rendered, and draws the pictures on them once the frame is out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.geometry import Region
    from textual.widget import Widget

    from imagescope_tui.ui.pictures.painting import Painting

_COVER_CELLS = 4
"""The least width of what lies over pictures."""
_SAVE_CURSOR, _RESTORE_CURSOR = "\x1b7", "\x1b8"


@dataclass(frozen=True, slots=True)
class PlacedPainting:
    """A painting and the cells of the widget's content that it covers."""

    painting: Painting
    region: Region


class PixelOverlay:
    """Draws the pictures of one widget that are Sixel data, or iTerm2’s."""

    def __init__(self, widget: Widget, placed: Callable[[], Iterable[PlacedPainting]]) -> None:
        self._widget = widget
        self._placed = placed
        self._touched: list[Region] = []

    def note(self, rendered: Region) -> None:
        """Cells of the widget go out with this frame; the pictures on them have to follow."""
        if not self._touched:
            self._widget.call_after_refresh(self._draw)
        self._touched.append(rendered)

    def _draw(self) -> None:
        touched, self._touched = self._touched, []
        widget = self._widget
        driver = widget.app._driver  # the one way into the terminal's own queue
        if driver is None or not widget.is_attached or not widget.screen.is_active:
            return
        for entry in self._placed():
            if any(entry.region.overlaps(region) for region in touched):
                driver.write(self._sequence(entry))

    def _sequence(self, entry: PlacedPainting) -> str:
        place = entry.region.translate(self._widget.content_region.offset)
        if not entry.painting.overlay or not self._is_uncovered(place):
            return ""
        row, column = place.y + entry.painting.top + 1, place.x + entry.painting.left + 1
        return f"{_SAVE_CURSOR}\x1b[{row};{column}H{entry.painting.overlay}{_RESTORE_CURSOR}"

    def _is_uncovered(self, place: Region) -> bool:
        screen = self._widget.screen
        if not screen.region.contains_region(place):
            return False
        # What lies over a picture lies over its edge, and is no narrower than a few cells.
        columns = (*range(place.x, place.right, _COVER_CELLS), place.right - 1)
        edges = ((x, y) for x in columns for y in (place.y, place.bottom - 1))
        return all(screen.get_widget_at(*cell)[0] is self._widget for cell in edges)
