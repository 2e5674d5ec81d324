"""The child process: `python -P -m indexer`, which reads its options from stdin's first line.

Events and replies go to stdout, one JSON object per line; requests come on stdin's other lines. It
ends when stdin closes, and so also when its parent is killed. Logging goes to stderr.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING, Any

from indexer.control import Control
from indexer.encoder_slot import EncoderSlot
from indexer.errors import IndexerError
from indexer.events import IndexerStarted, IndexHalted, encode_event
from indexer.manners import step_back
from indexer.models.protocols import ModelUnknown
from indexer.options import options_from_json
from indexer.pauses import Pauses
from indexer.run import IndexRun, seconds_after_halt
from indexer.service import Service
from indexer.wire import decode_line, encode_line
from indexer.workshop import LocalWorkshop
from storage.errors import (
    LibraryBusy,
    LibraryFull,
    LibraryLocked,
    LibraryReadOnly,
    StorageError,
)
from storage.hnsw import clear_unfinished
from storage.library import THUMBNAILS_NAME, Library
from storage.thumbnails import ThumbnailCache

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions
    from indexer.workshop import Workshop

EXIT_DONE = 0
EXIT_HALTED = 1
EXIT_WRONG_SETTING = 2
EXIT_NO_MODEL = 4

_LAST_SECONDS = 10.0
_BUSY_RETRY_SECONDS = 5.0


class _Outlet:
    """Writes whole lines to the real stdout, from any thread."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, line: str) -> None:
        with self._lock:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                # Nobody listens any more; stdin will say so too, and that ends us.
                return

    def event(self, event: IndexEvent) -> None:
        self.send(encode_event(event))

    def message(self, message: dict[str, Any]) -> None:
        self.send(encode_line(message))


def main() -> int:
    """Run the child process; its exit status."""
    # Whatever is written here is of people's photos, and theirs alone.
    os.umask(0o077)
    line = sys.stdin.buffer.readline()
    try:
        options = options_from_json(line.decode("ascii"))
    except (KeyError, TypeError, ValueError):
        # Not the line itself: there may be a key in it.
        sys.stderr.write("the first line on stdin must hold the options\n")
        return EXIT_WRONG_SETTING
    outlet = _Outlet(_take_stdout())
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    control = Control(Pauses(options.library, spare_battery=options.spare_battery))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: control.stop())
    encoders = EncoderSlot(options, outlet.event)
    thumbnails = ThumbnailCache(options.library / THUMBNAILS_NAME, options.thumbnail_cache_bytes)
    service = Service(
        options.library,
        encoders,
        thumbnails,
        control,
        outlet.message,
        caption_weight=options.caption_weight,
    )
    encoders.start()
    service.start()
    threading.Thread(target=_read, args=(service, control), name="stdin", daemon=True).start()
    step_back(options.nice)
    try:
        return _index(options, encoders, thumbnails, control, outlet)
    finally:
        service.close()


def _take_stdout() -> IO[str]:
    """Keep stdout for ourselves: what a library prints goes to stderr."""
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(own, "w", encoding="ascii")


def _read(service: Service, control: Control) -> None:
    for line in sys.stdin.buffer:
        message = decode_line(line)
        if message is not None:
            service.take(message)
    control.stop()
    # What still runs then hangs in a library; everything that counts is committed.
    time.sleep(_LAST_SECONDS)
    os._exit(EXIT_HALTED)


def _index(
    options: IndexerOptions,
    encoders: EncoderSlot,
    thumbnails: ThumbnailCache,
    control: Control,
    outlet: _Outlet,
) -> int:
    if not options.serve and encoders.wait() is None:
        is_wrong_setting = isinstance(encoders.error, ModelUnknown)
        return EXIT_WRONG_SETTING if is_wrong_setting else EXIT_NO_MODEL
    try:
        library = _open_when_free(options, control, outlet)
        if library is None:
            return EXIT_DONE
        with library:
            outlet.event(IndexerStarted(indexing=True))
            thumbnails.clear_unfinished()
            clear_unfinished(options.library)
            with _workshop(options) as workshop:
                run = IndexRun(
                    library,
                    options,
                    encoders,
                    thumbnails,
                    control,
                    outlet.event,
                    workshop=workshop,
                )
                run.run()
            return EXIT_NO_MODEL if run.has_left_captions else EXIT_DONE
    except (StorageError, IndexerError) as error:
        outlet.event(IndexHalted(reason=error.message, hint=error.hint))
        control.stop()
        return EXIT_HALTED


def _workshop(options: IndexerOptions) -> AbstractContextManager[Workshop]:
    if not options.cluster:
        return nullcontext(LocalWorkshop(workers=options.workers))
    from indexer.cluster.driver import cluster_workshop

    return cluster_workshop(options, options.cluster)


def _open_when_free(options: IndexerOptions, control: Control, outlet: _Outlet) -> Library | None:
    """The library for writing; a server waits until it can have it, and answers meanwhile."""
    halts = 0
    while not control.is_stopped:
        try:
            library = Library.open_writer(options.library, options.program)
        except LibraryBusy as error:
            if not options.serve:
                raise
            if control.holder != error.message:
                outlet.event(IndexerStarted(indexing=False, holder=error.message))
            control.holder = error.message
            control.wait_for_end(_BUSY_RETRY_SECONDS)
        except (LibraryFull, LibraryLocked, LibraryReadOnly) as error:
            if not options.serve:
                raise
            outlet.event(IndexHalted(reason=error.message, hint=error.hint))
            control.wait_for_end(seconds_after_halt(halts))
            halts += 1
        else:
            control.holder = ""
            return library
    return None


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # Daemon threads of libraries may hold the interpreter back; all that counts is committed.
    os._exit(status)
