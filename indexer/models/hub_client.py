"""What `models pull` asks of a Hugging Face hub: the files of a model, and their bytes.

The connection is huggingface_hub's (proxies, certificates, HF_ENDPOINT, HF_HUB_OFFLINE), but the
requests are made here, because that library no longer continues a download that broke off, and adds
the versions of installed libraries and a request of its own to what it sends. No token is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from indexer.models.protocols import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_CHUNK_BYTES: Final = 1 << 20
_TIMEOUT_SECONDS: Final = 30.0
_MODEL_ENDINGS: Final = (".safetensors", ".json", ".txt", ".jinja")
_HEADERS: Final[Mapping[str, str]] = {
    "user-agent": "imagescope",
    # Compressed on the way, a file could not be continued at a byte.
    "accept-encoding": "identity",
}


class DownloadFailed(ModelError):
    """The model could not be fetched; what arrived stays for the next try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """What the hub says of one file; one of the checksums is there."""

    name: str
    size: int
    sha256: str = ""
    """Of large files."""
    git_sha1: str = ""
    """Of the others: git's hash of a blob."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModel:
    """The files of a model at one revision."""

    repository: str
    revision: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some bytes of a file and where they belong."""

    start: int
    data: bytes


def ask_for_model(repository: str, names: Sequence[str]) -> RemoteModel:
    """The named files of a repository's newest revision; without names, all a model is loaded from.

    Raises DownloadFailed where the hub lacks one of them or does not answer like a hub, and the
    transport's own errors.
    """
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils._http import hf_raise_for_status

    response = get_session().get(
        f"{constants.ENDPOINT}/api/models/{repository}",
        params={"blobs": "true"},
        headers=dict(_HEADERS),
        timeout=_TIMEOUT_SECONDS,
    )
    hf_raise_for_status(response)
    try:
        answer = response.json()
        files = {file.name: file for file in map(_remote_file, answer["siblings"])}
        wanted = tuple(files[name] for name in names or filter(_is_of_model, files))
        return RemoteModel(repository=repository, revision=str(answer["sha"]), files=wanted)
    except (ValueError, TypeError, LookupError) as error:
        raise DownloadFailed(
            f"the hub's answer about {repository} makes no sense, or a file is gone from there",
            "check HF_ENDPOINT and the network (a login page?), or use a newer imagescope",
        ) from error


def _is_of_model(name: str) -> bool:
    # Folders hold the same weights in other formats.
    return name.endswith(_MODEL_ENDINGS) and "/" not in name


def _remote_file(sibling: Mapping[str, Any]) -> RemoteFile:
    large = sibling.get("lfs") or {}
    return RemoteFile(
        name=str(sibling["rfilename"]),
        size=int(large.get("size") or sibling.get("size") or 0),
        sha256=str(large.get("sha256") or ""),
        git_sha1=str(sibling.get("blobId") or ""),
    )


def stream_file(remote: RemoteModel, name: str, start: int) -> Iterator[Piece]:
    """The bytes of a file from `start` on, or from 0 where the server cannot begin in the middle.

    Raises the transport's own errors, also in the midst of it.
    """
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils._http import hf_raise_for_status

    path = f"{remote.repository}/resolve/{remote.revision}/{quote(name)}"
    url = f"{constants.ENDPOINT}/{path}"
    headers = {**_HEADERS, "range": f"bytes={start}-"} if start else dict(_HEADERS)
    with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT_SECONDS) as response:
        hf_raise_for_status(response)
        position = start if response.status_code == _PARTIAL_CONTENT else 0
        for data in response.iter_bytes(_CHUNK_BYTES):
            yield Piece(start=position, data=data)
            position += len(data)


_PARTIAL_CONTENT: Final = 206


def transport_errors() -> tuple[type[Exception], ...]:
    """What a request may raise, whichever HTTP library huggingface_hub stands on."""
    from huggingface_hub import errors

    base: type[Exception] = errors.HfHubHTTPError.__mro__[1]
    return base, OSError
