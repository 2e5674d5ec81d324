"""Looks at this machine as the program sees it; changes nothing, asks only model servers."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imagescope_tui.finding import Finding
from imagescope_tui.model_health import examine_models
from imagescope_tui.promise_health import examine_promises
from indexer.formats import EXTRAS, VIDEO
from indexer.models.gpu import list_gpus, roomiest_gpu
from indexer.models.protocols import ModelError
from indexer.models.settings import FORMER_NAME, POCKET
from storage.errors import LibraryBusy, LibraryMissing, LibraryOutdated, StorageError
from storage.library import Library
from storage.sqlite_facts import sqlite_version, wal_is_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imagescope_tui.config import Settings

OWN_PACKAGES = ("imagescope_tui", "indexer", "storage")

_WATCHES_ENOUGH = 65_536
_FORMAT_FEATURES = {
    "jpg": "JPEG",
    "zlib": "PNG",
    "webp": "WebP",
    "libtiff": "TIFF",
    "avif": "AVIF",
    "jpg_2000": "JPEG 2000",
}
"""What Pillow calls the decoders that it may have been built without, and the formats they read."""
_HEIC = "HEIC"
_FORMATS_ALWAYS = ("GIF", "BMP", "Photoshop")


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Everything that may stand in the way, in the order a person would ask."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _sqlite,
        _library,
        examine_promises,
        _encoder,
        _torch,
        examine_models,
        _formats,
        _text_in_photos,
        _watching,
    )
    return tuple(finding for check in checks for finding in check(settings))


def _python(_: Settings) -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding(subject="python", verdict="ok", told=f"{version} on {sys.platform}")


def _packages(_: Settings) -> Iterator[Finding]:
    owners = importlib.metadata.packages_distributions()
    for name in OWN_PACKAGES:
        others = sorted(set(owners.get(name, ())) - {"imagescope-tui"})
        if others:
            yield Finding(
                subject="packages",
                verdict="bad",
                told=f"{', '.join(others)} also installs a package called {name!r}",
                remedy="install imagescope-tui in an environment of its own (pipx, uv tool)",
            )


def _sqlite(_: Settings) -> Iterator[Finding]:
    if wal_is_safe():
        yield Finding(subject="sqlite", verdict="ok", told=sqlite_version())
        return
    yield Finding(
        subject="sqlite",
        verdict="note",
        told=f"{sqlite_version()} has a rare fault with several writers; imagescope uses one",
    )


def _library(settings: Settings) -> Iterator[Finding]:
    folder = settings.library
    try:
        with Library.open_reader(folder) as library:
            complaints = library.check()
            index = library.index_kind(library.settings.get("encoder_id"))
            told = (
                f"{folder}: {library.counts().photos:,} photos, whole;"
                f" searched by {_INDEX_WORDS[str(index['kind'])]}"
            )
    except (LibraryMissing, LibraryOutdated) as error:
        yield Finding(subject="library", verdict="note", told=error.message, remedy=error.hint)
        return
    except StorageError as error:
        yield Finding(subject="library", verdict="bad", told=error.message, remedy=error.hint)
        return
    if complaints:
        yield Finding(
            subject="library",
            verdict="bad",
            told=f"damaged: {complaints[0]}",
            remedy="restore a backup, or move it away and index again",
        )
    else:
        yield Finding(subject="library", verdict="ok", told=told)
    yield from _writing(folder)


_INDEX_WORDS = {"exact": "comparing all of them", "hnsw": "a graph of their likeness"}


def _writing(folder: Path) -> Iterator[Finding]:
    if not os.access(folder, os.W_OK):
        yield Finding(
            subject="library",
            verdict="bad",
            told=f"{folder} cannot be written",
            remedy="check its permissions",
        )
        return
    if folder.stat().st_mode & 0o077:
        yield Finding(
            subject="library",
            verdict="note",
            told="other users can look into its folder, though not into its files",
            remedy=f"chmod 700 {shlex.quote(str(folder))}",
        )
    else:
        told = "nobody else on this machine can look into it"
        yield Finding(subject="library", verdict="ok", told=told)
    free = shutil.disk_usage(folder).free
    yield Finding(subject="disk", verdict="ok", told=f"{free / 1e9:,.1f} GB free for the library")
    try:
        Library.open_writer(folder).close()
    except LibraryBusy as error:
        yield Finding(subject="indexer", verdict="ok", told=error.message)
    except StorageError as error:
        yield Finding(subject="library", verdict="bad", told=error.message, remedy=error.hint)


def _encoder(settings: Settings) -> Iterator[Finding]:
    from indexer.models.encoders import resolve_auto

    try:
        chosen = settings.encoder
        if chosen == "auto":
            chosen = resolve_auto(settings.models_folder)
    except ModelError as error:
        yield Finding(subject="encoder", verdict="bad", told=error.message, remedy=error.hint)
        return
    if chosen in (POCKET, FORMER_NAME):
        yield _pocket()
    else:
        yield Finding(subject="encoder", verdict="ok", told=chosen)


def _pocket() -> Finding:
    from indexer.models.encoders import load_encoder
    from indexer.models.reference import reference_answers

    try:
        reference_answers(load_encoder(POCKET))
    except ModelError as error:
        return Finding(subject="encoder", verdict="bad", told=error.message, remedy=error.hint)
    return Finding(
        subject="encoder",
        verdict="note",
        told="pocket, which comes with the program: larger models know more",
        remedy="imagescope models list, then imagescope models pull NAME",
    )


def _torch(_: Settings) -> Iterator[Finding]:
    # Not by importing it, which takes seconds: an encoder that cannot be loaded is told elsewhere.
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        yield Finding(
            subject="torch",
            verdict="bad",
            told="it is not installed: only the encoder pocket works",
            remedy="pip install torch",
        )
        return
    gpu = roomiest_gpu(list_gpus())
    if gpu is not None and version.endswith("+cpu"):
        yield Finding(
            subject="torch",
            verdict="note",
            told=f"{version} does not use the {gpu.name}",
            remedy="install a torch with CUDA: https://pytorch.org/get-started",
        )
        return
    yield Finding(
        subject="torch", verdict="ok", told=f"{version}, {gpu.name if gpu else 'no NVIDIA GPU'}"
    )


def _formats(_: Settings) -> Iterator[Finding]:
    from PIL import features

    missing = [name for feature, name in _FORMAT_FEATURES.items() if not features.check(feature)]
    if importlib.util.find_spec("pillow_heif") is None:
        missing.append(_HEIC)
    if missing:
        yield Finding(
            subject="formats",
            verdict="bad",
            told=f"{', '.join(missing)} cannot be read",
            remedy="pip install --upgrade pillow pillow-heif",
        )
        return
    extra_names = [extra.formats for extra in EXTRAS if extra.is_installed]
    names = ", ".join((*_FORMAT_FEATURES.values(), _HEIC, *_FORMATS_ALWAYS, *extra_names))
    yield Finding(subject="formats", verdict="ok", told=f"{names} and PPM can be read")
    for extra in EXTRAS:
        if not extra.is_installed:
            fate = "are passed over" if extra is VIDEO else "cannot be read"
            yield Finding(
                subject="formats",
                verdict="note",
                told=f"{extra.formats} {fate}: another library reads them",
                remedy=extra.remedy,
            )


def _text_in_photos(settings: Settings) -> Iterator[Finding]:
    subject = "text"
    if settings.text_in_photos == "off":
        told = "text in photos is not read: text_in_photos = off"
        yield Finding(subject=subject, verdict="ok", told=told)
        return
    from indexer.models.text_reader import TEXT_READER, TextReader

    try:
        TextReader()
    except ModelError as error:
        yield Finding(subject=subject, verdict="bad", told=error.message, remedy=error.hint)
    else:
        told = f"text in photos can be read, by {TEXT_READER}"
        yield Finding(subject=subject, verdict="ok", told=told)


def _watching(_: Settings) -> Iterator[Finding]:
    limit_file = Path("/proc/sys/fs/inotify/max_user_watches")
    try:
        limit = int(limit_file.read_text())
    except (OSError, ValueError):
        return
    if limit < _WATCHES_ENOUGH:
        yield Finding(
            subject="watching",
            verdict="note",
            told=f"{limit:,} folders can be watched; beyond that they are scanned now and then",
            remedy="sysctl fs.inotify.max_user_watches=524288",
        )
    else:
        yield Finding(subject="watching", verdict="ok", told=f"up to {limit:,} folders")
