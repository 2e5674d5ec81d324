"""The sides of stage 1, each alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from imagescope_tui.evaluation.runs.sides import SIDES, side_records
from imagescope_tui.search.retriever import WordAnswer, WordHit
from indexer.answers import NearestAnswer, NearPhoto, SideWeights
from storage.records import ContentId, PhotoId

if TYPE_CHECKING:
    from imagescope_tui.evaluation.galleries.gallery import Gallery
    from imagescope_tui.evaluation.runs.record import StageRecord
    from indexer.questions import PictureQuestion

NAMES = ("a.jpg", "b.jpg", "c.jpg", "d.jpg")


@dataclass
class Shelf:
    """Four photos whose scores are known."""

    nearest_answer: NearestAnswer
    hits: dict[int, float] = field(default_factory=dict)

    async def stacks(self, *_: object) -> tuple[tuple[ContentId, ...], ...]:
        return ()

    async def nearest(self, question: PictureQuestion) -> NearestAnswer:
        return self.nearest_answer

    async def matching(self, *_: Any, **__: Any) -> WordAnswer:  # noqa: ANN401
        hits = (
            WordHit(photo_id=PhotoId(i), content_id=None, score=score, caption_score=score)
            for i, score in self.hits.items()
        )
        return WordAnswer(hits=tuple(hits))


class _Sized(SimpleNamespace):
    def __len__(self) -> int:
        return len(NAMES)


def gallery_of(shelf: Shelf) -> Gallery:
    return cast(
        "Gallery",
        _Sized(
            pictures=shelf,
            words=shelf,
            name_of=lambda photo: NAMES[photo - 1],
            photo_id_of=lambda name: PhotoId(NAMES.index(name) + 1) if name in NAMES else None,
        ),
    )


def answer(pictures: list[float], captions: list[float | None], words: float) -> NearestAnswer:
    return NearestAnswer(
        encoder_id="e",
        mean_caption=0.3,
        weights=SideWeights(picture=9.0, caption=10.0, caption_words=words),
        photos=tuple(
            NearPhoto(
                photo_id=PhotoId(number),
                content_id=ContentId(number),
                score=picture,
                picture=picture,
                caption=caption,
            )
            for number, (picture, caption) in enumerate(zip(pictures, captions, strict=True), 1)
        ),
    )


async def sides_of(shelf: Shelf, targets: list[str]) -> dict[str, StageRecord]:
    return await side_records(gallery_of(shelf), "red dog", targets)


async def test_each_side_orders_by_its_own_scores_and_equal_ones_by_name() -> None:
    shelf = Shelf(answer([0.1, 0.4, 0.4, 0.2], [0.5, None, 0.1, 0.3], 1.0), {3: 5.0, 4: 2.0})
    told = await sides_of(shelf, ["d.jpg", "gone.jpg"])
    assert tuple(told) == SIDES
    assert told["picture"].ranking == ("b.jpg", "c.jpg", "d.jpg", "a.jpg")
    assert told["captions"].ranking == ("a.jpg", "b.jpg", "d.jpg", "c.jpg")
    assert told["captions"].scores == (0.5, 0.3, 0.3, 0.1)
    assert told["words"].ranking == ("c.jpg", "d.jpg")
    # 5.0, 1.0 + 5.0 and 3.0 + 2.0, and no part of the picture; b, without a caption, has the
    # logarithm of their mean odds, 5.4.
    assert told["captions+words"].ranking == ("c.jpg", "b.jpg", "a.jpg", "d.jpg")
    assert [told[side].target_ranks for side in SIDES] == [
        (3, None),
        (3, None),
        (2, None),
        (4, None),
    ]


async def test_an_encoder_that_knows_no_word_ranks_no_picture() -> None:
    """Though captions of another encoder's do; names alone are no ranking."""
    shelf = Shelf(answer([0.0] * 4, [0.1, 0.2, None, 0.3], 1.0), {3: 5.0})
    told = await sides_of(shelf, ["a.jpg"])
    assert told["picture"].ranking == ()
    assert told["picture"].target_ranks == (None,)
    assert told["captions"].target_ranks == (4,)


async def test_words_stand_for_the_captions_where_the_encoder_knows_none_of_them() -> None:
    shelf = Shelf(NearestAnswer(encoder_id="e", has_meaning=False), {3: 5.0, 1: 2.0})
    told = await sides_of(shelf, ["a.jpg"])
    assert tuple(told) == SIDES
    assert told["captions+words"] == told["words"]
    assert told["words"].target_ranks == (2,)
    assert told["captions"].target_ranks == told["picture"].target_ranks == (None,)


async def test_without_learned_weights_captions_count_by_their_deviations() -> None:
    nearest = answer([0.9, 0.1, 0.1, 0.1], [0.2, None, 0.6, 0.3], 1.0)
    shelf = Shelf(replace(nearest, weights=None), {4: 0.1})
    told = await sides_of(shelf, ["c.jpg"])
    assert told["captions+words"].ranking == ("c.jpg", "d.jpg", "b.jpg", "a.jpg")
