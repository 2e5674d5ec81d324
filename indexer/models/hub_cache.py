"""Looks into the Hugging Face cache of this user, read-only and without any request."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def cached_file(repository: str, filename: str) -> Path | None:
    """A file of a repository's main revision, if it was downloaded once."""
    # The constants alone import quickly, and mostly nothing is cached.
    from huggingface_hub import constants

    folder = f"models--{repository.replace('/', '--')}"
    if not (Path(constants.HF_HUB_CACHE) / folder).is_dir():
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, filename, cache_dir=constants.HF_HUB_CACHE)
    return Path(found) if isinstance(found, str) else None


def cached_folder(repository: str, files: Sequence[str]) -> Path | None:
    """The snapshot of a repository that holds all these files, if there is one."""
    found = [cached_file(repository, filename) for filename in files]
    paths = [path for path in found if path is not None]
    return paths[0].parent if paths and len(paths) == len(files) else None


@contextmanager
def no_requests() -> Iterator[None]:
    """Whatever asks the hub for something inside fails at once instead."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    # A switch of the whole process: the libraries that load models look at it before each request.
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
