"""Stage 2: ask yes/no questions about the best candidates, and order them by the answers.

Method: ImageScope, predicate verification; XR, which asks the captions too. Every question shows
the candidate; one that compares with the reference shows the reference before it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from imagescope_tui.search.caption_check import ask_caption
from imagescope_tui.search.head_scores import head_scores
from imagescope_tui.search.prompting import prompt
from imagescope_tui.search.sight import VERIFIER_SIDE
from imagescope_tui.search.together import together
from imagescope_tui.search.types import Answer, Verification
from indexer.models.chat_types import ChatPicture, ChatRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imagescope_tui.search.head_scores import HeadScores
    from imagescope_tui.search.sight import SeenPhoto, Sight
    from imagescope_tui.search.strategies import Strategy
    from imagescope_tui.search.types import Candidate, Proposition
    from indexer.models.chat_types import ChatModel
    from storage.records import PhotoId

CLEAR_MARGIN = 3.0
"""In nats: a candidate so much less probable (1 to 20) than those who will be judged is asked no
more."""

_ANSWERS_KEPT = 50_000
_ANSWER_TOKENS = 8

AnswerKey: TypeAlias = tuple[str, str, str, str]
"""Content hash of the candidate, of the reference or empty, question, model with its prompt."""


class AnswerMemory:
    """Answers that need not be asked for again; the least recently used are forgotten."""

    def __init__(self, limit: int = _ANSWERS_KEPT) -> None:
        self._answers: OrderedDict[AnswerKey, Answer] = OrderedDict()
        self._limit = limit

    def get(self, key: AnswerKey) -> Answer | None:
        """The answer, if it is known."""
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: AnswerKey, answer: Answer) -> None:
        """Remember an answer that could be read."""
        if answer.said is not None:
            self._answers[key] = answer
            if len(self._answers) > self._limit:
                self._answers.popitem(last=False)


@dataclass(slots=True, kw_only=True)
class Verifier:
    """Asks one search's questions; `on_verified` is told after every answer."""

    model: ChatModel | None
    """Sees the photos; None where only captions are asked."""
    reader: ChatModel | None
    """Reads the captions; None where only photos are asked."""
    sight: Sight
    strategy: Strategy
    memory: AnswerMemory
    propositions: tuple[Proposition, ...]
    reference: Path | None
    on_verified: Callable[[Verification], None]
    _scores: HeadScores = field(init=False)
    _answers: dict[PhotoId, list[Answer | None]] = field(default_factory=dict)
    _caption_answers: dict[PhotoId, list[Answer | None]] = field(default_factory=dict)
    _photos: dict[PhotoId, SeenPhoto | None] = field(default_factory=dict)
    _seconds: dict[PhotoId, float | None] = field(default_factory=dict)
    _reference_photo: SeenPhoto | None = None
    _model_name: str = ""

    async def verify(
        self, candidates: Sequence[Candidate], *, keep: int, spare: int
    ) -> tuple[Verification, ...]:
        """What is known of each candidate in the end, in the given order.

        Args:
            candidates: best first.
            keep: how many matter after this; who can no longer be among them is asked no more.
            spare: how many questions to do without. Both only where the strategy stops early.

        Raises:
            ChatUnavailable: no server answers; what was told until then stands.
        """
        self._scores = head_scores(self.strategy, candidates, self.propositions)
        blank = [None] * len(self.propositions)
        self._answers = {item.photo_id: list(blank) for item in candidates}
        self._seconds = {item.photo_id: item.second for item in candidates}
        if self.reader is not None:
            self._caption_answers = {item.photo_id: list(blank) for item in candidates}
        if self.model is not None:
            self._model_name = (await self.model.ready()).model
            if any(proposition.needs_reference for proposition in self.propositions):
                self._reference_photo = await self._seen_reference()
        left = len(self._answers) * len(self.propositions) - spare
        for places in self._rounds():
            asked = self._open(keep)[: max(0, left)]
            left -= len(asked)
            await together(self._ask_about(photo_id, places) for photo_id in asked)
            self._scores.update(
                {
                    photo_id: (*row, *self._by_caption(photo_id))
                    for photo_id, row in self._answers.items()
                }
            )
        found = tuple(self._verification(item.photo_id) for item in candidates)
        if self._scores.is_joint:
            for verification in found:
                self.on_verified(verification)
        return found

    def _rounds(self) -> list[list[int]]:
        """Which questions are asked at once: all, or one after the other to stop early."""
        places = list(range(len(self.propositions)))
        return [[place] for place in places] if self.strategy.stops_when_clear else [places]

    def _open(self, keep: int) -> list[PhotoId]:
        """Who is asked on, the most promising first."""
        if not self.strategy.stops_when_clear:
            return list(self._answers)
        scores = {photo_id: self._score(photo_id) for photo_id in self._answers}
        ranked = sorted(scores, key=lambda photo_id: -scores[photo_id])
        bar = scores[ranked[: max(1, keep)][-1]] - CLEAR_MARGIN
        return [photo_id for photo_id in ranked if scores[photo_id] > bar]

    async def _ask_about(self, photo_id: PhotoId, places: Sequence[int]) -> None:
        await together((self._ask_picture(photo_id, places), self._ask_caption(photo_id, places)))

    async def _ask_picture(self, photo_id: PhotoId, places: Sequence[int]) -> None:
        photo = await self._seen(photo_id) if self.model is not None else None
        if photo is not None:
            await together(self._ask(photo_id, photo, place) for place in places)

    async def _ask_caption(self, photo_id: PhotoId, places: Sequence[int]) -> None:
        reader = self.reader
        caption = await self.sight.caption_of_photo(photo_id) if reader is not None else ""
        if reader is None or not caption:
            return

        async def read(place: int) -> None:
            answer = await ask_caption(reader, caption, self.propositions[place])
            self._caption_answers[photo_id][place] = answer
            self.on_verified(self._verification(photo_id))

        await together(read(place) for place in places)

    async def _ask(self, photo_id: PhotoId, photo: SeenPhoto, place: int) -> None:
        proposition = self.propositions[place]
        if proposition.needs_reference and self._reference_photo is None:
            return
        first = self._reference_photo if proposition.needs_reference else None
        key = self._key(photo, first, proposition)
        answer = self.memory.get(key) if self.strategy.remembers else None
        if answer is None:
            answer = await self._answer(photo, first, proposition)
            self.memory.put(key, answer)
        self._answers[photo_id][place] = answer
        self.on_verified(self._verification(photo_id))

    async def _answer(
        self, photo: SeenPhoto, first: SeenPhoto | None, proposition: Proposition
    ) -> Answer:
        assert self.model is not None
        shown = (photo,) if first is None else (first, photo)
        told = await self.model.answer_yes_no(
            ChatRequest(
                system=prompt("question").text,
                pictures=tuple(ChatPicture(jpeg=item.jpeg) for item in shown),
                text=f"{proposition.question}\nAnswer yes or no.",
                max_tokens=_ANSWER_TOKENS,
            )
        )
        return Answer(said=told.said, p_yes=told.p_yes)

    def _key(
        self, photo: SeenPhoto, first: SeenPhoto | None, proposition: Proposition
    ) -> AnswerKey:
        model = f"{self._model_name} {prompt('question').id}"
        reference = first.identity if first is not None else ""
        return (photo.identity, reference, proposition.question, model)

    async def _seen(self, photo_id: PhotoId) -> SeenPhoto | None:
        """Read when the first question comes, and let go with the search."""
        if photo_id not in self._photos:
            second = self._seconds.get(photo_id)
            self._photos[photo_id] = await self.sight.of_photo(photo_id, VERIFIER_SIDE, second)
        return self._photos[photo_id]

    async def _seen_reference(self) -> SeenPhoto | None:
        if self.reference is None:
            return None
        return await self.sight.of_file(self.reference, VERIFIER_SIDE)

    def _by_caption(self, photo_id: PhotoId) -> tuple[Answer | None, ...]:
        return tuple(self._caption_answers.get(photo_id, ()))

    def _verification(self, photo_id: PhotoId) -> Verification:
        return Verification(
            photo_id=photo_id,
            answers=tuple(self._answers[photo_id]),
            caption_answers=self._by_caption(photo_id),
            score=self._score(photo_id),
        )

    def _score(self, photo_id: PhotoId) -> float:
        return self._scores.of(photo_id, self._answers[photo_id], self._by_caption(photo_id))
