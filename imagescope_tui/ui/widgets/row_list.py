"""A list of rows that stays where it is while its rows change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from imagescope_tui.ui.widgets.line_looks import as_content

if TYPE_CHECKING:
    from imagescope_tui.ui.library_rows import Row


class RowList(OptionList):
    """One row of several lines is selected; heads are passed over."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, markup=False)
        self._rows: list[Row] = []

    @property
    def row(self) -> Row | None:
        """The selected row."""
        place = self.highlighted
        return self._rows[place] if place is not None and place < len(self._rows) else None

    def show_rows(self, rows: list[Row]) -> None:
        """Replace the rows; the selected one stays, or the one that took its place."""
        if [row.key for row in rows] == [row.key for row in self._rows]:
            self._show_changes(rows)
            return
        selected, place = self.row.key if self.row else "", self.highlighted or 0
        self._rows = rows
        self.set_options(
            Option(as_content(list(row.lines)), disabled=row.kind == "head") for row in rows
        )
        keys = [row.key for row in rows]
        self.highlighted = keys.index(selected) if selected in keys else self._last_in_part(place)

    def _show_changes(self, rows: list[Row]) -> None:
        before, self._rows = self._rows, rows
        for place, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old.lines != new.lines:
                self.replace_option_prompt_at_index(place, as_content(list(new.lines)))

    def _last_in_part(self, place: int) -> int:
        """The place, or where its part has become shorter, the last one there."""
        place = min(place, len(self._rows) - 1)
        is_head = self._rows[place].kind == "head"
        return self._first_from(place - 1 if is_head and place else place)

    def _first_from(self, place: int) -> int:
        """The first place from there on that can be selected."""
        following = (n for n, row in enumerate(self._rows) if n >= place and row.kind != "head")
        return next(following, len(self._rows) - 1)

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Show the head of the first part too."""
        super().watch_highlighted(highlighted)
        if highlighted is not None and highlighted <= 1:
            self.scroll_home(animate=False)

    def go_to_part(self, steps: int) -> None:
        """To the first row of the part that is so many further; nowhere where there are none."""
        heads = [n for n, row in enumerate(self._rows) if row.kind == "head"]
        if not heads:
            return
        here = sum(head <= (self.highlighted or 0) for head in heads) - 1
        self.highlighted = self._first_from(heads[(here + steps) % len(heads)])
