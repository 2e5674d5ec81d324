"""Answers requests while the index run goes on beside it: searching goes first.

Each kind of request is answered in a thread of its own, with a reading connection of its own; of
several searches that wait only the newest is answered, and so with words that are looked for in
photos, and with rankings in which stacks are.
"""

from __future__ import annotations

import logging
import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.decoding.failures import DecodeFailure
from indexer.decoding.pool import DecodePool
from indexer.desks import SearchDesk, StackDesk, WhereDesk
from indexer.errors import IndexerError
from indexer.models.protocols import ModelError, PictureInput
from indexer.options import role_from_json
from storage.errors import StorageError
from storage.fused_vectors import CAPTION_WEIGHT
from storage.library import Library, library_around
from storage.records import PhotoId
from storage.thumbnails import THUMBNAIL_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.control import Control
    from indexer.encoder_slot import EncoderSlot
    from storage.thumbnails import ThumbnailCache

_PREVIEW_INPUT = PictureInput(width=16, height=16, fit="squash")

_LOG_HINT = "see indexer.log in the library's folder"

_log = logging.getLogger(__name__)


class Service:
    """Takes requests from the one who reads them, and sends replies as they are ready."""

    def __init__(
        self,
        folder: Path,
        encoders: EncoderSlot,
        thumbnails: ThumbnailCache,
        control: Control,
        send: Callable[[dict[str, Any]], None],
        *,
        caption_weight: float = CAPTION_WEIGHT,
    ) -> None:
        self._folder = folder
        self._caption_weight = caption_weight
        self._encoders = encoders
        self._thumbnails = thumbnails
        self._control = control
        self._send = send
        self._waiting: dict[str, queue.Queue[dict[str, Any] | None]] = {
            kind: queue.Queue() for kind in ("nearest", "where", "stacks", "picture")
        }
        self._threads = [
            threading.Thread(target=self._answer_searches, name="search", daemon=True),
            threading.Thread(target=self._answer_places, name="where", daemon=True),
            threading.Thread(target=self._answer_stacks, name="stacks", daemon=True),
            threading.Thread(target=self._answer_pictures, name="pictures", daemon=True),
        ]

    def start(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Answer nothing more."""
        for waiting in self._waiting.values():
            waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=2)

    def take(self, message: dict[str, Any]) -> None:
        """Answer, queue or obey one request."""
        match message.get("do"):
            case "add_folder" | "remove_folder" | "rescan" | "retry" if self._control.holder:
                self._refuse(message, self._control.holder, "do it there, or close it first")
            case "nearest" | "where" | "stacks" | "picture" as kind:
                self._waiting[kind].put(message)
            case "add_folder":
                self._add_folder(message)
            case "remove_folder":
                self._control.remove_folder(Path(str(message.get("path"))))
                self._reply(message, {})
            case "pause" | "resume" as order:
                self._control.pause(order == "pause")
                self._reply(message, {})
            case "rescan":
                self._rescan(message)
            case "retry":
                self._retry(message)
            case "caption_with":
                self._caption_with(message)
            case "stop":
                self._control.stop()
            case other:
                self._refuse(message, f"unknown request {other!r}")

    def _add_folder(self, message: dict[str, Any]) -> None:
        folder = Path(str(message.get("path")))
        if (library := library_around(folder)) is not None:
            self._refuse(message, f"{library} is a library of imagescope", "add folders of photos")
            return
        self._control.add_folder(folder)
        self._reply(message, {})

    def _rescan(self, message: dict[str, Any]) -> None:
        if (folder := message.get("path")) is None:
            self._control.rescan(retry=bool(message.get("retry")))
        else:
            self._control.report_change(Path(str(folder)), None)
        self._reply(message, {})

    def _retry(self, message: dict[str, Any]) -> None:
        try:
            photo_ids = [PhotoId(int(number)) for number in message["photos"]]
            reasons = [str(reason) for reason in message["reasons"]]
        except (KeyError, TypeError, ValueError) as error:
            self._refuse(message, f"not photos to try again: {error}")
        else:
            self._control.retry(photo_ids, reasons)
            self._reply(message, {})

    def _caption_with(self, message: dict[str, Any]) -> None:
        fields = message.get("settings")
        try:
            self._control.caption_with(None if fields is None else role_from_json(fields))
        except (KeyError, TypeError) as error:
            self._refuse(message, f"not a model's settings: {error}")
        else:
            self._reply(message, {})

    def _reply(self, message: dict[str, Any], answer: dict[str, Any]) -> None:
        self._send({"reply": message.get("request"), "answer": answer})

    def _refuse(self, message: dict[str, Any], reason: str, hint: str = "") -> None:
        self._send({"reply": message.get("request"), "error": reason, "hint": hint})

    # -- searches, words in photos, and stacks -----------------------------------------------

    def _answer_searches(self) -> None:
        desk = SearchDesk(self._folder, self._encoders, self._caption_weight)
        self._answer_newest("nearest", desk)

    def _answer_places(self) -> None:
        self._answer_newest("where", WhereDesk(self._folder, self._encoders, self._thumbnails))

    def _answer_stacks(self) -> None:
        self._answer_newest("stacks", StackDesk(self._folder))

    def _answer_newest(self, kind: str, desk: SearchDesk | WhereDesk | StackDesk) -> None:
        waiting = self._waiting[kind]
        try:
            while (message := waiting.get()) is not None:
                if not waiting.empty():
                    self._refuse(message, "superseded by a newer search")
                    continue
                try:
                    self._reply(message, desk.answer(message))
                except (StorageError, ModelError, IndexerError) as error:
                    self._refuse(message, error.message, error.hint)
                except (KeyError, TypeError, ValueError) as error:
                    self._refuse(message, f"not a search: {error}")
                except Exception as error:  # noqa: BLE001
                    # A seam: a model may raise anything, and whoever asks next is answered too.
                    _log.exception("a search failed")
                    self._refuse(message, f"the search failed: {error}", _LOG_HINT)
        finally:
            desk.close()

    # -- thumbnails and previews -------------------------------------------------------------

    def _answer_pictures(self) -> None:
        pool = DecodePool(picture_input=_PREVIEW_INPUT, thumbnail_side=THUMBNAIL_SIDE, workers=1)
        library: Library | None = None
        try:
            while (message := self._waiting["picture"].get()) is not None:
                try:
                    library = library or Library.open_reader(self._folder)
                    self._reply(message, {"ready": self._prepare(library, pool, message)})
                except (StorageError, IndexerError) as error:
                    self._refuse(message, error.message, error.hint)
                except Exception as error:  # noqa: BLE001
                    # A seam, as above; a full disk is the one that is known to come.
                    _log.exception("a picture could not be prepared")
                    self._refuse(message, f"the picture cannot be prepared: {error}")
        finally:
            pool.close()
            if library is not None:
                library.close()

    def _prepare(self, library: Library, pool: DecodePool, message: dict[str, Any]) -> bool:
        side = int(message["side"])
        photo = library.photos.by_ids([PhotoId(int(message["photo"]))]).get(
            PhotoId(int(message["photo"]))
        )
        if photo is None or photo.content_hash is None:
            return False
        second = message.get("second")
        second = None if second is None else float(second)
        if self._thumbnails.has(photo.content_hash, side, second):
            # Who asks may have found that it cannot be painted: bytes rot on disks.
            stored = self._thumbnails.path_of(photo.content_hash, side, second)
            if not isinstance(pool.submit_preview(stored, side).result(), DecodeFailure):
                return True
        outcome = pool.submit_preview(photo.full_path, side, second).result()
        if isinstance(outcome, DecodeFailure):
            return False
        self._thumbnails.write(photo.content_hash, side, outcome, second)
        return True
