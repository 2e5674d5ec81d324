"""The scripted server itself: what it says is true, and its switches do what they say."""

from __future__ import annotations

import base64
import io
import json
import random
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.world.edits import KINDS, EditName, is_right, near_misses, random_edit
from tests.world.language import caption_of
from tests.world.model_server import GARBAGE, ModelServer
from tests.world.scenes import Scene, draw, scene_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def _body(
    text: str,
    *,
    scenes: Sequence[Scene] = (),
    schema: str = "",
    **fields: Any,  # noqa: ANN401
) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    for scene in scenes:
        file = io.BytesIO()
        draw(scene, 128).save(file, "JPEG", quality=85)
        url = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
        parts.append({"type": "image_url", "image_url": {"url": url}})
    content = [*parts, {"type": "text", "text": text}]
    body = {"model": "world-vlm", "messages": [{"role": "user", "content": content}], **fields}
    if schema:
        named = {"name": schema, "schema": {"type": "object"}}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    return body


async def _said(server: ModelServer, body: dict[str, Any]) -> str:
    reply = await server.client().post(f"{server.url}/chat/completions", json=body)
    return str(reply.json()["choices"][0]["message"]["content"])


@pytest.mark.parametrize("kind", KINDS)
async def test_propositions_and_verdicts_are_true_of_the_target_alone(kind: EditName) -> None:
    server = ModelServer()
    chance = random.Random(kind)
    edit = random_edit(chance, kind)
    lines = f"Reference: {caption_of(edit.reference)}\nRequest: {edit.instruction}\n"
    asked = json.loads(await _said(server, _body(lines, schema="propositions")))["propositions"]
    assert 1 <= len(asked) <= 4
    for one in asked:
        scenes = [edit.reference] * one["needs_reference"] + [edit.target]
        answer = await _said(server, _body(f"{one['question']}\nAnswer yes or no.", scenes=scenes))
        assert answer.lower() == one["expected"], one
    request = f"Request: {edit.instruction}"
    for scene in (edit.target, *near_misses(edit, chance)):
        body = _body(request, scenes=[edit.reference, scene], schema="verdict")
        accepted = json.loads(await _said(server, body))["accepted"]
        assert accepted == ("yes" if is_right(edit, scene) else "no"), caption_of(scene)


async def test_an_intent_describes_what_is_wanted() -> None:
    lines = "Reference: A red circle on the left.\nRequest: the same but with a blue square"
    found = json.loads(await _said(ModelServer(), _body(lines, schema="intent")))
    assert found["edits"] == [{"kind": "modification", "text": "with a blue square"}]
    assert (found["core"], found["full"]) == ("a blue square", "a blue square on the left")


async def test_a_conversation_goes_on_from_the_reading_so_far() -> None:
    lines = "Reference: none\nEarlier: a red circle on the left\nRequest: now in green"
    found = json.loads(await _said(ModelServer(), _body(lines, schema="intent")))
    assert found["detailed"] == "a green circle on the left"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is there a blue square?", "No"),
        ("Is there a red circle?", "Yes"),
        ("Is the background black?", "Yes"),
        ("Is the circle on the left?", "Yes"),
        ("Is the red circle at the top?", "No"),
        ("Is the circle small?", "No"),
        ("Is the circle red?", "Yes"),
        ("Are there two circles?", "No"),
        ("Does the picture show a red circle on a black background?", "Yes"),
        ("Is there a dog?", "No"),
    ],
)
async def test_questions_are_answered_by_looking(question: str, answer: str) -> None:
    scene = scene_of("red circle", place="left", background="black")
    body = _body(f"{question}\nAnswer yes or no.", scenes=[scene])
    assert await _said(ModelServer(), body) == answer


async def test_a_comparison_looks_at_both_pictures() -> None:
    large, small = scene_of("red star"), scene_of("red star", size="small")
    question = "Is the star smaller than in the first picture?\nAnswer yes or no."
    server = ModelServer()
    assert await _said(server, _body(question, scenes=[large, small])) == "Yes"
    assert await _said(server, _body(question, scenes=[small, large])) == "No"


async def test_switches_come_to_pass_one_after_the_other_and_for_their_role_alone() -> None:
    server = ModelServer()
    server.switch("captioner", "garbage", times=1)
    server.switch("captioner", "empty", times=1)
    body = _body("Write a caption.", scenes=[scene_of("red star")])
    assert await _said(server, _body("Is it?\nAnswer yes or no.", scenes=[scene_of("red star")]))
    assert [await _said(server, body) for _ in range(3)] == [
        GARBAGE,
        "",
        "A red star in the middle.",
    ]
    assert [request.role for request in server.requests] == ["verifier", *["captioner"] * 3]


async def test_over_a_socket_it_is_the_same_server() -> None:
    server = ModelServer()
    body = _body("Write a caption.", scenes=[scene_of("red star")])
    async with httpx2.AsyncClient(trust_env=False) as client:
        with server.served() as url:
            reply = await client.post(f"{url}/chat/completions", json=body)
            server.switch("captioner", "drop", times=1)
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.post(f"{url}/chat/completions", json=body)
            server.switch("captioner", "status_503", times=1)
            busy = await client.post(f"{url}/chat/completions", json=body)
    assert reply.json()["choices"][0]["message"]["content"] == "A red star in the middle."
    assert busy.status_code == 503
    assert server.count("caption") == 3
