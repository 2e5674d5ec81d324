"""The values a search takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from storage.records import ContentId, PhotoFilter, PhotoId

Order: TypeAlias = Literal["match", "newest", "oldest"]
RankBy: TypeAlias = Literal["fused", "picture", "words"]
StrategyName: TypeAlias = Literal["imagescope", "ours", "xr", "inquire", "retrieval"]
Fusion: TypeAlias = Literal["mean", "rrf", "interleave"]
AnswersFrom: TypeAlias = Literal["picture", "caption", "both"]
Step: TypeAlias = Literal["read", "retrieve", "ask", "verify", "judge"]
ImaginedFrom: TypeAlias = Literal["words", "picture"]
EditKind: TypeAlias = Literal["addition", "removal", "modification", "comparison", "retention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier line of a conversation about the same search."""

    text: str
    reading: str = ""
    """What was looked for after this turn, as the reasoner put it; empty where none read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: words, a picture, or both, among the photos that pass the filter.

    Text-to-image search has words, composed search words and a picture that they edit, and a
    conversation has earlier turns that the words refine.
    """

    text: str = ""
    alternatives: tuple[str, ...] = ()
    """Two or more texts, each of which is looked for; empty where the text is one."""
    unwanted: tuple[str, ...] = ()
    """What the picture must not show."""
    reference: Path | None = None
    """A picture to be like, or the one that the text edits."""
    also_like: tuple[Path, ...] = ()
    """Further pictures to be like."""
    unlike: tuple[Path, ...] = ()
    """Pictures not to be like."""
    history: tuple[Turn, ...] = ()
    """Earlier turns, oldest first."""
    filter: PhotoFilter

    @property
    def is_edit(self) -> bool:
        """Whether the words change a picture."""
        return self.reference is not None and bool(self.text.strip())

    @property
    def is_by_picture(self) -> bool:
        """Whether photos are to be like a picture, or unlike one."""
        return bool(self.reference or self.also_like or self.unlike)

    @property
    def is_timeline(self) -> bool:
        """Whether nothing is asked that photos could be ranked by, but filters alone."""
        return not self.is_by_picture and not self.whole_text

    @property
    def whole_text(self) -> str:
        """All that was said, the earlier turns first."""
        said = (*(turn.text for turn in self.history), self.text)
        return ", ".join(text.strip() for text in said if text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How a search is done."""

    limit: int = 500
    """How many candidates the ranking holds at most."""
    rank_by: RankBy = "fused"
    oldest_first: bool = False
    """Where nothing is asked but filters: the oldest photos instead of the newest."""
    fold_copies: bool = True
    """Show files of equal bytes once."""
    stacks: bool = True
    """Show photos of one burst, and near-copies, as one."""
    stages: int = 1
    """The last stage to run: 1 to 3. Stage 1 alone asks no model for its reading of the query."""
    is_reasoned: bool = False
    """Whether a reasoner reads the query before stage 1 is final; stages 2 and 3 imply it."""
    strategy: StrategyName = "imagescope"
    top_k: int = 20
    """How many candidates the verifier looks at."""
    max_judged: int = 3
    """How many candidates the evaluator looks at."""
    verifies: bool = True
    """False leaves stage 2 out of three, to see what it adds."""
    questions: int | None = None
    """How many propositions are asked at most; None for what the strategy asks."""
    fusion: Fusion | None = None
    """How the rankings of several text variants become one; None for the strategy's way."""
    rrf_k: int = 60
    """Of reciprocal rank fusion."""
    answers_from: AnswersFrom | None = None
    """Whether questions are answered from the picture, the caption, or both; None as above."""
    as_coded: bool = False
    """Where a publication and its code differ, do as the code does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A photo in a ranking, and why it is there."""

    photo_id: PhotoId
    content_id: ContentId | None
    score: float
    """What stage 1 orders by; comparable within one search only."""
    picture_score: float | None = None
    """The published stage-1 score, (1 - τ) image + τ caption; None where it was not compared."""
    picture_rank: int | None = None
    image_part: float | None = None
    """Inner product of the picture alone and the query; None where it was not told."""
    caption_part: float | None = None
    """Inner product of the caption and the query; None where there is no caption."""
    words_score: float | None = None
    """Of names, caption and facts (storage.word_search); None where no word was found."""
    words_rank: int | None = None
    standing: float | None = None
    """How many standard deviations the picture score lies above the library's mean."""
    chance: float | None = None
    """How likely the photo fits, from 0 to 1, as far as the encoder can tell; None where it
    cannot."""
    second: float | None = None
    """Of a moving picture, the moment that is nearest; None for stills, and where only words were
    compared."""
    words_held: tuple[str, ...] = ()
    """The words of the query that names, caption or facts hold."""
    words_share: float = 0.0
    """How much of the query they are, from 0 to 1."""
    holds_names: bool | None = None
    """Whether it holds all words that only names can know; None where there are no such words."""
    shows_unwanted: float | None = None
    """How likely the picture shows what it must not; None where nobody asked, or could tell."""
    stack: tuple[PhotoId, ...] = ()
    """Further photos of the same burst, or near-copies, that this one stands for."""

    @property
    def whole_stack(self) -> frozenset[PhotoId]:
        """This photo and those that it stands for."""
        return frozenset((self.photo_id, *self.stack))


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomicEdit:
    """One thing that the query asks to add, remove, change, compare or keep."""

    kind: EditKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagination:
    """The wanted photo as one model imagines it."""

    source: ImaginedFrom
    """Whether it read what the reference shows, or saw it."""
    edits: tuple[AtomicEdit, ...]
    """What must be seen and what must not."""
    caption: str
    """What a caption of the wanted photo would say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchIntent:
    """A query as it was understood."""

    edits: tuple[AtomicEdit, ...] = ()
    descriptions: tuple[str, ...] = ()
    """What the wanted photo shows: core, detailed, full; the query's own text where none read."""
    imaginations: tuple[Imagination, ...] = ()
    """Of strategies that imagine the wanted photo beside describing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """A statement that is true of the wanted photo, or false, and the question that tells."""

    statement: str
    question: str
    expected: bool
    needs_reference: bool = False
    """Whether the question compares with the reference, so that both must be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the verifier said to one question about one photo."""

    said: bool | None
    """None where the answer could not be read as yes or no."""
    p_yes: float | None = None
    """Probability of yes against no; None where the server does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One candidate's answers, as far as they have come."""

    photo_id: PhotoId
    answers: tuple[Answer | None, ...]
    """One per proposition, in their order; None where it was not asked (yet)."""
    caption_answers: tuple[Answer | None, ...] = ()
    """The same by the photo's caption alone; empty where captions were not asked."""
    score: float = 0.0
    """What stage 2 orders by: for `imagescope` how many answers are the expected ones, for `xr`
    that times the likeness, for `inquire` the probability of yes, for `ours` the logarithm of the
    probability that of all candidates this one is the wanted one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the evaluator said of one candidate."""

    photo_id: PhotoId
    accepted: bool | None
    """None where its answer could not be read."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """A part of the search that could not run, why, and what was done instead."""

    stage: int
    reason: str
    fallback: str
    hint: str = ""
    """What would help; empty where nothing is known to."""
    is_unanswered: bool = False
    """Whether a model server was asked and did not answer."""
    lacks_encoder: bool = False
    """Whether the encoder that was asked for is missing or cannot be used."""
    lacks_server: bool = False
    """Whether no model server is set up, which is how most people search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCost:
    """What one stage took."""

    seconds: float
    model_calls: dict[str, int] = field(default_factory=dict)
    """Requests per role."""
    tokens: int = 0
    """Read and written by the models, as far as the servers told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """All a search found."""

    query: Query
    encoder_id: str | None
    strategy: StrategyName = "imagescope"
    reference_caption: str = ""
    """What the reference shows, in words; empty where there is none, or nobody could say."""
    intent: SearchIntent = SearchIntent()
    """Without descriptions where no reasoner read the query."""
    propositions: tuple[Proposition, ...] = ()
    rankings: dict[int, tuple[Candidate, ...]] = field(default_factory=dict)
    """Per stage that ran; each is a permutation of the one before."""
    verifications: tuple[Verification, ...] = ()
    """In the order of the stage-1 ranking."""
    verdicts: tuple[Verdict, ...] = ()
    """In the order they were given."""
    words_unknown: tuple[str, ...] = ()
    """Words of the query that neither the encoder nor the word index knows."""
    words_unseen: tuple[str, ...] = ()
    """Words that some photo's names, caption or facts hold, and that the encoder does not know."""
    degradations: tuple[Degradation, ...] = ()
    costs: dict[int, StageCost] = field(default_factory=dict)
    """Per stage."""

    @property
    def ranking(self) -> tuple[Candidate, ...]:
        """The ranking of the last stage that ran."""
        return self.rankings[max(self.rankings)] if self.rankings else ()

    @property
    def seconds(self) -> float:
        """All stages together."""
        return sum(cost.seconds for cost in self.costs.values())

    @property
    def model_calls(self) -> dict[str, int]:
        """Requests per role, all stages together."""
        calls: dict[str, int] = {}
        for cost in self.costs.values():
            for role, count in cost.model_calls.items():
                calls[role] = calls.get(role, 0) + count
        return calls
