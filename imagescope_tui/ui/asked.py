"""What the reader asks for: a line, a picture, and what was said before; pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imagescope_tui.search.query_language import LineContext, parse_query, without_chip
from imagescope_tui.search.types import Query, Turn
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imagescope_tui.search.query_language import Chip, ParsedQuery
    from imagescope_tui.search.types import Order
    from storage.records import Photo, PhotoFilter, PhotoId


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTurn:
    """An earlier line of the conversation, and what came of it."""

    line: str
    reading: str = ""
    """What was looked for then, as the reasoner put it."""
    outcome: str = ""
    """How many were found."""
    best: tuple[PhotoId, ...] = ()
    """The first photos that were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChip:
    """A part of what is asked that can be dropped."""

    label: str
    """Ends in a question mark where it was guessed."""
    rest: Asked
    """What is asked without it."""


def asked_before(query: Query) -> Asked:
    """What was asked in a search that is read back; its filters are written into the line."""
    from imagescope_tui.search.reading.written import written_line  # knows all names of months

    return Asked(
        line=printable(written_line(query.filter, query.text, query.alternatives)),
        reference=query.reference,
        is_deep=True,
        turns=tuple(SaidTurn(line=turn.text, reading=turn.reading) for turn in query.history),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query in the making."""

    line: str = ""
    reference: Path | None = None
    """A picture to be like, or the one that the words change."""
    is_edit: bool = False
    """Whether the picture is to be changed by words that are still to come."""
    is_deep: bool = False
    """Whether the models are to read, check and judge."""
    turns: tuple[SaidTurn, ...] = ()
    """What was said before the line, oldest first."""
    context: LineContext = field(default_factory=LineContext, compare=False)
    """What lines mean for who asks."""
    before: Asked | None = field(default=None, compare=False, repr=False)
    """What was asked when a photo was taken as the question, so that there is a way back."""
    photo_id: PhotoId | None = field(default=None, compare=False, repr=False)
    """That photo."""
    place_before: int = field(default=0, compare=False, repr=False)
    """Its place in the grid then, from 0."""
    order_before: Order = field(default="match", compare=False, repr=False)

    def anew(self, line: str = "") -> Asked:
        """A new question, of which nothing but the line is known."""
        return Asked(line=line, context=self.context)

    def about(
        self, photo: Photo, *, is_edit: bool, place: int = 0, order: Order = "match"
    ) -> Asked:
        """A new question that begins with a photo: to be like it, or to be changed by words.

        `place` and `order`: where it stands in the grid, so that there is a way back.
        """
        return replace(
            self.anew(),
            reference=photo.full_path,
            is_edit=is_edit,
            before=self,
            photo_id=photo.id,
            place_before=place,
            order_before=order,
        )

    def like(self, picture: Path, order: Order = "match") -> Asked:
        """A new question by a picture that need not be in the library."""
        return replace(self.anew(), reference=picture, before=self, order_before=order)

    def typed(self, line: str) -> Asked:
        """The same with another line, which has not been read by models.

        Where photos like a picture are shown, words are a new question: only an edit waits for
        them.
        """
        return self.anew(line) if self.is_like else replace(self, line=line, is_deep=False)

    @property
    def parsed(self) -> ParsedQuery:
        """The line, understood."""
        return self._read(self.line)

    @property
    def filter(self) -> PhotoFilter:
        """The filters of all lines; of two that exclude each other the later counts."""
        # No phrase begins in one line and ends in the next.
        return self._read(" ; ".join((*(turn.line for turn in self.turns), self.line))).filter

    @property
    def query(self) -> Query:
        """What the engine is asked: the last words refine those before."""
        lines = (*self.turns, SaidTurn(line=self.line))
        read = [(turn, self._read(turn.line)) for turn in lines]
        said = [
            (Turn(text=parsed.text, reading=turn.reading), parsed.alternatives)
            for turn, parsed in read
            if parsed.text
        ]
        history = tuple(turn for turn, _ in said[:-1])
        return Query(
            text=said[-1][0].text if said else "",
            alternatives=_each_after(history, said[-1][1]) if said else (),
            unwanted=tuple(dict.fromkeys(it for _, parsed in read for it in parsed.unwanted)),
            reference=self.reference,
            history=history,
            filter=self.filter,
        )

    @property
    def is_timeline(self) -> bool:
        """Whether photos are only filtered, by date; what they must not show is looked for."""
        query = self.query
        return query.is_timeline and not query.unwanted

    @property
    def is_like(self) -> bool:
        """Whether photos like a picture are asked for, and nothing was said yet."""
        is_silent = not self.line.strip() and not self.turns
        return self.reference is not None and not self.is_edit and is_silent

    @property
    def chips_passed(self) -> tuple[Chip, ...]:
        """What was understood of all lines."""
        lines = (*(turn.line for turn in self.turns), self.line)
        return tuple(chip for line in lines for chip in self._read(line).chips)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked at all."""
        return self.is_timeline and self.filter.is_empty

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits for the words that say what should be different."""
        return self.is_edit and not self.query.text

    @property
    def chips(self) -> tuple[AskedChip, ...]:
        """The picture first, then what was said before, then the filters of all lines."""
        return (*self._picture_chip(), *self._turns_chip(), *self._filter_chips())

    @property
    def chip_labels(self) -> tuple[str, ...]:
        """How the chips read."""
        return tuple(chip.label for chip in self.chips)

    def without(self, place: int) -> Asked:
        """The same without one of its chips."""
        chips = self.chips
        return chips[place].rest if 0 <= place < len(chips) else self

    def refined(self, line: str, so_far: SaidTurn) -> Asked:
        """The same with one more line; what was said becomes the turn before it."""
        turns = (*self.turns, so_far) if self.line.strip() else self.turns
        return replace(self, line=line, turns=turns)

    def without_turn(self, place: int) -> Asked:
        """The same without one line of the conversation, the current one being the last.

        What was read after that line is forgotten, for it was read with the line in mind.
        """
        lines = [*self.turns, SaidTurn(line=self.line)]
        if not 0 <= place < len(lines):
            return self
        later = [SaidTurn(line=turn.line) for turn in lines[place + 1 :]]
        kept = [*lines[:place], *later]
        if not kept:
            return replace(self, line="", turns=(), is_edit=self.reference is not None)
        return replace(self, line=kept[-1].line, turns=tuple(kept[:-1]))

    def _read(self, line: str) -> ParsedQuery:
        return parse_query(line, self.context)

    def _picture_chip(self) -> Iterator[AskedChip]:
        if self.reference is not None:
            verb = "edit" if self.is_edit or self.query.text else "like"
            rest = replace(self, reference=None, is_edit=False, before=None)
            yield AskedChip(label=f"{verb} {self.reference.name}", rest=rest)

    def _turns_chip(self) -> Iterator[AskedChip]:
        if self.turns:
            (first, *others) = self.turns
            label = f"after {len(self.turns)} lines" if others else f"after “{first.line}”"
            yield AskedChip(label=label, rest=replace(self, turns=()))

    def _filter_chips(self) -> Iterator[AskedChip]:
        for place, turn in enumerate(self.turns):
            for chip in self._read(turn.line).chips:
                fewer = replace(turn, line=without_chip(turn.line, chip))
                turns = (*self.turns[:place], fewer, *self.turns[place + 1 :])
                yield AskedChip(label=_label(chip), rest=replace(self, turns=turns))
        for chip in self.parsed.chips:
            rest = replace(self, line=without_chip(self.line, chip))
            yield AskedChip(label=_label(chip), rest=rest)


def _each_after(history: tuple[Turn, ...], alternatives: tuple[str, ...]) -> tuple[str, ...]:
    """Each of the alternatives behind what was said before, for each is searched by itself."""
    said = tuple(turn.text for turn in history)
    return tuple(", ".join((*said, text)) for text in alternatives)


def _label(chip: Chip) -> str:
    return f"{chip.label}?" if chip.guess else chip.label
