"""The picture that the question is about, small, beside what is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widgets import Static

from imagescope_tui.ui.reference import reference_lines
from imagescope_tui.ui.widgets.line_looks import as_content
from imagescope_tui.ui.widgets.picture_view import PictureView

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from imagescope_tui.ui.app import ImagescopeApp
    from imagescope_tui.ui.reference import Reference


class ReferenceStrip(Horizontal):
    """Takes no room where the question is about no picture."""

    app: ImagescopeApp

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.display = False

    def compose(self) -> ComposeResult:
        """The picture, and the words right of it."""
        yield PictureView(id=f"{self.id}-picture")
        yield Static(classes="reference-words", markup=False)

    def show(self, reference: Reference | None) -> None:
        """Another picture, another wish, or none."""
        self.display = reference is not None
        picture, photo = self.query_one(PictureView), reference.photo if reference else None
        pictures, painter = self.app.pictures, self.app.painter
        has_picture = photo is not None and pictures is not None and painter is not None
        self.set_class(has_picture, "-painted")
        picture.display = has_picture
        if pictures is not None and painter is not None:
            picture.use_pictures(pictures, painter.pixels_shown)
        picture.show(photo)
        lines = reference_lines(reference) if reference else []
        self.query_one(Static).update(as_content(lines))
