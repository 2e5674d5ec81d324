"""`imagescope serve` with a real vLLM: it answers as asked, is found again, and leaves nothing."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from indexer.models.chat import open_chat
from indexer.models.chat_types import AnswerSchema, ChatPicture, ChatRequest, RoleSettings
from tests.e2e.serving import Serving, launch
from tests.models.stand_in_vllm import wait_until

LOOPBACK = "0100007F"
LISTENING = "0A"
SCHEMA = AnswerSchema(
    name="verdict",
    schema={
        "type": "object",
        "properties": {
            "accepted": {"type": "string", "enum": ["yes", "no"]},
            "reason": {"type": "string", "maxLength": 40},
        },
        "required": ["accepted", "reason"],
        "additionalProperties": False,
    },
)


def picture(colour: str) -> ChatPicture:
    stream = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(stream, "JPEG")
    return ChatPicture(jpeg=stream.getvalue())


def request(colour: str, text: str) -> ChatRequest:
    return ChatRequest(
        system="You look at photographs and answer exactly what is asked. " * 6,
        pictures=(picture(colour),),
        text=text,
        max_tokens=128,
    )


@pytest.fixture
def settings(vllm_server: Serving) -> RoleSettings:
    return RoleSettings(urls=(vllm_server.url,), model=vllm_server.model)


def test_it_is_ready_on_loopback_and_tells_how_it_came_there(vllm_server: Serving) -> None:
    assert vllm_server.url.startswith("http://127.0.0.1:")
    assert vllm_server.model == "tiny-vlm"
    told = vllm_server.told.read_text().splitlines()
    assert told[0] == "starting vLLM with tiny-vlm"
    # A step that is over at once may go untold.
    assert told[1:-1]
    assert told[-1].startswith("ready after ")
    assert listening_addresses(vllm_server.processes()) == {LOOPBACK}


def listening_addresses(processes: list[int]) -> set[str]:
    """Where any of the processes takes connections, in the kernel's hexadecimal."""
    files = [path for number in processes for path in Path(f"/proc/{number}/fd").iterdir()]
    sockets = {os.readlink(path) for path in files if path.is_symlink()}  # noqa: PTH115
    tables = [Path(f"/proc/net/{kind}").read_text().splitlines()[1:] for kind in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return {
        row[1].partition(":")[0]
        for row in rows
        if row[3] == LISTENING and f"socket:[{row[9]}]" in sockets
    }


async def test_answers_by_schema_parse_and_probabilities_come_back(
    settings: RoleSettings,
) -> None:
    chat = open_chat(settings)
    try:
        capabilities = await chat.ready()
        assert (capabilities.backend, capabilities.logprobs) == ("vllm", "token_ids")
        assert capabilities.has_schema
        for colour in ("red", "navy"):
            verdict = await chat.answer_json(request(colour, "Is it the same?"), SCHEMA)
            assert verdict["accepted"] in ("yes", "no")
            answer = await chat.answer_yes_no(request(colour, "Is it red?\nAnswer yes or no."))
            assert answer.p_yes is not None
            assert 0.0 < answer.p_yes < 1.0
    finally:
        await chat.close()


async def test_the_same_question_has_the_same_answer(settings: RoleSettings) -> None:
    chat = open_chat(settings)
    try:
        question = request("green", "Is it night?\nAnswer yes or no.")
        first, second = [await chat.answer_yes_no(question) for _ in range(2)]
        assert first.p_yes == pytest.approx(second.p_yes, abs=1e-3)
    finally:
        await chat.close()


def test_another_question_about_a_picture_reuses_what_came_before_it(
    vllm_server: Serving,
) -> None:
    first = usage(vllm_server, "orange", "Is there a dog?")
    again = usage(vllm_server, "orange", "Is there a cat in the garden?")
    other = usage(vllm_server, "purple", "Is there a dog?")
    cached = again["prompt_tokens_details"]["cached_tokens"]
    assert cached >= 0.5 * again["prompt_tokens"]
    assert other["prompt_tokens_details"]["cached_tokens"] < cached
    assert first["prompt_tokens"] > 100


def usage(server: Serving, colour: str, question: str) -> dict[str, Any]:
    """What the server says of the tokens of one request."""
    import base64

    asked = request(colour, question)
    url = "data:image/jpeg;base64," + base64.b64encode(asked.pictures[0].jpeg).decode()
    content = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": question},
    ]
    messages = [{"role": "system", "content": asked.system}, {"role": "user", "content": content}]
    body = json.dumps({"model": server.model, "messages": messages, "max_tokens": 1})
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    try:
        path = f"{address.path}/chat/completions"
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    usage: dict[str, Any] = answer["usage"]
    return usage


def test_a_second_command_finds_it(vllm_server: Serving) -> None:
    again = vllm_server.run("serve", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout) == {"url": vllm_server.url, "model": vllm_server.model}


def test_kill_9_of_serve_leaves_no_process(
    vllm_environment: Path, tiny_vlm: Path, tmp_path: Path
) -> None:
    with launch(vllm_environment, tiny_vlm, tmp_path) as server:
        wait_until(lambda: "asking a first question" in server.told.read_text(), seconds_max=360)
        assert len(server.processes()) >= 5, "serve, supervisor, API, engine and worker"
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        wait_until(lambda: not server.left(), seconds_max=30)
