"""What the reader asks for: a line as it was understood, and perhaps a picture to be like; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagescope_tui.search.query_language import parse_query, without_chip
from imagescope_tui.search.types import Query

if TYPE_CHECKING:
    from imagescope_tui.search.query_language import ParsedQuery
    from storage.records import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query in the making."""

    line: str = ""
    reference: Photo | None = None

    @property
    def parsed(self) -> ParsedQuery:
        """The line, understood."""
        return parse_query(self.line)

    @property
    def query(self) -> Query:
        """What the engine is asked."""
        parsed = self.parsed
        path = self.reference.full_path if self.reference else None
        return Query(text=parsed.text, reference=path, filter=parsed.filter)

    @property
    def is_timeline(self) -> bool:
        """Whether nothing is to be ranked: all photos that pass, newest first."""
        return not self.parsed.text and self.reference is None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked at all."""
        return self.is_timeline and self.parsed.filter.is_empty

    @property
    def chip_labels(self) -> tuple[str, ...]:
        """The picture first, then the filters."""
        like = (f"like {self.reference.path.rpartition('/')[2]}",) if self.reference else ()
        return (*like, *(chip.label for chip in self.parsed.chips))

    def without(self, place: int) -> Asked:
        """The same without one of its chips."""
        if self.reference is not None:
            if place == 0:
                return Asked(line=self.line)
            place -= 1
        chips = self.parsed.chips
        if not 0 <= place < len(chips):
            return self
        return Asked(line=without_chip(self.line, chips[place]), reference=self.reference)
