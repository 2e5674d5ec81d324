"""One photo of a grid as lines of cells: a heading above, the picture, and a label below."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from imagescope_tui.ui import wording
from imagescope_tui.ui.known import JUDGED_WORDS
from imagescope_tui.ui.pictures.key import Box
from imagescope_tui.ui.widgets.grid_geometry import FRAME
from storage.safe_text import printable

if TYPE_CHECKING:
    from rich.style import Style

    from imagescope_tui.ui.known import Judged
    from imagescope_tui.ui.photo_feed import GridItem
    from imagescope_tui.ui.pictures.key import PictureKey
    from imagescope_tui.ui.pictures.painting import Painting

MARK = "●"
OFFLINE = "⌁"
DAMAGED = "◩"
_ACCEPTED = "★"
_NAME_LEAST = 10
"""A shorter rest of a name tells nothing beside what is known of the photo."""
PictureState: TypeAlias = Literal["ready", "waiting", "unread", "missing", "text"]
_PLACEHOLDERS = {"waiting": "", "unread": "not read yet", "missing": "no picture"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStyles:
    """The looks of a card's parts, from the theme."""

    label: Style
    dim: Style
    heading: Style
    accepted: Style
    frame: Style
    mark: Style
    placeholder: Style
    chosen: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFace:
    """All a card shows; equal faces are drawn alike."""

    width: int
    height: int
    lead: str = ""
    """Rank or day, before the name."""
    name: str = ""
    details: tuple[str, ...] = ()
    """Lines of a card without a picture."""
    heading: str = ""
    """The month, or the group, that begins with this card or comes into view with it."""
    checks: str = ""
    """What the verifier said, a sign per question."""
    judged: Judged = ""
    trouble: str = ""
    """Why there is no picture, where that is known."""
    plays: str = ""
    """Of a moving picture, the moment that was found, and how long it lasts."""
    copies: int = 1
    """How many files the card stands for."""
    is_selected: bool = False
    is_marked: bool = False
    is_favourite: bool = False
    is_damaged: bool = False
    is_offline: bool = False
    picture: PictureKey | None = None
    state: PictureState = "waiting"

    @property
    def picture_box(self) -> Box:
        """The cells left for the picture."""
        return picture_box(self.width, self.height)


def picture_box(width: int, height: int) -> Box:
    """The cells a card of this size leaves for its picture."""
    return Box(max(1, width - 2 * FRAME), max(1, height - 2 * FRAME))


def lead_of(item: GridItem) -> str:
    """The rank, with the number in a stack that is open; where photos are by date the day.

    Without the year where that stands above.
    """
    if item.rank is not None and not item.is_by_date:
        return f"{item.rank:,}" if item.number is None else f"{item.rank:,}·{item.number}"
    moment = wording.moment_of(item.photo)
    if moment is None:
        return ""
    day = wording.short_day(moment)
    return f"{day} {moment.year}".strip() if item.is_by_date or not day else day


def name_of(item: GridItem) -> str:
    """The file's name, fit to be shown."""
    return printable(item.photo.path.rpartition("/")[2])


def details_of(item: GridItem) -> tuple[str, ...]:
    """Folder, time and size, for cards without pictures."""
    moment = wording.moment_of(item.photo)
    folder = item.photo.path.rpartition("/")[0]
    return (
        printable(f"{item.photo.root.name}/{folder}".rstrip("/")),
        wording.day_and_time(moment) if moment else "",
        printable(item.failure) or wording.frame_sentence(item.photo, None),
    )


def draw_card(
    face: CardFace, painting: Painting | None, styles: CardStyles
) -> list[tuple[Strip, ...]]:
    """The card's lines in parts, each line exactly as wide as the card."""
    side = Strip([Segment("│" if face.is_selected else " ", styles.frame)], FRAME)
    middle = painting.lines if painting else _without_picture(face, styles)
    return [
        (_top(face, styles),),
        *((side, line, side) for line in middle),
        (_bottom(face, styles),),
    ]


