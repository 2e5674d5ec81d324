"""Brings the library of a benchmark's photos up to date, by the indexer that everybody uses.

The library is a folder of its own: no library of a person is ever written. It stays for the next
run, which looks only at what is new or has changed.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from imagescope_tui.errors import EvaluationError, UsageError
from imagescope_tui.evaluation.galleries.catalogue import NOWHERE, read_catalogue
from imagescope_tui.evaluation.galleries.gallery_locks import changing
from imagescope_tui.evaluation.galleries.photo_files import write_photo_files
from imagescope_tui.indexer_client import LOG_NAME, IndexerClient
from indexer.events import CaptionerUnavailable, EncoderUnavailable, IndexHalted
from indexer.folders.chosen import CHOSEN_NAME, read_chosen, write_chosen
from indexer.models.chat_types import ChatUnavailable
from indexer.models.protocols import ModelMissing
from storage.caption_upkeep import switch_captions
from storage.library import DATABASE_NAME, Library
from storage.records import Caption, CaptionOrigin, ContentId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from imagescope_tui.evaluation.galleries.catalogue import Catalogue
    from imagescope_tui.evaluation.task import Benchmark
    from indexer.events import IndexEvent
    from indexer.options import IndexerOptions

    Emit = Callable[[IndexEvent], None]

_CAPTIONS_AT_ONCE = 2_000
_STORED = "stored:"
_NO_CAPTIONS = CaptionOrigin(model_id="", prompt_id="none")


async def index_gallery(benchmark: Benchmark, options: IndexerOptions, emit: Emit) -> None:
    """Have exactly the benchmark's photos in the library of `options`, embedded and captioned.

    Captions that the benchmark brings take the place of those that a model would write. The folder
    is one of `make_gallery_folder`.

    Raises:
        EvaluationError: a run uses it with other photos or captions.
        ModelError: the encoder is missing, or the captioner does not answer.
        EvaluationError: the indexer could not do its work.
        StorageError: the library cannot be read or written.
    """
    with _changing(benchmark, options.library):
        await _index(benchmark, options, emit)


async def _index(benchmark: Benchmark, options: IndexerOptions, emit: Emit) -> None:
    root = _absolute(benchmark.root)
    chosen = options.library / CHOSEN_NAME
    _take_over(options.library, root)
    write_chosen(chosen, benchmark.photos.values())
    write_photo_files(options.library, benchmark)
    captioner = None if benchmark.captions else options.captioner
    told = replace(
        options,
        folders=(root,),
        chosen=chosen,
        captioner=captioner,
        watch=False,
        text_in_photos="off",
    )
    await run_child(told, emit)
    if _put_captions(benchmark, options, root):
        await run_child(told, emit)


def _absolute(folder: Path) -> Path:
    return Path(os.path.abspath(folder))  # noqa: PTH100 - links in the path stay


def open_catalogue(library: Library, benchmark: Benchmark) -> Catalogue:
    """Where the library has the benchmark's photos.

    Raises:
        StorageError: the library cannot be read.
    """
    root = library.roots.all()[0]
    return read_catalogue(library, root, benchmark.photos)


def make_gallery_folder(folder: Path) -> None:
    """Make the folder of the library, or see that it is one that an earlier run made.

    Raises:
        UsageError: it is something else, or cannot be written.
    """
    if (folder / DATABASE_NAME).exists() and not (folder / CHOSEN_NAME).exists():
        raise UsageError(
            f"{folder} is a library of photos, not a gallery of a benchmark",
            "name another folder with --gallery",
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / CHOSEN_NAME).exists():
            write_chosen(folder / CHOSEN_NAME, ())
    except OSError as error:
        raise UsageError(
            f"the gallery {folder} cannot be written: {error.strerror}",
            "name another folder with --gallery",
        ) from error


def _changing(benchmark: Benchmark, folder: Path) -> AbstractContextManager[None]:
    """Nobody else may use a gallery that is to hold other photos or captions than before."""
    same = nullcontext()
    if not (folder / DATABASE_NAME).exists():
        return same
    with Library.open_reader(folder) as library:
        active = library.captions.active()
    is_stored = active is not None and active.prompt_id.startswith(_STORED)
    has_other_captions = active != _origin(benchmark) if benchmark.captions else is_stored
    chosen = read_chosen(folder / CHOSEN_NAME).files
    if not has_other_captions and chosen == frozenset(benchmark.photos.values()):
        return same
    return changing(folder)


def _take_over(folder: Path, root: Path) -> None:
    """Let the library have this root alone; moved data keep their vectors."""
    with Library.open_writer(folder) as library:
        others = [other for other in library.roots.all() if other.path != root]
        with library.atomic():
            for other in others:
                library.roots.remove(other.id)


async def run_child(options: IndexerOptions, emit: Emit) -> None:
    """Run the indexer's child process to its end.

    Raises:
        ModelError: the encoder is missing, or the captioner does not answer.
        EvaluationError: it stopped before everything was done.
    """
    problem: list[Exception] = []

    def hear(event: IndexEvent) -> None:
        if isinstance(event, EncoderUnavailable):
            problem.append(ModelMissing(event.reason, event.hint))
        elif isinstance(event, IndexHalted):
            problem.append(EvaluationError(event.reason, event.hint))
        elif isinstance(event, CaptionerUnavailable):
            problem.append(
                ChatUnavailable(f"photos are left without a caption: {event.reason}", event.hint)
            )
        emit(event)

    client = IndexerClient(options, on_event=hear)
    await client.start()
    try:
        status = await client.wait()
    finally:
        await client.stop()
    if not status:
        return
    unforeseen = EvaluationError(
        "the indexer ended unexpectedly", f"see {options.library / LOG_NAME}"
    )
    raise problem[-1] if problem else unforeseen


# -- stored captions ------------------------------------------------------------------------------


def _put_captions(benchmark: Benchmark, options: IndexerOptions, root: Path) -> bool:
    """Let the benchmark's own captions count, and no stored ones of another time.

    True where the indexer has to look again: to embed them, and to index their words.
    """
    with Library.open_writer(options.library) as library:
        origin = _origin(benchmark) if benchmark.captions else None
        active = library.captions.active()
        if origin is None:
            if active is not None and active.prompt_id.startswith(_STORED):
                switch_captions(library, _left_origin(library))
                return True
            return False
        written = _write(library, origin, _fresh(library, origin, benchmark))
        if active != origin:
            switch_captions(library, origin)
        return written or active != origin


def _origin(benchmark: Benchmark) -> CaptionOrigin:
    """Other captions are another origin, so that none is taken for one that it is not."""
    model = benchmark.captions_source or "stored"
    mark = benchmark.captions_fingerprint[:12]
    return CaptionOrigin(model_id=model, prompt_id=f"{_STORED}{mark}")


def _left_origin(library: Library) -> CaptionOrigin:
    """The largest set that a model wrote, or none at all."""
    counts = [
        count
        for count in library.captions.count_by_origin()
        if not count.origin.prompt_id.startswith(_STORED)
    ]
    if not counts:
        return _NO_CAPTIONS
    return max(counts, key=lambda count: count.captions).origin


def _fresh(
    library: Library, origin: CaptionOrigin, benchmark: Benchmark
) -> Iterator[tuple[ContentId, str]]:
    """Captions that are not stored yet; of copies that have several, the first name's."""
    catalogue = open_catalogue(library, benchmark)
    captions: Mapping[str, str] = benchmark.captions
    is_known = library.captions.active() == origin
    told: set[int] = set()
    for name, content_id in zip(catalogue.names, catalogue.contents.tolist(), strict=True):
        text = captions.get(name, "").strip()
        if content_id == NOWHERE or content_id in told or not text:
            continue
        told.add(content_id)
        if not (is_known and library.captions.of(ContentId(content_id))):
            yield ContentId(content_id), text


def _write(
    library: Library, origin: CaptionOrigin, captions: Iterator[tuple[ContentId, str]]
) -> bool:
    rows = [
        Caption(
            content_id=content_id,
            text=text,
            model_id=origin.model_id,
            prompt_id=origin.prompt_id,
        )
        for content_id, text in captions
    ]
    for start in range(0, len(rows), _CAPTIONS_AT_ONCE):
        batch = rows[start : start + _CAPTIONS_AT_ONCE]
        with library.atomic(changes_photos=False):
            library.captions.put(batch)
            library.words.refresh(
                library.photos.ids_holding([caption.content_id for caption in batch])
            )
    return bool(rows)
