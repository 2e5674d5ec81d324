"""Where photos are read and captioned: by processes of this machine, or of several (see cluster).

A run says what is to be done and when; a workshop does it. What comes of it is the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from indexer.captions.desk import CaptionDesk
from indexer.captions.prompt import caption_prompt
from indexer.decoding.pool import DecodePool
from indexer.models.protocols import PictureInput
from indexer.photos.pipeline import Pipeline
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from indexer.captions.captioner import Desk, PreviewPool
    from indexer.events import IndexEvent
    from indexer.models.chat_types import ChatModel, RoleSettings
    from indexer.models.protocols import ImageTextEncoder
    from indexer.photos.pipeline import Totals
    from storage.library import Library
    from storage.records import RootId
    from storage.thumbnails import ThumbnailCache

# Without an encoder a photo still gets its facts and its thumbnail.
_NO_ENCODER_INPUT = PictureInput(width=16, height=16, fit="squash")


class PhotoLine(Protocol):
    """Works the library's queue off; belongs to the thread that holds the library for writing."""

    @property
    def pool(self) -> PreviewPool:
        """Who makes the pictures that are captioned; to be closed when they are."""

    @property
    def encoder(self) -> ImageTextEncoder | None:
        """Whose vectors are stored."""

    @property
    def totals(self) -> Totals:
        """What was done since the start."""

    def step(self) -> bool:
        """Bring a bounded piece of work to its end; False when nothing waits."""

    def start_over(self) -> None:
        """The queue has changed: look at it from the top."""

    def take_vanished(self) -> dict[RootId, set[Path]]:
        """Folders where a file that should be there was not; each is given once."""

    def close(self) -> None:
        """Give up what is in flight; it waits in the library's queue for the next run."""


class Workshop(Protocol):
    """Opens lines for photos and desks for captions."""

    def open_line(
        self,
        library: Library,
        thumbnails: ThumbnailCache,
        encoder: ImageTextEncoder | None,
        emit: Callable[[IndexEvent], None],
    ) -> PhotoLine:
        """A line over the library's queue."""

    def open_desk(self, settings: RoleSettings, wake: Callable[[], None]) -> Desk:
        """A desk that calls `wake`, from any thread, when there is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWorkshop:
    """Processes of this machine, and one event loop for the requests."""

    workers: int = 0
    """Decoding processes; 0 for one per core."""

    def open_line(
        self,
        library: Library,
        thumbnails: ThumbnailCache,
        encoder: ImageTextEncoder | None,
        emit: Callable[[IndexEvent], None],
    ) -> Pipeline:
        """A pipeline with a decoding pool of its own."""
        wanted = encoder.picture_input if encoder else _NO_ENCODER_INPUT
        pool = DecodePool(picture_input=wanted, thumbnail_side=THUMBNAIL_SIDE, workers=self.workers)
        return Pipeline(library, pool, thumbnails, encoder, emit, time.time)

    def open_desk(self, settings: RoleSettings, wake: Callable[[], None]) -> CaptionDesk:
        """A desk in a thread of this process."""
        return CaptionDesk(
            open_model=lambda: _open_chat(settings), prompt=caption_prompt(), wake=wake
        )


def _open_chat(settings: RoleSettings) -> ChatModel:
    from indexer.models.chat import open_chat  # loads the client library, which takes a while

    return open_chat(settings)
