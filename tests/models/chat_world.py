"""Chat models over the scripted server, and pictures of the small world to ask about."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from indexer.models.chat import open_chat
from indexer.models.chat_servers import ServerPool
from indexer.models.chat_types import AnswerSchema, ChatPicture, ChatRequest, RoleSettings
from tests.world.scenes import draw, scene_of

if TYPE_CHECKING:
    from indexer.models.chat_types import ChatModel
    from tests.world.model_server import ModelServer
    from tests.world.scenes import Scene

RED_CIRCLE: Final = scene_of("red circle", place="left")
VERDICT: Final = AnswerSchema(
    name="verdict",
    schema={
        "type": "object",
        "properties": {"accepted": {"type": "string"}, "reason": {"type": "string"}},
        "required": ["accepted", "reason"],
    },
)


def picture_of(scene: Scene) -> ChatPicture:
    file = io.BytesIO()
    draw(scene, 128).save(file, "JPEG", quality=85)
    return ChatPicture(jpeg=file.getvalue())


def asked(text: str, scene: Scene = RED_CIRCLE, **fields: Any) -> ChatRequest:  # noqa: ANN401
    return ChatRequest(pictures=(picture_of(scene),), text=text, **fields)


CAPTION: Final = asked("Write a caption.")
IS_RED: Final = asked("Is there a red circle?\nAnswer yes or no.")
IS_BLUE: Final = asked("Is there a blue circle?\nAnswer yes or no.")
WANTED: Final = asked("Request: a red circle")


def pool_of(server: ModelServer) -> ServerPool:
    """A pool that reaches the scripted server at any URL, and does not pause before it retries."""
    return ServerPool(http_client=server.client(), backoff_seconds=0.0)


def chat_of(server: ModelServer, **settings: Any) -> ChatModel:  # noqa: ANN401
    return open_chat(
        RoleSettings(urls=(server.url,), **settings),
        pool=pool_of(server),
    )