def _top(face: CardFace, styles: CardStyles) -> Strip:
    heading = wording.fit_end(face.heading, face.width - 4)
    title = f" {heading} " if heading else ""
    rest = face.width - 2 - cell_len(title)
    left, line, right = ("╭", "─", "╮") if face.is_selected else (" ", " ", " ")
    segments = [
        Segment(left, styles.frame),
        Segment(title, styles.heading),
        Segment(line * rest + right, styles.frame),
    ]
    return Strip([segment for segment in segments if segment.text], face.width)


def _bottom(face: CardFace, styles: CardStyles) -> Strip:
    signs = _signs(face, styles)
    signs_width = sum(segment.cell_length for segment in signs)
    lead = f"{face.lead} " if face.lead else ""
    checks = f"{face.checks} " if face.checks else ""
    room = face.width - 4 - signs_width - cell_len(lead) - cell_len(checks)
    judged = _judged(face, room)
    room -= cell_len(judged)
    is_cramped = bool(checks or judged) and room < _NAME_LEAST
    name = "" if is_cramped else wording.fit(face.name, max(1, room))
    fill = max(0, room - cell_len(name))
    label = styles.chosen if face.is_selected else styles.label
    left, line, right = ("╰ ", "─", " ╯") if face.is_selected else ("  ", " ", "  ")
    gap = f" {line * (fill - 2)} " if fill > 2 else " " * fill
    segments = [
        Segment(left, styles.frame),
        Segment(lead, styles.chosen if face.is_selected else styles.dim),
        Segment(checks, label),
        Segment(judged, styles.accepted if face.judged == "accepted" else styles.dim),
        Segment(name, label),
        Segment(gap, styles.frame),
        *signs,
        Segment(right, styles.frame),
    ]
    strip = Strip([segment for segment in segments if segment.text])
    return strip.adjust_cell_length(face.width)


def _judged(face: CardFace, room: int) -> str:
    """Whether it fits, in words, or in a sign where they have no room."""
    word = f"{JUDGED_WORDS[face.judged]} " if face.judged else ""
    if cell_len(word) <= room:
        return word
    return f"{_ACCEPTED} " if face.judged == "accepted" and room >= len(_ACCEPTED) + 1 else ""


def _signs(face: CardFace, styles: CardStyles) -> list[Segment]:
    signs = []
    if face.plays:
        before = sum(cell_len(text) + 1 for text in (face.lead, face.checks, face.name) if text)
        signs.append(Segment(f" {_shortened(face.plays, face.width - 4 - before)}", styles.dim))
    if face.copies > 1:
        signs.append(Segment(f" ×{face.copies}", styles.dim))
    if face.is_favourite:
        signs.append(Segment(f" {wording.FAVOURITE}", styles.mark))
    if face.is_damaged:
        signs.append(Segment(f" {DAMAGED}", styles.dim))
    if face.is_offline:
        signs.append(Segment(f" {OFFLINE}", styles.dim))
    if face.is_marked:
        signs.append(Segment(f" {MARK}", styles.mark))
    return signs


def _shortened(plays: str, room: int) -> str:
    """Without how long it lasts, where there is no room for both."""
    return plays if cell_len(plays) <= room else plays.partition(" of ")[0]


def _without_picture(face: CardFace, styles: CardStyles) -> list[Strip]:
    box = face.picture_box
    texts = list(face.details) if face.state == "text" else _reasons(face, box)
    texts = texts[: box.height]
    style = styles.dim if face.state == "text" else styles.placeholder
    top = 0 if face.state == "text" else (box.height - len(texts)) // 2
    lines = ["" for _ in range(box.height)]
    lines[top : top + len(texts)] = texts
    return [_text_line(line, box.width, style, is_centred=face.state != "text") for line in lines]


def _reasons(face: CardFace, box: Box) -> list[str]:
    if face.state == "unread" and face.trouble:
        return textwrap.wrap(face.trouble, max(1, box.width - 2))
    return [_PLACEHOLDERS[face.state]]


def _text_line(text: str, width: int, style: Style, *, is_centred: bool) -> Strip:
    fitted = wording.fit(text, width - 2)
    left = (width - cell_len(fitted)) // 2 if is_centred else 1
    segment = Segment(" " * left + fitted, style)
    return Strip([segment]).extend_cell_length(width, style)
