"""What a search on the terminal is doing, on one line that goes when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from imagescope_tui.search.events import (
    CandidateJudged,
    CandidatesReranked,
    CandidatesRetrieved,
    CandidateVerified,
    PropositionsReady,
    SearchStarted,
)

if TYPE_CHECKING:
    from types import TracebackType

    from imagescope_tui.search.events import SearchEvent
    from storage.records import PhotoId


class SearchProgress:
    """A line on stderr."""

    def __init__(self) -> None:
        self._status = Console(stderr=True).status("searching …")
        self._stages = 1
        self._answered: dict[PhotoId, int] = {}

    def __enter__(self) -> SearchProgress:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def hear(self, event: SearchEvent) -> None:
        """The search has come further."""
        words = self._words(event)
        if words:
            self._status.update(words)

    def _words(self, event: SearchEvent) -> str:
        match event:
            case SearchStarted():
                self._stages = event.options.stages
            case CandidatesRetrieved(is_final=False):
                return f"{len(event.ranking):,} found · reading the request …"
            case CandidatesRetrieved() if self._stages > 1:
                return f"{len(event.ranking):,} found · thinking of questions …"
            case PropositionsReady():
                return f"checking with {len(event.propositions)} questions …"
            case CandidateVerified():
                given = sum(answer is not None for answer in event.verification.answers)
                self._answered[event.verification.photo_id] = given
                return f"checking, {sum(self._answered.values()):,} answers …"
            case CandidatesReranked(stage=2) | CandidateJudged():
                return "comparing the best …"
        return ""
