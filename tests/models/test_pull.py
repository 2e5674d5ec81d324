"""Downloads through the hub's own library, from a scripted hub on loopback."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants

from indexer.models.catalog import MANIFEST_FILE, find, state_of
from indexer.models.protocols import ModelError, ModelMissing, ModelUnusable
from indexer.models.pull import DownloadFailed, pull_model, remove_model
from tests.models.scripted_hub import REVISION, ScriptedHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "datacomp-b32"
MODEL = find(NAME)
WEIGHTS = random.Random(5).randbytes(3_000_000)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedHub]:
    contents = dict.fromkeys(MODEL.files, b'{"a": 1}')
    contents[MODEL.files[0]] = WEIGHTS
    scripted = ScriptedHub(contents)
    serving = scripted.serve()
    address = next(serving)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield scripted
    next(serving, None)


def pull(folder: Path) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    pull_model(NAME, models_folder=folder, on_progress=lambda *step: told.append(step))
    return told


def test_a_pulled_model_is_present_whole_and_told_of(hub: ScriptedHub, tmp_path: Path) -> None:
    told = pull(tmp_path)
    assert state_of(MODEL, tmp_path).state == "present"
    assert (tmp_path / NAME / MODEL.files[0]).read_bytes() == WEIGHTS
    assert REVISION in (tmp_path / NAME / MANIFEST_FILE).read_text()
    total = sum(map(len, hub.files.values()))
    assert told[-1] == (total, total)
    assert told == sorted(told)


def test_a_second_pull_asks_nobody(hub: ScriptedHub, tmp_path: Path) -> None:
    pull(tmp_path)
    hub.status = 500
    pull(tmp_path)


def test_a_cut_off_download_goes_on_where_it_ended(hub: ScriptedHub, tmp_path: Path) -> None:
    hub.cut_at = 1_000_000
    with pytest.raises(DownloadFailed):
        pull(tmp_path)
    assert state_of(MODEL, tmp_path).state != "present"
    hub.cut_at = None
    hub.ranges.clear()
    pull(tmp_path)
    assert (tmp_path / NAME / MODEL.files[0]).read_bytes() == WEIGHTS
    assert hub.ranges == ["bytes=1000000-"]


def test_a_damaged_file_is_thrown_away_and_never_a_model(hub: ScriptedHub, tmp_path: Path) -> None:
    hub.is_lying = True
    with pytest.raises(DownloadFailed, match="damaged"):
        pull(tmp_path)
    assert state_of(MODEL, tmp_path).state != "present"
    hub.is_lying = False
    pull(tmp_path)
    assert state_of(MODEL, tmp_path).state == "present"


@pytest.mark.parametrize("status", [404, 503])
def test_what_the_hub_refuses_is_one_error_with_a_remedy(
    hub: ScriptedHub, tmp_path: Path, status: int
) -> None:
    hub.status = status
    with pytest.raises(DownloadFailed) as caught:
        pull(tmp_path)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_without_a_network_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        pull(tmp_path)


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: ScriptedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.models.pull._SPARE_BYTES", 10**18)
    with pytest.raises(DownloadFailed, match="needed"):
        pull(tmp_path)
    assert hub.ranges == []


def test_a_removed_model_is_gone(hub: ScriptedHub, tmp_path: Path) -> None:
    pull(tmp_path)
    remove_model(NAME, models_folder=tmp_path)
    assert state_of(MODEL, tmp_path).state == "absent"
    with pytest.raises(ModelMissing):
        remove_model(NAME, models_folder=tmp_path)


def test_an_unknown_name_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="datacomp"):
        pull_model("datacomp-b33", models_folder=tmp_path, on_progress=lambda *_: None)
    assert issubclass(DownloadFailed, ModelError)
