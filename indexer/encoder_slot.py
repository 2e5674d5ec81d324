"""The encoders of the process, loaded beside the first scan."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from indexer.events import EncoderReady, EncoderUnavailable
from indexer.models.protocols import ModelError, ModelUnusable
from indexer.models.text_encoder import load_text_encoder
from indexer.trusted_encoder import load_trusted_encoder
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.events import IndexEvent
    from indexer.models.protocols import ImageTextEncoder, TextEncoder
    from indexer.options import IndexerOptions


class EncoderSlot:
    """Loads in a thread; everybody who needs the encoder waits here."""

    def __init__(self, options: IndexerOptions, emit: Callable[[IndexEvent], None]) -> None:
        self._options = options
        self._emit = emit
        self._loaded: Future[ImageTextEncoder | None] = Future()
        self._caption_encoder: TextEncoder | None = None
        self.error: ModelError | None = None
        """Why there is none, once it is known."""

    def start(self) -> None:
        """Begin to load."""
        threading.Thread(target=self._load, name="load-encoder", daemon=True).start()

    def wait(self) -> ImageTextEncoder | None:
        """The encoder, or None where it cannot be used; `error` says why."""
        return self._loaded.result()

    def wait_for_captions(self) -> TextEncoder | None:
        """The encoder of captions; None where they are in the space of the pictures."""
        self.wait()
        return self._caption_encoder

    @property
    def is_settled(self) -> bool:
        """Whether `wait` would not wait."""
        return self._loaded.done()

    def _load(self) -> None:
        started = time.monotonic()
        try:
            encoder = load_trusted_encoder(
                self._options.encoder,
                models_folder=self._options.models_folder,
                threads=self._options.threads,
                library=self._options.library,
            )
            self._caption_encoder = load_text_encoder(
                self._options.caption_encoder, threads=self._options.threads
            )
        except ModelError as error:
            self.refuse(error)
        except StorageError as error:
            self.refuse(ModelUnusable(error.message, error.hint))
        else:
            seconds = round(time.monotonic() - started, 2)
            self._emit(EncoderReady(encoder_id=encoder.encoder_id, seconds=seconds))
            self._loaded.set_result(encoder)
        finally:
            # Whatever else a library raises while loading, nobody may wait for ever.
            if not self._loaded.done():
                self.refuse(ModelUnusable("the encoder could not be loaded", "see the log"))

    def refuse(self, error: ModelError) -> None:
        """There is no encoder, for this reason."""
        self.error = error
        self._emit(EncoderUnavailable(reason=error.message, hint=error.hint))
        self._loaded.set_result(None)
