"""Proof that a strategy stands noise: the small world, with a verifier that errs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from imagescope_tui.library_words import LibraryWords
from imagescope_tui.search.engine import SearchEngine
from imagescope_tui.search.models import RoleModels
from imagescope_tui.search.strategies import options_for
from imagescope_tui.search.types import Query
from indexer.models.chat_types import Capabilities, Usage, YesNo
from storage.library import Library
from storage.records import PhotoFilter
from tests.world import answers
from tests.world.errors import Errors
from tests.world.gallery import GallerySight
from tests.world.gallery_search import GalleryPictures

if TYPE_CHECKING:
    from imagescope_tui.search.types import SearchResult, Step, StrategyName
    from indexer.models.chat_types import AnswerSchema, ChatRequest
    from tests.world.gallery import Gallery, GalleryQuery

_CONFIDENCE = 0.95
_TEXT_STEPS: tuple[Step, ...] = ("read", "ask", "retrieve")


@dataclass
class DirectModel:
    """Answers as the scripted server does, without a wire between."""

    errors: Errors = field(default_factory=Errors)
    usage: Usage = field(default_factory=Usage)

    def metered(self) -> DirectModel:
        """Counting from zero."""
        return replace(self, usage=Usage())

    async def ready(self) -> Capabilities:
        """Everything."""
        return Capabilities(
            backend="other",
            model="world",
            has_schema=True,
            logprobs="top",
            parallel=1,
        )

    async def answer_text(self, request: ChatRequest) -> str:
        """A caption."""
        self._count()
        return answers.caption(request.pictures[-1].jpeg)

    async def answer_json(self, request: ChatRequest, schema: AnswerSchema) -> dict[str, Any]:
        """By the name of the schema."""
        self._count()
        lines = answers.said_lines(request.text)
        if schema.name == "verdict":
            return dict(_verdict(lines["Request"], _shown(request)))
        return {"intent": answers.intent, "propositions": answers.propositions}[schema.name](lines)

    async def answer_yes_no(self, request: ChatRequest) -> YesNo:
        """The truth, or what the errors make of it."""
        self._count()
        said = _truth(request.text, _shown(request))
        said ^= self.errors.errs(request.text, _shown(request))
        sure = _CONFIDENCE
        if self.errors.is_calibrated:
            sure = self.errors.confidence(request.text, _shown(request))
        return YesNo(said=said, p_yes=sure if said else 1 - sure)

    async def close(self) -> None:
        """Nothing is held."""

    def _count(self) -> None:
        self.usage = Usage(calls=self.usage.calls + 1)


def _shown(request: ChatRequest) -> tuple[bytes, ...]:
    return tuple(picture.jpeg for picture in request.pictures)


@lru_cache(maxsize=100_000)
def _truth(question: str, pictures: tuple[bytes, ...]) -> bool:
    return answers.question(question, pictures)


@lru_cache(maxsize=100_000)
def _verdict(request: str, pictures: tuple[bytes, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(answers.verdict(request, pictures).items())


@dataclass(frozen=True, slots=True)
class Found:
    """One query by one strategy: the rank of the wanted photo by stage, and the calls it took."""

    ranks: dict[int, int | None]
    calls: int

    def hit(self, stage: int) -> float:
        """Recall@1."""
        return float(self.ranks[stage] == 1)

    def reciprocal(self, stage: int) -> float:
        """Reciprocal rank."""
        rank = self.ranks[stage]
        return 1.0 / rank if rank else 0.0


class NoiseTrial:
    """The queries of a gallery, read and retrieved once, then verified and judged at will."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._library = Library.open_reader(gallery.folder)
        self._words = LibraryWords(gallery.folder)
        self._retrieved: dict[GalleryQuery, SearchResult] = {}

    async def found(self, strategy: StrategyName, errors: Errors) -> tuple[Found, ...]:
        """Every query of the gallery, in their order; nothing is remembered from before."""
        plain, verifier = DirectModel(), DirectModel(errors=errors)
        models = RoleModels(captioner=plain, reasoner=plain, verifier=verifier, evaluator=plain)
        engine = SearchEngine(
            GalleryPictures(self._library),
            self._words,
            models=lambda: models,
            sight=GallerySight(self._gallery),
        )
        queries = self._gallery.queries
        return tuple([await self._one(engine, query, strategy) for query in queries])

    async def _one(
        self, engine: SearchEngine, query: GalleryQuery, strategy: StrategyName
    ) -> Found:
        options = replace(options_for(strategy), rank_by="picture")
        if query not in self._retrieved:
            asked = Query(text=query.instruction, reference=query.reference, filter=PhotoFilter())
            result = engine.begin(asked, options)
            for step in _TEXT_STEPS:
                result = await engine.step(step, result, options)
            self._retrieved[query] = result
        result = self._retrieved[query]
        for step in ("verify", "judge"):
            result = await engine.step(step, result, options)
        assert not result.degradations
        return Found(
            ranks={stage: self._rank(query, result, stage) for stage in result.rankings},
            calls=sum(result.model_calls.values()),
        )

    def _rank(self, query: GalleryQuery, result: SearchResult, stage: int) -> int | None:
        for rank, candidate in enumerate(result.rankings[stage], start=1):
            if self._gallery.is_target(query, candidate.photo_id):
                return rank
        return None

    def close(self) -> None:
        """Let go of the library."""
        self._words.close()
        self._library.close()
