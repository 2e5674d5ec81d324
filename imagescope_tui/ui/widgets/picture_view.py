"""One photo, as large as its place: the thumbnail at once, the preview when it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from imagescope_tui.ui import wording
from imagescope_tui.ui.pictures.key import Box, PictureKey, PictureRequest
from imagescope_tui.ui.pictures.written import PartedLine, Pen
from imagescope_tui.ui.widgets.pixel_overlay import PixelOverlay, PlacedPainting
from storage.safe_text import printable
from storage.thumbnails import PREVIEW_SIDE, THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Region

    from imagescope_tui.ui.pictures.key import LightMap
    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.store import PictureStore
    from storage.records import Photo


class PictureView(Widget):
    """Shows a photo, or says why it cannot."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "PictureView { width: 1fr; height: 1fr; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture-view--empty"}

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._photo: Photo | None = None
        self._failure = ""
        self._second: float | None = None
        self._light: LightMap | None = None
        self._light_before: LightMap | None = None
        self._frame: Painting | None = None
        """Of a moving picture that is being played, what it shows now."""
        self._pictures: PictureStore | None = None
        self._pixels_shown: Callable[[Box], int] = lambda box: 0
        self._overlay = PixelOverlay(self, self._placed)

    @property
    def photo(self) -> Photo | None:
        """What is shown."""
        return self._photo

    def use_pictures(self, pictures: PictureStore, pixels_shown: Callable[[Box], int]) -> None:
        """Where paintings come from, and how many pixels a box of cells can show at most."""
        self._pictures = pictures
        self._pixels_shown = pixels_shown
        self._want()

    def show(self, photo: Photo | None, failure: str = "", second: float | None = None) -> None:
        """Another photo, or none; `failure` says why it could not be read.

        Of a moving picture `second` is the moment; None is what stands for it.
        """
        if (photo, failure, second) != (self._photo, self._failure, self._second):
            self._photo, self._failure, self._second = photo, failure, second
            self._light = self._light_before = None
            self.show_frame(None)
            self._want()
            self.refresh()

    def show_frame(self, frame: Painting | None) -> None:
        """A moment of the photo while it is played; None: the photo as before."""
        before, self._frame = self._frame, frame
        self.refresh()
        if before is not None and before.release is not None:
            before.release()

    @property
    def box(self) -> Box:
        """The cells there are."""
        return Box(self.size.width, self.size.height)

    @property
    def is_painted(self) -> bool:
        """Whether the photo is to be seen, or will not be."""
        keys = self._wanted_keys()
        is_settled = self._pictures is None or not keys or self._pictures.is_missing(keys[-1])
        return is_settled or self._painting() is not None

    def shine(self, light: LightMap | None) -> None:
        """Light on a part of the photo, or on all of it."""
        if light != self._light:
            self._light_before, self._light = self._light, light
            self._want()
            self.refresh()

    def picture_came(self, key: PictureKey) -> None:
        """A painting is there."""
        if key in self._keys():
            self.refresh()

    def on_resize(self) -> None:
        """The picture is painted anew for its place."""
        self._want()

    def on_unmount(self) -> None:
        """Nothing is wanted any more."""
        self.show_frame(None)
        if self._pictures is not None and self.id is not None:
            self._pictures.want(self.id, ())

    def render_line(self, y: int) -> Strip:
        """A line of the picture."""
        return self._line(y, self._painting())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines for the terminal, which are written already; a pixel picture on them follows."""
        pen, painting = Pen.of(self), self._painting()
        lines = [PartedLine(pen.written(self._line(y, painting))) for y in crop.line_range]
        if painting is not None and painting.overlay:
            self._overlay.note(crop)
        return [line.crop(crop.x, crop.right) for line in lines]

    def _line(self, y: int, painting: Painting | None) -> Strip:
        if painting is not None and y < len(painting.lines):
            return painting.lines[y]
        return self._words(y)

    def _keys(self) -> list[PictureKey]:
        """The best picture first; one with the light before before one that is worse."""
        lights = dict.fromkeys((self._light, self._light_before, None))
        return [replace(key, light=light) for key in self._wanted_keys() for light in lights]

    def _wanted_keys(self) -> list[PictureKey]:
        """Those that are to be painted, the best first."""
        if self._photo is None or self._photo.content_hash is None or not self.size:
            return []
        box = self.box
        second = self._photo.moment_beside(self._second)
        # The thumbnail that every photo has comes first on the screen, and stays where a better
        # one, or the moment, cannot be had.
        pictures = [(THUMBNAIL_SIDE, moment) for moment in dict.fromkeys((second, None))]
        is_there = self._photo.offline_since is None
        if is_there and self._pixels_shown(box) > THUMBNAIL_SIDE:
            pictures.insert(0, (PREVIEW_SIDE, second))
        return [
            PictureKey(
                content_hash=self._photo.content_hash,
                side=side,
                box=box,
                is_grey=not is_there,
                second=moment,
                light=self._light,
            )
            for side, moment in pictures
        ]

    def _want(self) -> None:
        if self._pictures is None or self._photo is None or self.id is None:
            return
        keys = reversed(self._wanted_keys())
        self._pictures.want(
            self.id, [PictureRequest(key=key, photo_id=self._photo.id) for key in keys]
        )

    def _painting(self) -> Painting | None:
        if self._frame is not None:
            return self._frame
        if self._pictures is None:
            return None
        found = (self._pictures.get(key) for key in self._keys())
        return next((painting for painting in found if painting is not None), None)

    def _placed(self) -> list[PlacedPainting]:
        painting = self._painting()
        return [PlacedPainting(painting, self.size.region)] if painting else []

    def _words(self, y: int) -> Strip:
        text = self._why_empty() if y == (self.size.height - 1) // 2 else ""
        style = self.get_component_rich_style("picture-view--empty")
        fitted = wording.fit_end(text, self.size.width)
        left = (self.size.width - cell_len(fitted)) // 2
        line = Strip([Segment(" " * left + fitted, style)])
        return line.extend_cell_length(self.size.width, style)

    def _why_empty(self) -> str:
        if self._photo is None:
            return ""
        keys = self._wanted_keys()
        if not keys:
            return printable(self._failure) or "not read yet"
        if self._pictures is None:
            return "pictures are switched off"
        return "no picture" if self._pictures.is_missing(keys[-1]) else ""
