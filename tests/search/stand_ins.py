"""Stands where the indexes, the models and the decoding processes are: answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagescope_tui.errors import PicturesUnavailable
from imagescope_tui.search.retriever import WordAnswer, WordHit
from imagescope_tui.search.sight import SeenPhoto
from indexer.answers import NearestAnswer, NearPhoto
from indexer.models.chat_types import Capabilities, ChatError, Usage, YesNo
from storage.records import ContentId, Photo, PhotoFilter, PhotoId, RootId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from indexer.models.chat_types import AnswerSchema, ChatRequest
    from indexer.questions import PictureQuestion


@dataclass(frozen=True)
class Asked:
    """One question to the pictures."""

    texts: tuple[str, ...]
    picture: Path | None
    without: Path | None


@dataclass
class ScriptedPictures:
    """Answers what it was given, when it is let."""

    ids: tuple[int, ...] = ()
    orders: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)
    """Other ids for some texts."""
    seconds: dict[int, float] = field(default_factory=dict)
    """Of photos that move, the moment that is nearest."""
    asked: list[Asked] = field(default_factory=list)
    unavailable: str = ""
    has_meaning: bool = True
    alike: tuple[tuple[ContentId, ...], ...] = ()
    """Contents that are one burst, or near-copies."""
    scores: dict[tuple[str, ...], dict[int, float]] = field(default_factory=dict)
    """Other scores for some texts."""
    told: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    """Other fields of the answer for some texts."""
    meaningless: tuple[str, ...] = ("",)
    """Texts of which nothing comes."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    was_cancelled: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    async def stacks(self, contents: Sequence[ContentId]) -> tuple[tuple[ContentId, ...], ...]:
        if self.unavailable:
            raise PicturesUnavailable(self.unavailable)
        return self.alike

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        texts = question.texts
        picture = next(iter(question.pictures), None)
        self.asked.append(Asked(texts=texts, picture=picture, without=question.without))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        if self.unavailable:
            raise PicturesUnavailable(self.unavailable)
        scores = self.scores.get(texts) or {
            i: 1.0 - place / 10 for place, i in enumerate(self.orders.get(texts, self.ids))
        }
        first = sorted(scores, key=lambda i: -scores[i])[: question.limit]
        also = [i for i in scores if i % 100 in question.also and i not in first]
        photos = tuple(
            NearPhoto(
                photo_id=PhotoId(i),
                content_id=ContentId(i % 100),
                score=scores[i],
                picture=scores[i],
                second=self.seconds.get(i),
            )
            for i in (*first, *also)
        )
        if texts == self.meaningless:
            return NearestAnswer(encoder_id="scripted", has_meaning=False, words_known=())
        answer = NearestAnswer(
            encoder_id="scripted",
            photos=photos,
            mean=0.1,
            deviation=0.2,
            has_meaning=self.has_meaning,
            words_known=None if self.has_meaning else (),
        )
        return replace(answer, **self.told.get(texts, {}))


@dataclass
class ScriptedWords:
    """Finds the photos it was given."""

    ids: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()
    orders: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)
    """Other ids for some words."""
    shares: dict[int, float] = field(default_factory=dict)
    """How much of the words a photo holds, where that is not all."""
    unread: tuple[int, ...] = ()
    """Photos without a content."""

    async def matching(
        self, words: Sequence[str], photo_filter: PhotoFilter, *, limit: int
    ) -> WordAnswer:
        hits = tuple(
            WordHit(
                photo_id=PhotoId(i),
                content_id=ContentId(i % 100),
                score=9.0 - place,
                held=tuple(words),
                share=self.shares.get(i, 1.0),
            )
            for place, i in enumerate(self.orders.get(tuple(words), self.ids))
        )
        return WordAnswer(hits=hits, unknown=self.unknown)

    async def timeline(
        self, photo_filter: PhotoFilter, *, limit: int, oldest_first: bool = False
    ) -> tuple[WordHit, ...]:
        return tuple(
            WordHit(
                photo_id=PhotoId(i),
                content_id=None if i in self.unread else ContentId(i % 100),
                score=0.0,
            )
            for i in self.ids[:limit]
        )

    async def photos(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Photo]:
        return {
            photo: Photo(
                id=photo,
                root_id=RootId(1),
                root=Path("/"),
                path=f"{photo}",
                size_bytes=1,
                mtime_ns=1,
            )
            for photo in photo_ids
        }

    def close(self) -> None:
        return None


