"""A radio button that reads without colour."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import RadioButton


class PlainRadioButton(RadioButton):
    """`(●)` where it is chosen, `( )` where not."""

    def __init__(self, label: str, *, value: bool = False) -> None:
        super().__init__(label, value=value, compact=True)

    @property
    def _button(self) -> Content:
        sign = "●" if self.value else " "
        return Content.styled(f"({sign})", self.get_visual_style("toggle--label"))
