"""Downloads a known model into the models folder: the only code of the product that goes online.

A file arrives as `NAME.part`, is continued where it broke off, and takes its name only when its
checksum is the hub's. The manifest is written last, so that a download that was interrupted at any
moment never counts as a model.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from indexer.models.catalog import MANIFEST_FILE, find_any, is_complete
from indexer.models.hub_client import (
    DownloadFailed,
    ask_for_model,
    stream_file,
    transport_errors,
)
from indexer.models.protocols import ModelMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from indexer.models.catalog import KnownModel
    from indexer.models.hub_client import RemoteFile, RemoteModel
    from indexer.models.vllm_plans import VisionModel

    Progress = Callable[[int, int], None]

_SPARE_BYTES: Final = 100_000_000
"""Room that a download leaves on the disk."""
_FRUITLESS_TRIES_MAX: Final = 4
_SECONDS_BETWEEN_TRIES = 2.0


def pull_model(name: str, *, models_folder: Path, on_progress: Progress) -> Path:
    """Download a model, or what is missing of it, and return its folder.

    `on_progress` hears the bytes that are here and those there will be.

    Raises:
        ModelUnknown: no model is called so.
        DownloadFailed: no network, no room, a file that is not what the hub says it is, or another
            download of the same model running.
    """
    model = find_any(name)
    folder = models_folder / model.name
    if is_complete(folder):
        on_progress(model.size_bytes, model.size_bytes)
        return folder
    # Asked first, so that without a network nothing is put on the disk.
    with _explained(models_folder, "the hub cannot be reached"):
        remote = ask_for_model(model.repository, model.files)
    with _explained(models_folder, "the download broke off"), _alone(models_folder, model):
        folder.mkdir(exist_ok=True)
        try:
            _check_room(folder, remote)
            _download(folder, remote, on_progress)
            _write_manifest(folder, remote)
        finally:
            _remove_if_empty(folder)
    return folder


def remove_model(name: str, *, models_folder: Path) -> int:
    """Delete a model, or what a download left of it; returns the bytes that became free."""
    model = find_any(name)
    folder = models_folder / model.name
    if not folder.is_dir():
        raise ModelMissing(f"{model.name} is not in {models_folder}", "see imagescope models list")
    with _explained(models_folder, "removing broke off"), _alone(models_folder, model):
        freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        # First what makes it count as a model, so that half a removal leaves none.
        (folder / MANIFEST_FILE).unlink(missing_ok=True)
        shutil.rmtree(folder)
    return freed


def _remove_if_empty(folder: Path) -> None:
    # The system refuses to remove a folder that holds something.
    with suppress(OSError):
        folder.rmdir()


def _check_room(folder: Path, remote: RemoteModel) -> None:
    here = sum(path.stat().st_size for path in folder.glob("*") if path.is_file())
    needed = remote.size - here + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise _no_room(f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free", folder)


def _download(folder: Path, remote: RemoteModel, on_progress: Progress) -> None:
    done = 0
    for file in remote.files:
        if not _is_intact(folder / file.name, file):
            _download_file(folder, remote, file, _from(done, remote.size, on_progress))
        done += file.size
        on_progress(done, remote.size)


def _from(done: int, total: int, on_progress: Progress) -> Callable[[int], None]:
    return lambda position: on_progress(done + position, total)


def _download_file(
    folder: Path, remote: RemoteModel, file: RemoteFile, report: Callable[[int], None]
) -> None:
    part = folder / f"{file.name}.part"
    fruitless = 0
    while _size(part) != file.size:
        before = _size(part)
        try:
            _continue_file(part, remote, file, report)
        except transport_errors() as error:
            fruitless = 0 if _size(part) > before else fruitless + 1
            if fruitless >= _FRUITLESS_TRIES_MAX or not _is_passing(error):
                raise
            time.sleep(_SECONDS_BETWEEN_TRIES)
    if not _is_intact(part, file):
        part.unlink()
        raise DownloadFailed(
            f"{file.name} arrived damaged: its checksum is not the hub's",
            "pull again; if it happens twice, something on the way changes downloads",
        )
    part.replace(folder / file.name)


def _continue_file(
    part: Path, remote: RemoteModel, file: RemoteFile, report: Callable[[int], None]
) -> None:
    """Fetches from where `part` ends; what arrived stays in it, also when the connection breaks."""
    start = _size(part)
    if start > file.size:
        part.unlink()
        start = 0
    with part.open("r+b" if part.exists() else "wb") as opened:
        for piece in stream_file(remote, file.name, start):
            opened.seek(piece.start)
            opened.write(piece.data)
            opened.truncate()
            report(opened.tell())
        if opened.tell() < file.size:
            raise ConnectionError(f"{file.name} ended early")


def _is_passing(error: Exception) -> bool:
    """Whether trying again may help: a broken connection, but no refusal and no full disk."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, HfHubHTTPError | OfflineModeIsEnabled):
        return False
    return not isinstance(error, OSError) or isinstance(error, ConnectionError | TimeoutError)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _is_intact(path: Path, file: RemoteFile) -> bool:
    """Whether a file is there with the hub's checksum."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as opened:
        if file.sha256:
            return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
        # Small files are known by the hash that git gives to their blob.
        blob = b"blob %d\0" % file.size + opened.read()
        return hashlib.sha1(blob, usedforsecurity=False).hexdigest() == file.git_sha1


def _write_manifest(folder: Path, remote: RemoteModel) -> None:
    manifest = {
        "repository": remote.repository,
        "revision": remote.revision,
        "files": {
            file.name: {"size": file.size, "checksum": file.sha256 or file.git_sha1}
            for file in remote.files
        },
    }
    part = folder / f"{MANIFEST_FILE}.part"
    part.write_text(json.dumps(manifest, indent=2))
    part.replace(folder / MANIFEST_FILE)


@contextmanager
def _alone(models_folder: Path, model: KnownModel | VisionModel) -> Iterator[None]:
    """One process at a time downloads or removes a model."""
    models_folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(models_folder / f"{model.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DownloadFailed(
            f"{model.name} is being downloaded or removed by another imagescope",
            "wait until it is done",
        ) from error
    try:
        yield
    finally:
        # While it is still held: whoever waits for it finds it gone and does not count as holder.
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _explained(models_folder: Path, what_happened: str) -> Iterator[None]:
    """Turns what disks and networks raise into DownloadFailed, in one line that says what to do."""
    try:
        yield
    except transport_errors() as error:
        raise _failure(error, models_folder, what_happened) from error


def _failure(error: Exception, models_folder: Path, what_happened: str) -> DownloadFailed:
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return DownloadFailed("downloads are switched off", "unset HF_HUB_OFFLINE and pull again")
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code if error.response is not None else "nothing"
        return DownloadFailed(f"the hub answers {status}", "try again later, or check HF_ENDPOINT")
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
        return _disk_failure(error, models_folder)
    return DownloadFailed(
        f"{what_happened}: {_first_line(error)}",
        "check the network and pull again; it goes on where it stopped",
    )


def _disk_failure(error: OSError, models_folder: Path) -> DownloadFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _no_room("the disk is full", models_folder)
    return DownloadFailed(
        f"{models_folder} cannot be written: {error.strerror or error}",
        "make it writable, or choose another folder for models",
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _no_room(reason: str, folder: Path) -> DownloadFailed:
    return DownloadFailed(
        f"there is no room for the model in {folder}: {reason}",
        "free some space and pull again, it goes on where it stopped; or choose a smaller model",
    )
