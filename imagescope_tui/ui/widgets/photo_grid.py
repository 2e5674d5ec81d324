"""The grid of photos: any number of them, of which only those in view exist.

One widget draws all cards itself. It scrolls by whole rows, so that no picture is ever cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from imagescope_tui.ui.actions import bindings_of
from imagescope_tui.ui.known import UNKNOWN
from imagescope_tui.ui.pictures.written import PartedLine, Pen
from imagescope_tui.ui.widgets.card_drawer import CardDrawer
from imagescope_tui.ui.widgets.grid_geometry import FRAME
from imagescope_tui.ui.widgets.grid_model import GridModel
from imagescope_tui.ui.widgets.pixel_overlay import PixelOverlay, PlacedPainting
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from textual import events
    from textual.binding import BindingType

    from imagescope_tui.ui.known import Known
    from imagescope_tui.ui.photo_feed import GridItem, PhotoFeed, PhotoSource
    from imagescope_tui.ui.pictures.key import PictureKey
    from imagescope_tui.ui.pictures.painting import Painting
    from imagescope_tui.ui.pictures.store import PictureStore
    from imagescope_tui.ui.widgets.card import CardFace
    from storage.records import Photo, PhotoId


class PhotoGrid(ScrollView, can_focus=True):
    """Photos in rows; the arrows move the selection, the wheel and the bar move the view."""

    ALLOW_SELECT = False
    # The bar is always there: where it comes and goes, all cards find new places.
    DEFAULT_CSS = """
    PhotoGrid {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "photo-grid--label",
        "photo-grid--dim",
        "photo-grid--heading",
        "photo-grid--accepted",
        "photo-grid--frame",
        "photo-grid--mark",
        "photo-grid--placeholder",
        "photo-grid--chosen",
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("grid")

    index: reactive[int] = reactive(0, init=False, repaint=False)
    """The selected place, from 0."""

    class Selected(Message):
        """Another photo is selected, or none."""

        def __init__(self, item: GridItem | None) -> None:
            super().__init__()
            self.item = item

    class Opened(Message):
        """A photo was asked for in large."""

        def __init__(self, item: GridItem) -> None:
            super().__init__()
            self.item = item

    class Resized(Message):
        """Pictures have another size now."""

        def __init__(self, picture_size: int) -> None:
            super().__init__()
            self.picture_size = picture_size

    class LeftAtTop(Message):
        """The selection would go up from the first row."""

    class Unreadable(Message):
        """The library could not be read."""

        def __init__(self, error: StorageError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, *, is_text: bool, marks: Set[PhotoId], id: str | None = None) -> None:
        super().__init__(id=id)
        self._model = GridModel(is_text=is_text, marks=marks)
        self._is_moved = False
        self._is_view_kept = False
        self._announced: GridItem | None = None
        self._kept_id: PhotoId | None = None
        self._cards = CardDrawer(lambda part: self.get_component_rich_style(part))
        self._rows: dict[int, list[PartedLine]] = {}
        self._pen: Pen | None = None
        self._overlay = PixelOverlay(self, self._placed_paintings)

    @property
    def item(self) -> GridItem | None:
        """The selected photo, where it is at hand."""
        return self._model.item(self.index)

    @property
    def count(self) -> int:
        """Photos in the grid."""
        return self._model.count

    def use_pictures(self, pictures: PictureStore) -> None:
        """Where paintings come from; without it cards stay empty."""
        self._model.pictures = pictures

    def show(self, feed: PhotoFeed, selected: PhotoId | None = None) -> None:
        """Other photos: the selection goes to the one that is named, where its place is known.

        Else it goes to the first.
        """
        self._model.feed = feed
        self._is_moved = False
        self._kept_id = None
        self._refresh_frame(self.index)
        self.set_reactive(PhotoGrid.index, 0)
        self.scroll_y = 0
        self._measure()
        place = feed.index_of(selected) if selected is not None else None
        if place is not None:
            self.action_move_by(place)

    def renew(self, source: PhotoSource, *, is_refined: bool = False) -> None:
        """The same photos in a newer order: a selection that was moved stays on its photo.

        One that was never moved stays on the first place. Where models have refined the order, the
        view stays where it is.
        """
        feed = self._model.feed
        if feed is None:
            return
        self._is_view_kept = is_refined
        self._kept_id = self.item.photo.id if self.item and self._is_moved else None
        feed.replace_source(source)
        self.set_reactive(PhotoGrid.index, self.validate_index(self.index))
        self._keep_selection()
        self._measure()

    @property
    def photo_ids(self) -> tuple[PhotoId, ...]:
        """The photos that are at hand."""
        return self._model.feed.photo_ids if self._model.feed else ()

    def change(self, photos: Mapping[PhotoId, Photo]) -> None:
        """There is something else to say of these photos; they stay where they are."""
        if self._model.feed is not None:
            self._model.feed.change(photos)
            self._announce()
            self.refresh()

    def names(self, count: int) -> dict[PhotoId, str]:
        """The file names of the first photos, as far as they are at hand."""
        return self._model.names(count)

    def show_known(self, known: Mapping[PhotoId, Known], others: Known = UNKNOWN) -> None:
        """What models said of photos; only cards that change are drawn again."""
        model = self._model
        before = {index: model.known_at(index) for index in self._shown}
        model.known, model.known_of_others = known, others
        for index, was in before.items():
            if model.known_at(index) != was:
                self.refresh(self._region_of(index))

    def picture_came(self, key: PictureKey) -> None:
        """A painting is there: draw the cards that show it."""
        for index in self._shown:
            item = self._model.item(index)
            if item is not None and key in self._model.keys(item):
                self.refresh(self._region_of(index))

    def validate_index(self, index: int) -> int:
        """Within the grid."""
        return max(0, min(index, self.count - 1))

    def watch_index(self, before: int, after: int) -> None:
        """Only the frames of two cards change."""
        self._reveal(after)
        self._refresh_frame(before)
        self._refresh_frame(after)
        self._announce()

    def action_move_by(self, steps: int) -> None:
        """One card on."""
        self._move_to(self.index + steps)

    def action_move_rows(self, rows: int) -> None:
        """A row on, in the same column."""
        target = self.index + rows * self._model.geometry.columns
        if target < 0:
            self.post_message(self.LeftAtTop())
        else:
            self._move_to(target)

    def action_move_pages(self, pages: int) -> None:
        """A screen on."""
        self._move_to(self.index + pages * self._model.geometry.page)

    def action_first(self) -> None:
        """To the first photo."""
        self._move_to(0)

    def action_last(self) -> None:
        """To the last photo."""
        self._move_to(self.count - 1)

    def jump_to(self, index: int) -> None:
        """To a photo far away; its row comes to the top."""
        self._move_to(index)
        self.scroll_to(y=self._region_of(self.index).y + round(self.scroll_y), animate=False)

    def action_open(self) -> None:
        """Ask for the selected photo in large."""
        if self.item is not None:
            self.post_message(self.Opened(self.item))

    def action_resize_cards(self, step: int) -> None:
        """Larger or smaller pictures."""
        self.show_size(self._model.picture_size + step)
        self.post_message(self.Resized(self._model.picture_size))

    def show_size(self, size: int) -> None:
        """Pictures of this step of the sizes there are."""
        self._model.picture_size = size
        self._measure()
        self._reveal(self.index)

    def validate_scroll_y(self, value: float) -> float:
        """Whole rows only."""
        return min(self._model.geometry.snapped(value), self.max_scroll_y)

    def validate_scroll_target_y(self, value: float) -> float:
        """Whole rows only."""
        return self.validate_scroll_y(value)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other cards come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._look()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """A row down."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """A row up."""
        self._wheel(event, -1)

    def on_click(self, event: events.Click) -> None:
        """Select; twice: open."""
        geometry = self._model.geometry
        index = geometry.index_at(event.x, event.y + round(self.scroll_y), self.count)
        if index is None or index not in self._shown:
            return
        self._move_to(index)
        if event.chain == 2:
            self.action_open()

    def on_resize(self) -> None:
        """The cards find new places."""
        self._measure()
        self._reveal(self.index)

    def notify_style_update(self) -> None:
        """Theme or focus have changed the looks."""
        super().notify_style_update()
        self._cards.ask_looks_again()

    def render_line(self, y: int) -> Strip:
        """One line across a row of cards."""
        geometry, width = self._model.geometry, self.size.width
        pen = self._pen = self._pen or Pen.of(self)
        row, line = divmod(self.scroll_offset.y + y, geometry.card_height)
        is_below = y >= geometry.rows_shown * geometry.card_height
        if is_below or row * geometry.columns >= self.count:
            return PartedLine(pen.written(Strip.blank(width)))
        if row not in self._rows:
            self._rows[row] = self._cards.row(self._faces(row), width, pen)
        return self._rows[row][line]

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines for the terminal, which are written already; pixel pictures on them follow."""
        self._rows.clear()
        pen = Pen.of(self)
        self._pen = self._pen if self._pen == pen else pen
        lines = [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]
        if any(entry.painting.overlay for entry in self._placed_paintings()):
            self._overlay.note(crop)
        return lines

    @property
    def _shown(self) -> range:
        """The places in view."""
        geometry = self._model.geometry
        first = int(self.scroll_y) // geometry.card_height * geometry.columns
        return range(first, min(self.count, first + geometry.page))

    def _move_to(self, index: int) -> None:
        self._is_moved = True
        self._kept_id = None
        self.index = index

    def _reveal(self, index: int) -> None:
        geometry = self._model.geometry
        line = index // geometry.columns * geometry.card_height
        if line < self.scroll_y:
            self.scroll_to(y=line, animate=False)
        elif line + geometry.card_height > self.scroll_y + self.size.height:
            above = (geometry.rows_shown - 1) * geometry.card_height
            self.scroll_to(y=line - above, animate=False)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.prevent_default().stop()
        line = self.scroll_y + rows * self._model.geometry.card_height
        self.scroll_to(y=line, animate=False)

    def _measure(self) -> None:
        place = self.scrollable_content_region
        if place:
            self._model.measure(place.width, place.height)
        height = self._model.geometry.virtual_height(self.count)
        self.virtual_size = Size(place.width, height)
        self.scroll_y = min(self.scroll_y, self.max_scroll_y)
        self._look()
        self.refresh()

    def _look(self) -> None:
        """Fetch what has come into view, and a screen around it."""
        self._want_pictures()
        self._announce()
        feed, shown, page = self._model.feed, self._shown, self._model.geometry.page
        first, last = shown.start - page, shown.stop + page
        if feed and feed.pages_missing(first, last):
            self._load_pages(feed, first, last)

    @work(group="grid-pages", exclusive=True)
    async def _load_pages(self, feed: PhotoFeed, first: int, last: int) -> None:
        try:
            for number in feed.pages_missing(first, last):
                await feed.load(number)
        except StorageError as error:
            self.post_message(self.Unreadable(error))
            return
        if feed is self._model.feed:
            self._keep_selection()
            self._want_pictures()
            self._announce()
            self.refresh()

    def _keep_selection(self) -> None:
        feed = self._model.feed
        if self._kept_id is None or feed is None:
            return
        index = feed.index_of(self._kept_id)
        if index is None or index == self.index:
            return
        columns = self._model.geometry.columns
        rows = index // columns - self.index // columns
        self.set_reactive(PhotoGrid.index, index)
        if not self._is_view_kept:
            self.scroll_y += rows * self._model.geometry.card_height
        if self._is_moved:
            self._reveal(index)

    def _announce(self) -> None:
        item = self.item
        if item != self._announced:
            self._announced = item
            self.post_message(self.Selected(item))

    def _want_pictures(self) -> None:
        if self._model.pictures is None:
            return
        shown, page = self._shown, self._model.geometry.page
        around = (*range(shown.stop, shown.stop + page), *range(shown.start)[-page:])
        self._model.pictures.want("grid", self._model.requests(shown, around))

    def _placed_paintings(self) -> Iterator[PlacedPainting]:
        for index in self._shown:
            painting = self._model.painting(index)
            if painting is not None:
                yield PlacedPainting(painting, self._region_of(index).shrink((FRAME,) * 4))

    def _region_of(self, index: int) -> Region:
        geometry = self._model.geometry
        row, column = divmod(index, geometry.columns)
        top = row * geometry.card_height - round(self.scroll_y)
        width, height = geometry.card_width, geometry.card_height
        return Region(column * width, top, width, height)

    def _refresh_frame(self, index: int) -> None:
        card = self._region_of(index)
        self.refresh(
            Region(card.x, card.y, card.width, FRAME),
            Region(card.x, card.bottom - FRAME, card.width, FRAME),
            Region(card.x, card.y, FRAME, card.height),
            Region(card.right - FRAME, card.y, FRAME, card.height),
        )

    def _faces(self, row: int) -> list[tuple[CardFace, Painting | None]]:
        first = row * self._model.geometry.columns
        end = min(first + self._model.geometry.columns, self.count)
        faces = [self._face(index) for index in range(first, end)]
        return [(face, self._model.painting_of(face.picture)) for face in faces]

    def _face(self, index: int) -> CardFace:
        return self._model.face(
            index,
            is_selected=index == self.index,
            is_first_shown=index == self._shown.start,
        )
