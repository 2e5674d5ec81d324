"""The pictures of what was found, small and side by side, by the painter of the screen."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from imagescope_tui.cli.terminal import put_line, say
from imagescope_tui.photo_sight import LibrarySight, OwnPictures
from imagescope_tui.ui.pictures.key import Box, PictureKey
from imagescope_tui.ui.pictures.painter import Painter
from imagescope_tui.ui.pictures.painting import COLOUR_SYSTEMS, Painting
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from textual.strip import Strip

    from imagescope_tui.cli.search_found import Found, Hit
    from imagescope_tui.config import Settings
    from imagescope_tui.ui.settings import ImageMode
    from storage.records import PhotoId

_LEAST_WIDTH = 24
_GAP = 2
_SHAPE = 3 / 8
"""Lines for each column: most photos are 4:3, and a cell is twice as high as wide."""
_SAVE_CURSOR, _RESTORE_CURSOR = "\x1b7", "\x1b8"


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """Rows of pictures, and how they are painted."""

    painter: Painter
    jpegs: Mapping[PhotoId, bytes]
    columns: int
    box: Box

    def put_row(self, row: Sequence[tuple[int, Hit]]) -> None:
        """The pictures of up to `columns` photos, and below each its number."""
        paintings = [self._painted(hit) for _, hit in row]
        gap = " " * _GAP
        for strips in zip(*(painting.lines for painting in paintings), strict=True):
            put_line(gap.join(map(self._codes, strips)).rstrip(" "))
        overlays = "".join(map(self._over, range(len(paintings)), paintings))
        numbers = gap.join(str(place).center(self.box.width) for place, _ in row)
        put_line(overlays + numbers.rstrip())

    def _painted(self, hit: Hit) -> Painting:
        jpeg = self.jpegs.get(hit.photo.id)
        key = PictureKey(
            content_hash=hit.photo.content_hash or "",
            side=THUMBNAIL_SIDE,
            box=self.box,
            is_grey=hit.photo.offline_since is not None,
        )
        if jpeg is not None:
            try:
                return self.painter.paint(jpeg, key)
            except (OSError, ValueError):  # a file that was damaged on disk is as good as missing
                pass
        return no_picture(self.box)

    def _codes(self, strip: Strip) -> str:
        system = COLOUR_SYSTEMS[self.painter.depth]
        return "".join(
            part.style.render(part.text, color_system=system) if part.style else part.text
            for part in strip
        )

    def _over(self, column: int, painting: Painting) -> str:
        """Pixels over the blank lines just printed, by terminals that take them."""
        if not painting.overlay:
            return ""
        up, right = self.box.height - painting.top, column * (self.box.width + _GAP) + painting.left
        to_corner = f"\x1b[{up}A\x1b[{right + 1}G"
        return f"{_SAVE_CURSOR}{to_corner}{painting.overlay}{_RESTORE_CURSOR}"


def no_picture(box: Box) -> Painting:
    """What stands for a photo whose picture cannot be made."""
    from rich.segment import Segment
    from textual.strip import Strip

    blank = Strip.blank(box.width)
    told = Strip([Segment("no picture".center(box.width))], box.width)
    above = box.height // 2
    return Painting((*[blank] * above, told, *[blank] * (box.height - above - 1)))


def contact_sheet(found: Found, settings: Settings, images: str | None) -> ContactSheet | None:
    """Pictures as this terminal shows them best, or as asked; None where they are turned off."""
    painter = _painter(settings, cast("ImageMode", images or settings.images))
    if painter.protocol == "off":
        say("pictures are turned off in the settings: --images auto shows them")
        return None
    columns, box = sheet_for(shutil.get_terminal_size().columns)
    jpegs = asyncio.run(_jpegs(found, settings.library))
    return ContactSheet(painter, jpegs, columns, box)


def sheet_for(width: int) -> tuple[int, Box]:
    """How many pictures stand side by side in so many cells, and how large each is."""
    columns = max(1, (width + _GAP) // (_LEAST_WIDTH + _GAP))
    across = max(1, (width - _GAP * (columns - 1)) // columns)
    return columns, Box(across, max(1, round(across * _SHAPE)))


def _painter(settings: Settings, images: ImageMode) -> Painter:
    from imagescope_tui.config import terminal_hints
    from imagescope_tui.ui.pictures.protocol import choose_protocol
    from imagescope_tui.ui.pictures.terminal_query import ask_terminal

    answers = ask_terminal(terminal_hints(), over_ssh=settings.over_ssh, in_tmux=settings.in_tmux)
    is_remote = settings.over_ssh or settings.in_tmux
    protocol = choose_protocol(images, answers, is_remote=is_remote)
    return Painter(protocol, answers.colours or "256")


async def _jpegs(found: Found, library: Path) -> dict[PhotoId, bytes]:
    """From the library's thumbnails; those that were dropped are made for this once."""
    sight = LibrarySight(library, OwnPictures())
    try:
        seen = {
            hit.photo.id: await sight.of_photo(hit.photo.id, THUMBNAIL_SIDE, hit.candidate.second)
            for hit in found.hits
        }
    finally:
        sight.close()
    return {photo_id: photo.jpeg for photo_id, photo in seen.items() if photo is not None}
