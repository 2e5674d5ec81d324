"""What a worker of a cluster does: reads photos, or has them captioned, and returns values.

These functions run in worker processes that live longer than one call, so what is slow to make (an
encoder, decoding processes, a connection) is made once in each. Everything that goes in and comes
out is a frozen value; a photo's failure is one too. They know nothing of who calls them.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from indexer.captions.desk import (
    CAPTION_SIDE,
    CaptionDesk,
    Captioned,
    CaptionJob,
    ModelDown,
    ModelReady,
)
from indexer.captions.prompt import caption_prompt
from indexer.decoding.pool import DecodePool
from indexer.errors import ClusterUnusable
from indexer.models.encoders import load_encoder
from indexer.models.protocols import ModelError, PictureInput
from indexer.models.reference import reference_answers
from indexer.photos.reader import embed_photos, hash_photo
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.models.chat_types import ChatModel, RoleSettings
    from indexer.models.protocols import ImageTextEncoder
    from indexer.photos.reader import ReadPhoto
    from storage.contents import PendingPhoto
    from storage.records import PhotoId

_PHOTOS_AT_ONCE = 64
# For previews nothing is prepared for an encoder.
_NO_ENCODER_INPUT = PictureInput(width=16, height=16, fit="squash")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOrder:
    """How photos are to be read; every node must come to the same vectors."""

    program: str
    """The version of the program, as `program_version` gives it."""
    encoder: str
    """Setting of the encoder; not `auto`, which may mean another one on each machine."""
    encoder_id: str
    """What that encoder must be."""
    models_folder: Path | None
    cores: int
    """Decoding processes, and threads of the encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply:
    """What became of a batch of photos."""

    node: str
    """The name of the machine that read them."""
    photos: tuple[ReadPhoto, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionRequest:
    """One photo to be captioned."""

    photo: PendingPhoto
    unanswered: int = 0
    """How often it got no answer from a server, or its worker died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionReply:
    """What became of a batch of photos; `left` got no answer, and `down` says why."""

    told: tuple[Captioned, ...]
    left: tuple[CaptionRequest, ...] = ()
    down: ModelDown | None = None


def program_version() -> str:
    """The version of this program, as installed."""
    return version("imagescope-tui")


def read_photos(order: ReadOrder, photos: tuple[PendingPhoto, ...]) -> ReadReply:
    """Hash, decode and embed files, in the order they came.

    Raises:
        ClusterUnusable: this machine has another program or another encoder than it should.
        WorkerPoolBroken: it cannot start decoding processes.
    """
    encoder, pool = _reader(order)
    items = [hash_photo(photo) for photo in photos]
    for item in items:
        if item.content_hash:
            item.decoding = pool.submit(item.photo.path)
    for start in range(0, len(items), _PHOTOS_AT_ONCE):
        batch = items[start : start + _PHOTOS_AT_ONCE]
        for item in batch:
            item.take_decoded()
        embed_photos(encoder, batch)
        for item in batch:
            item.let_go()
    return ReadReply(node=socket.gethostname(), photos=tuple(item.outcome() for item in items))


@lru_cache(maxsize=1)
def _reader(order: ReadOrder) -> tuple[ImageTextEncoder, DecodePool]:
    """Made once in a process; raises as `read_photos`."""
    node = socket.gethostname()
    if program_version() != order.program:
        raise ClusterUnusable(
            f"node {node} has imagescope-tui {program_version()}, not {order.program}",
            f"pip install imagescope-tui=={order.program} on every node",
        )
    try:
        encoder = load_encoder(
            order.encoder, models_folder=order.models_folder, threads=order.cores
        )
        # What is opened when it is first asked: here its error is of the node, not of a photo.
        reference_answers(encoder)
    except ModelError as error:
        raise ClusterUnusable(f"node {node}: {error.message}", error.hint) from error
    if encoder.encoder_id != order.encoder_id:
        raise ClusterUnusable(
            f"node {node} has the encoder {encoder.encoder_id}, not {order.encoder_id}",
            "give all nodes, this one too, the same weights and the same kind of processor or GPU",
        )
    pool = DecodePool(
        picture_input=encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=order.cores
    )
    return encoder, pool


def caption_photos(
    settings: RoleSettings, cores: int, requests: tuple[CaptionRequest, ...]
) -> CaptionReply:
    """Have photos captioned by the servers of `settings`, until one does not answer.

    Raises:
        WorkerPoolBroken: this machine cannot start decoding processes.
    """
    station = _station(settings, cores)
    reply = station.caption(requests)
    if reply.down is not None:
        # The next call begins anew: the server that comes back may hold another model.
        _station.cache_clear()
        station.desk.close()
    return reply


class _Station:
    """A desk in this process, and the decoding pool beside it."""

    def __init__(self, settings: RoleSettings, cores: int) -> None:
        self._wake = threading.Event()
        self._is_ready = False
        self._pool = _preview_pool(cores)
        self.desk = CaptionDesk(
            open_model=lambda: _open_chat(settings), prompt=caption_prompt(), wake=self._wake.set
        )
        self.desk.start()

    def caption(self, requests: Sequence[CaptionRequest]) -> CaptionReply:
        jobs: dict[PhotoId, CaptionJob] = {}
        told: list[Captioned] = []
        down: ModelDown | None = None
        if self._is_ready:
            jobs = self._offer(requests)
        while down is None and (jobs or not self._is_ready):
            self._wake.wait()
            self._wake.clear()
            for news in self.desk.take_news():
                match news:
                    case ModelReady() if not self._is_ready:
                        self._is_ready, jobs = True, self._offer(requests)
                    case ModelDown():
                        down = news
                    case Captioned():
                        told.append(news)
                        jobs.pop(news.photo.photo_id)
        unanswered = {number: job.unanswered for number, job in jobs.items()}
        known = {answer.photo.photo_id for answer in told}
        left = [
            replace(request, unanswered=unanswered.get(request.photo.photo_id, request.unanswered))
            for request in requests
            if request.photo.photo_id not in known
        ]
        return CaptionReply(told=tuple(told), left=tuple(left), down=down)

    def _offer(self, requests: Sequence[CaptionRequest]) -> dict[PhotoId, CaptionJob]:
        jobs = {request.photo.photo_id: self._job(request) for request in requests}
        for job in jobs.values():
            self.desk.offer(job)
        return jobs

    def _job(self, request: CaptionRequest) -> CaptionJob:
        picture = self._pool.submit_preview(request.photo.path, CAPTION_SIDE)
        return CaptionJob(photo=request.photo, picture=picture, unanswered=request.unanswered)


@lru_cache(maxsize=1)
def _station(settings: RoleSettings, cores: int) -> _Station:
    return _Station(settings, cores)


@lru_cache(maxsize=1)
def _preview_pool(cores: int) -> DecodePool:
    return DecodePool(picture_input=_NO_ENCODER_INPUT, thumbnail_side=THUMBNAIL_SIDE, workers=cores)


def _open_chat(settings: RoleSettings) -> ChatModel:
    from indexer.models.chat import open_chat  # loads the client library, which takes a while

    return open_chat(settings)
