"""Downloads a known model from the Hugging Face hub: the one place that opens a socket.

The files go into a folder of their own, `models_folder/NAME`. A cut-off download is taken up where
it ended. Each file is compared with what the hub says of it, and a manifest, written last, is what
makes the folder a model.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from indexer.models.catalog import MANIFEST_FILE, find, is_complete
from indexer.models.protocols import ModelError, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.models.catalog import KnownModel

    OnProgress = Callable[[int, int], None]

_BLOCK_BYTES: Final = 1 << 22
_SPARE_BYTES: Final = 100_000_000
_PARTS_FOLDER: Final = ".parts"
"""Holds what is not yet whole."""


class DownloadFailed(ModelError):
    """The model could not be fetched; what arrived stays for the next try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _HubFile:
    """A file as the hub describes it."""

    name: str
    size: int
    sha256: str | None
    """None for small files that the hub keeps in git; their size is compared."""


def pull_model(name: str, *, models_folder: Path, on_progress: OnProgress) -> Path:
    """Download a model of the catalogue; its folder.

    `on_progress` is told the bytes that are here, and those there will be.

    Raises:
        ModelUnusable: no model is called so.
        DownloadFailed: no network, no room, or a file that is not what the hub says it is.
    """
    model = find(name)
    folder = models_folder / model.name
    if is_complete(folder):
        on_progress(model.size_bytes, model.size_bytes)
        return folder
    with _download_errors(model):
        revision, files = _describe(model)
        _expect_room(models_folder, sum(file.size for file in files))
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _fetch(model, revision, files, folder, on_progress)
        _write_manifest(model, revision, files, folder)
    return folder


def remove_model(name: str, *, models_folder: Path) -> None:
    """Delete a downloaded model, whole or partial.

    Raises:
        ModelUnusable: no model is called so.
        ModelMissing: it is not in this folder.
    """
    folder = models_folder / find(name).name
    if not folder.is_dir():
        raise ModelMissing(f"{name} is not in {models_folder}", "imagescope models list")
    # Without its manifest it is no model any more, whatever happens to the rest.
    (folder / MANIFEST_FILE).unlink(missing_ok=True)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ModelError(f"{folder} cannot be deleted: {error.strerror}") from error


def _describe(model: KnownModel) -> tuple[str, tuple[_HubFile, ...]]:
    """The hub's current revision of the model, and its files."""
    from huggingface_hub import HfApi

    info = HfApi(token=False).model_info(model.repository, files_metadata=True)
    known = {item.rfilename: item for item in info.siblings or ()}
    missing = [name for name in model.files if name not in known]
    if missing or not info.sha:
        raise DownloadFailed(f"{model.repository} no longer holds {', '.join(missing)}")
    files = tuple(
        _HubFile(
            name=name,
            size=int(known[name].size or 0),
            sha256=lfs.sha256 if (lfs := known[name].lfs) else None,
        )
        for name in model.files
    )
    return info.sha, files


def _expect_room(models_folder: Path, size: int) -> None:
    models_folder.mkdir(parents=True, exist_ok=True)
    here = sum(path.stat().st_size for path in models_folder.rglob("*.part"))
    free = shutil.disk_usage(models_folder).free
    if free < size - here + _SPARE_BYTES:
        raise DownloadFailed(
            f"{size / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free in {models_folder}",
            "free some space, or set models_folder",
        )


def _fetch(
    model: KnownModel,
    revision: str,
    files: tuple[_HubFile, ...],
    folder: Path,
    on_progress: OnProgress,
) -> None:
    parts = folder / _PARTS_FOLDER
    parts.mkdir(exist_ok=True)
    meter = _Meter(0, sum(file.size for file in files), on_progress)
    for file in files:
        if _is_whole(folder / file.name, file):
            meter.add(file.size)
            continue
        part = parts / f"{file.name}.{(file.sha256 or revision)[:16]}.part"
        _fetch_file(hub_address(model, revision, file), part, file, meter)
        if not _is_whole(part, file):
            part.unlink()
            raise DownloadFailed(
                f"{file.name} arrived damaged and was thrown away", "run the same command again"
            )
        part.replace(folder / file.name)


def hub_address(model: KnownModel, revision: str, file: _HubFile) -> str:
    """Where the hub has a file."""
    from huggingface_hub import hf_hub_url

    return hf_hub_url(model.repository, file.name, revision=revision)


def _fetch_file(address: str, part: Path, file: _HubFile, meter: _Meter) -> None:
    """Append to the part what it lacks.

    hf_hub_download would begin each file anew: its unfinished files have random names.
    """
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    with part.open("ab") as stream:
        http_get(
            address,
            stream,
            resume_size=stream.tell(),
            headers=build_hf_headers(token=False),
            expected_size=file.size,
            tqdm_class=_silent_bar(meter),
        )


def _is_whole(path: Path, file: _HubFile) -> bool:
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    return file.sha256 is None or _sha256(path) == file.sha256


@dataclass(slots=True)
class _Meter:
    """Adds one file's bytes to those of the files before it."""

    done: int
    total: int
    on_progress: OnProgress

    def add(self, count: int) -> None:
        self.done = min(self.done + count, self.total)
        self.on_progress(self.done, self.total)


def _silent_bar(meter: _Meter) -> Any:  # noqa: ANN401 - a class of tqdm's kind
    from tqdm import tqdm

    class SilentBar(tqdm):  # type: ignore[type-arg,misc,unused-ignore]
        """Draws nothing and tells the meter."""

        def __init__(self, *values: Any, **options: Any) -> None:  # noqa: ANN401
            super().__init__(*values, **{**options, "disable": True})
            meter.add(int(options.get("initial") or 0))

        def update(self, n: float | None = 1) -> bool | None:
            meter.add(int(n or 0))
            return None

    return SilentBar


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _write_manifest(
    model: KnownModel, revision: str, files: tuple[_HubFile, ...], folder: Path
) -> None:
    manifest = {
        "repository": model.repository,
        "revision": revision,
        "licence": model.licence,
        "files": {file.name: {"size": file.size, "sha256": file.sha256} for file in files},
    }
    fresh = folder / f"{MANIFEST_FILE}.new"
    fresh.write_text(json.dumps(manifest, indent=1))
    fresh.replace(folder / MANIFEST_FILE)
    shutil.rmtree(folder / _PARTS_FOLDER, ignore_errors=True)


@contextmanager
def _download_errors(model: KnownModel) -> Iterator[None]:
    """No telemetry while it lasts, and one line for whatever goes wrong."""
    from huggingface_hub import constants, errors

    # The hub's library changes its HTTP library now and then; its own error knows which it is.
    http_error: type[Exception] = errors.HfHubHTTPError.__mro__[1]
    before = constants.HF_HUB_DISABLE_TELEMETRY
    constants.HF_HUB_DISABLE_TELEMETRY = True
    again = "run the same command again; it goes on where it ended"
    try:
        yield
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "no")
        raise DownloadFailed(f"the hub answers {status} for {model.repository}", again) from error
    except (http_error, errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
        raise DownloadFailed("the hub cannot be reached", f"check the network; {again}") from error
    except OSError as error:
        raise DownloadFailed(f"the download broke off: {error.strerror or error}", again) from error
    finally:
        constants.HF_HUB_DISABLE_TELEMETRY = before
