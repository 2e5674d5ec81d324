"""Asks where in a photo the words of the query are seen, and keeps what was told."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from imagescope_tui.errors import PicturesUnavailable, Superseded

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from indexer.answers import WhereAnswer
    from storage.records import PhotoId

_ANSWERS_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsInPhoto:
    """A question: where are these words in this photo?"""

    photo_id: PhotoId
    second: float | None
    """Of a moving picture, the moment; None for what stands for it."""
    words: tuple[str, ...]
    encoder_id: str | None
    """Who is going to say; another model may see more."""


class Ask(Protocol):
    """Puts the question to the indexer."""

    def __call__(
        self, photo_id: PhotoId, words: Sequence[str], second: float | None = None
    ) -> Coroutine[None, None, WhereAnswer]:
        """Where each of the words is seen; raises PicturesUnavailable or Superseded."""


class WhereDesk:
    """One question at a time, for the photo that is looked at."""

    def __init__(
        self,
        ask: Ask,
        *,
        run: Callable[[Coroutine[None, None, None]], object],
        on_told: Callable[[], None],
    ) -> None:
        """`run` lets a question go on beside the screen, and drops the one before it."""
        self._ask = ask
        self._run = run
        self._on_told = on_told
        self._answers: OrderedDict[WordsInPhoto, WhereAnswer] = OrderedDict()
        self._wanted: WordsInPhoto | None = None

    def told(self, question: WordsInPhoto | None) -> WhereAnswer | None:
        """The answer, where it is known."""
        return self._answers.get(question) if question is not None else None

    def want(self, question: WordsInPhoto | None) -> None:
        """Have it answered; one that had no answer is asked again after another question."""
        if question == self._wanted:
            return
        before, self._wanted = self._wanted, question
        answer = self.told(before)
        if before is not None and answer is not None and answer.problem:
            del self._answers[before]
        if question is not None and question not in self._answers:
            self._run(self._answer(question))

    async def _answer(self, question: WordsInPhoto) -> None:
        try:
            answer = await self._ask(question.photo_id, question.words, question.second)
        except Superseded:
            return
        except PicturesUnavailable as error:
            from indexer.answers import WhereAnswer  # not before the first frame

            answer = WhereAnswer(problem=error.message)
        self._answers[question] = answer
        while len(self._answers) > _ANSWERS_KEPT:
            self._answers.popitem(last=False)
        self._on_told()