INTENT = {
    "edits": [{"kind": "addition", "text": "a barn"}],
    "core": "a barn",
    "detailed": "a red barn",
    "full": "a red barn on a hill",
}
IMAGINED_WORDS = {
    "edits": [{"kind": "modification", "text": "it is night"}],
    "caption": "A red barn at night.",
}
IMAGINED_PICTURE = {
    "present": ["a red barn", "stars"],
    "absent": ["the sun"],
    "caption": "A red barn under stars.",
}
DESCRIPTIONS = ("a barn", "a red barn", "a red barn on a hill")


def questions(*asked: str, expected: str = "yes", needs_reference: bool = False) -> dict[str, Any]:
    """An answer that writes these questions."""
    return {
        "propositions": [
            {
                "statement": item,
                "question": item,
                "expected": expected,
                "needs_reference": needs_reference,
            }
            for item in asked
        ]
    }


@dataclass
class ScriptedModel:
    """Answers by the name of the schema; a callable is asked, an error is raised.

    Pictures are the bytes of their photo's number, so that answers can depend on the photo.
    """

    intent: Any = field(default_factory=lambda: dict(INTENT))
    propositions: Any = field(default_factory=lambda: questions("Is there a barn?"))
    yes_no: Callable[[str, tuple[int, ...]], YesNo | ChatError] = lambda question, shown: YesNo(
        said=True
    )
    verdict: Callable[[tuple[int, ...]], Any] = lambda shown: {"accepted": "no", "reason": "no"}
    imagined_words: Any = field(default_factory=lambda: dict(IMAGINED_WORDS))
    imagined_picture: Any = field(default_factory=lambda: dict(IMAGINED_PICTURE))
    claim: Callable[[str], YesNo | ChatError] = lambda text: YesNo(said=True)
    """By `Description: …` and `Claim: …`, each on its line."""
    text: str | ChatError = "a caption"
    gate: asyncio.Event | None = None
    requests: list[ChatRequest] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    cancelled: int = 0
    usage: Usage = field(default_factory=Usage)

    def metered(self) -> ScriptedModel:
        return replace(self, usage=Usage())

    async def ready(self) -> Capabilities:
        return Capabilities(
            backend="other", model="scripted", has_schema=True, logprobs="none", parallel=4
        )

    async def answer_text(self, request: ChatRequest) -> str:
        await self._note("caption", request)
        if isinstance(self.text, ChatError):
            raise self.text
        return self.text

    async def answer_json(self, request: ChatRequest, schema: AnswerSchema) -> dict[str, Any]:
        await self._note(schema.name, request)
        answer: Any = {
            "intent": self.intent,
            "imagine_words": self.imagined_words,
            "imagine_picture": self.imagined_picture,
            "propositions": self.propositions,
        }.get(schema.name)
        if schema.name == "verdict":
            answer = self.verdict(_shown(request))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(json.loads(json.dumps(answer)))

    async def answer_yes_no(self, request: ChatRequest) -> YesNo:
        await self._note("question" if request.pictures else "claim", request)
        if request.pictures:
            answer = self.yes_no(request.text.splitlines()[0], _shown(request))
        else:
            answer = self.claim(request.text)
        if isinstance(answer, ChatError):
            raise answer
        return answer

    async def close(self) -> None:
        return None

    async def _note(self, name: str, request: ChatRequest) -> None:
        self.requests.append(request)
        self.names[name] += 1
        self.usage = Usage(calls=self.usage.calls + 1, tokens=self.usage.tokens + 10)
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


def _shown(request: ChatRequest) -> tuple[int, ...]:
    return tuple(int(picture.jpeg) for picture in request.pictures)


@dataclass
class ScriptedSight:
    """Shows each photo as the bytes of its number; the reference as 0."""

    caption: str = ""
    captions: dict[int, str] = field(default_factory=dict)
    """Of photos, by number."""
    unseen: frozenset[int] = frozenset()
    moments: set[tuple[int, int, float]] = field(default_factory=set)
    """The photos of which a moment was asked for: number, side and second."""

    async def of_photo(
        self, photo_id: PhotoId, side: int, second: float | None = None
    ) -> SeenPhoto | None:
        if photo_id in self.unseen:
            return None
        if second is not None:
            self.moments.add((photo_id, side, second))
        return SeenPhoto(
            content_hash=f"hash {photo_id}", jpeg=str(photo_id).encode(), second=second
        )

    async def of_file(self, path: Path, side: int) -> SeenPhoto | None:
        return SeenPhoto(content_hash=f"hash {path}", jpeg=b"0")

    async def caption_of(self, path: Path) -> str:
        return self.caption

    async def caption_of_photo(self, photo_id: PhotoId) -> str:
        return self.captions.get(photo_id, "")

    def close(self) -> None:
        return None


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks work until the condition holds; fail when it never does."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to that")
