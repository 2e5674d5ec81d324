"""XR and INQUIRE as settings of the engine: what is imagined, fused, asked and multiplied."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.search.strategies import options_for, roles_of
from imagescope_tui.search.types import Query, SearchOptions
from imagescope_tui.search.variants import VariantFusion
from indexer.answers import NearestAnswer, NearPhoto
from indexer.models.chat_types import ChatMalformed, YesNo
from storage.records import ContentId, PhotoFilter, PhotoId
from tests.search.stand_ins import DESCRIPTIONS, ScriptedModel, ScriptedSight, questions
from tests.search.test_stages import Asking, order, truth
from tests.search.test_steps import EDIT, TEXT

if TYPE_CHECKING:
    from imagescope_tui.search.types import Fusion

XR = replace(options_for("xr"), rank_by="picture")
AS_CODED = replace(XR, as_coded=True)
INQUIRE = replace(options_for("inquire"), rank_by="picture")
FROM_WORDS, FROM_PICTURE = ("A red barn at night.",), ("A red barn under stars.",)


def captioned() -> ScriptedSight:
    captions = {n: f"photo {n}" for n in range(1, 7)}
    return ScriptedSight(caption="a barn by day", captions=captions)


# -- stage 1 --------------------------------------------------------------------------------------


async def test_every_variant_of_the_text_is_ranked_by_itself() -> None:
    asking = Asking(ScriptedModel(), sight=captioned())
    result = await asking.search(EDIT, replace(XR, stages=1))
    assert [item.texts for item in asking.pictures.asked[1:]] == [
        DESCRIPTIONS,
        FROM_WORDS,
        FROM_PICTURE,
    ]
    assert [item.source for item in result.intent.imaginations] == ["words", "picture"]


async def test_the_picture_itself_is_shown_to_who_imagines_from_it() -> None:
    model = ScriptedModel()
    await Asking(model, sight=captioned()).search(EDIT, replace(XR, stages=1))
    [seen] = [item for item in model.requests if item.pictures]
    assert seen.pictures[0].jpeg == b"0"
    assert seen.text == "Request: at night"


async def test_without_a_reference_nothing_is_imagined_from_a_picture() -> None:
    model = ScriptedModel()
    asking = Asking(model)
    await asking.search(TEXT, replace(XR, stages=1))
    assert model.names == {"intent": 1, "imagine_words": 1}


async def test_as_coded_all_descriptions_and_the_caption_count_as_one_mean() -> None:
    asking = Asking(ScriptedModel(), sight=captioned())
    await asking.search(EDIT, replace(AS_CODED, stages=1))
    assert [item.texts for item in asking.pictures.asked[1:]] == [(*DESCRIPTIONS, *FROM_WORDS)]


async def test_what_cannot_be_imagined_is_left_out_and_told() -> None:
    model = ScriptedModel(imagined_picture=[ChatMalformed("no"), {"present": []}])
    asking = Asking(model, sight=captioned())
    result = await asking.search(EDIT, replace(XR, stages=1))
    assert [item.source for item in result.intent.imaginations] == ["words"]
    assert [item.fallback for item in result.degradations] == [
        "searched by what else was described"
    ]
    assert len(asking.pictures.asked) == 3


def near(*photos: tuple[int, float, float | None]) -> NearestAnswer:
    return NearestAnswer(
        encoder_id="e",
        photos=tuple(
            NearPhoto(
                photo_id=PhotoId(n), content_id=ContentId(n), score=p, picture=p, caption=caption
            )
            for n, p, caption in photos
        ),
    )


ONE = near((1, 0.9, 0.1), (2, 0.8, 0.3), (3, 0.7, None))
TWO = near((2, 0.9, 0.2), (1, 0.5, 0.1))


def test_reciprocal_ranks_are_summed_over_pictures_and_captions_of_every_variant() -> None:
    fused = VariantFusion("rrf", 60).fused([ONE, TWO])
    scores = {item.photo_id: item.score for item in fused.photos}
    assert scores == pytest.approx({1: 1 / 61 + 3 / 62, 2: 1 / 62 + 3 / 61, 3: 1 / 63})
    assert [item.photo_id for item in fused.photos] == [2, 1, 3]


def test_equal_scores_share_a_rank() -> None:
    fused = VariantFusion("rrf", 60).fused([near((1, 0.5, None), (2, 0.5, None))])
    assert len({item.score for item in fused.photos}) == 1


def test_in_turns_each_ranking_gives_one_that_was_not_there() -> None:
    fused = VariantFusion("interleave").fused([ONE, TWO])
    assert [item.photo_id for item in fused.photos] == [1, 2, 3]


@pytest.mark.parametrize("kind", ["rrf", "interleave", "mean"])
def test_one_variant_alone_keeps_its_order(kind: Fusion) -> None:
    alone = near((4, 0.9, None), (2, 0.8, None), (3, 0.7, None))
    fused = VariantFusion(kind).fused([alone])
    assert [item.photo_id for item in fused.photos] == [4, 2, 3]


# -- stage 2 --------------------------------------------------------------------------------------


async def test_questions_are_written_from_what_was_imagined_three_at_most() -> None:
    model = ScriptedModel(propositions=questions("1?", "2?", "3?", "4?"))
    result = await Asking(model, sight=captioned()).search(EDIT, XR)
    [asked] = [item.text for item in model.requests if "Edits:" in item.text]
    assert "Questions: 3 at most" in asked
    assert asked.endswith(
        "1. modification: it is night\n2. addition: a red barn\n3. addition: stars\n"
        "4. removal: the sun"
    )
    assert len(result.propositions) == 3


async def test_as_coded_questions_come_from_the_edits_alone_and_all_are_asked() -> None:
    model = ScriptedModel(propositions=questions("1?", "2?", "3?", "4?"))
    result = await Asking(model, sight=captioned()).search(EDIT, AS_CODED)
    [asked] = [item.text for item in model.requests if "Edits:" in item.text]
    assert asked.endswith("Edits:\n1. addition: a barn")
    assert len(result.propositions) == 4


async def test_the_number_of_questions_can_be_chosen() -> None:
    model = ScriptedModel(propositions=questions(*(f"{n}?" for n in range(8))))
    result = await Asking(model).search(TEXT, replace(XR, questions=6))
    assert len(result.propositions) == 6


async def test_pictures_and_captions_count_half_each_times_the_likeness() -> None:
    model = ScriptedModel(
        propositions=questions("1?"),
        yes_no=truth(2),
        claim=lambda text: YesNo(said="photo 2" in text or "photo 6" in text),
    )
    result = await Asking(model, sight=captioned()).search(EDIT, XR)
    scores = {item.photo_id: item.score for item in result.verifications}
    assert order(result)[:2] == [2, 6]
    assert scores[PhotoId(1)] == 0
    # The last of six keeps a sixth of its likeness.
    assert scores[PhotoId(6)] == pytest.approx(0.5 / 6)
    assert order(result)[2:] == [1, 3, 4, 5]


async def test_as_coded_the_last_candidate_counts_for_nothing() -> None:
    model = ScriptedModel(propositions=questions("1?"), yes_no=truth(6))
    result = await Asking(model, sight=captioned()).search(
        EDIT, replace(AS_CODED, answers_from="picture")
    )
    assert order(result)[-1] == 6


async def test_a_claim_that_something_is_absent_is_not_scored_backwards() -> None:
    asked = questions("Is there a cow?", expected="no")
    asked["propositions"][0]["statement"] = "There is no cow."
    model = ScriptedModel(
        propositions=asked, claim=lambda text: YesNo(said="photo 3" in text, p_yes=0.8)
    )
    options = replace(XR, answers_from="caption")
    result = await Asking(model, sight=captioned()).search(EDIT, options)
    assert order(result)[0] == 3
    claims = [item.text for item in model.requests if "Claim:" in item.text]
    assert claims[0].splitlines()[1:] == ["Claim: There is no cow.", "Answer yes or no."]
    third = next(item for item in result.verifications if item.photo_id == 3)
    assert third.caption_answers[0] is not None
    assert third.caption_answers[0].said is False
    assert third.caption_answers[0].p_yes == pytest.approx(0.2)
    assert third.answers == (None,)


async def test_a_photo_without_a_caption_counts_by_its_picture_alone() -> None:
    model = ScriptedModel(propositions=questions("1?"), yes_no=truth(1))
    result = await Asking(model).search(EDIT, XR)
    assert result.verifications[0].score == 1.0
    assert model.names["claim"] == 0


async def test_captions_alone_need_no_verifier() -> None:
    options = replace(XR, answers_from="caption")
    assert roles_of("verify", options) == ("reasoner",)
    assert roles_of("verify", XR) == ("verifier", "reasoner")


# -- INQUIRE --------------------------------------------------------------------------------------


async def test_inquire_orders_by_the_probability_of_yes_alone() -> None:
    chances = {1: 0.2, 2: 0.9, 3: 0.4, 4: 0.4, 5: 0.0, 6: 1.0}
    model = ScriptedModel(yes_no=lambda question, shown: YesNo(said=True, p_yes=chances[shown[-1]]))
    result = await Asking(model).search(TEXT, INQUIRE)
    assert order(result) == [6, 2, 3, 4, 1, 5]
    assert {item.photo_id: item.score for item in result.verifications} == chances
    assert [item.question for item in result.propositions] == ["Does this photo show red barn?"]
    assert model.names == {"question": 6}


async def test_where_only_words_are_told_they_count_one_and_nothing() -> None:
    said = {1: False, 2: None, 3: True, 4: False, 5: True, 6: None}
    model = ScriptedModel(yes_no=lambda question, shown: YesNo(said=said[shown[-1]]))
    result = await Asking(model).search(TEXT, INQUIRE)
    assert order(result) == [3, 5, 1, 2, 4, 6]


async def test_inquire_asks_for_all_that_was_said() -> None:
    from tests.search.test_steps import TALK

    result = await Asking(ScriptedModel()).search(TALK, INQUIRE)
    assert result.propositions[0].question == "Does this photo show a barn, now red?"


async def test_a_search_of_one_stage_imagines_nothing_unless_asked() -> None:
    model = ScriptedModel()
    query = Query(text="red barn", filter=PhotoFilter())
    await Asking(model).search(query, SearchOptions(strategy="xr"))
    assert not model.requests
