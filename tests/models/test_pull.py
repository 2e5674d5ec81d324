"""Downloads over HTTP from a scripted hub on loopback."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from huggingface_hub import constants

from indexer.models.catalog import CONFIG_FILE, MANIFEST_FILE, find, state_of
from indexer.models.encoders import resolve_auto
from indexer.models.hub_client import DownloadFailed
from indexer.models.protocols import ModelMissing, ModelUnknown
from indexer.models.pull import pull_model, remove_model
from tests.models.scripted_hub import REVISION, ScriptedHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "datacomp-b32"
MODEL = find(NAME)
WEIGHTS_FILE = MODEL.files[0]
KEPT = 2 * 2**20
"""What is on disk when the connection breaks at byte 2,500,000: whole megabytes."""
WEIGHTS = random.Random(5).randbytes(3_000_000)


@pytest.fixture
def served() -> Iterator[tuple[ScriptedHub, str]]:
    contents = dict.fromkeys(MODEL.files, b'{"a": 1}')
    contents[WEIGHTS_FILE] = WEIGHTS
    scripted = ScriptedHub(contents)
    serving = scripted.serve()
    yield scripted, next(serving)
    next(serving, None)


@pytest.fixture
def hub(served: tuple[ScriptedHub, str], monkeypatch: pytest.MonkeyPatch) -> ScriptedHub:
    scripted, address = served
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr("indexer.models.pull._SECONDS_BETWEEN_TRIES", 0)
    return scripted


def pull(folder: Path) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    pull_model(NAME, models_folder=folder, on_progress=lambda *step: told.append(step))
    return told


def test_a_pulled_model_is_present_whole_and_told_of(hub: ScriptedHub, tmp_path: Path) -> None:
    told = pull(tmp_path)
    assert state_of(MODEL, tmp_path).state == "present"
    assert (tmp_path / NAME / WEIGHTS_FILE).read_bytes() == WEIGHTS
    assert json.loads((tmp_path / NAME / MANIFEST_FILE).read_text())["revision"] == REVISION
    total = sum(map(len, hub.files.values()))
    assert told[-1] == (total, total)
    assert told == sorted(told)


def test_auto_means_the_pulled_model(hub: ScriptedHub, tmp_path: Path) -> None:
    pull(tmp_path)
    assert resolve_auto(tmp_path) == f"open_clip:local-dir:{tmp_path / NAME}"


def test_a_second_pull_asks_nobody(hub: ScriptedHub, tmp_path: Path) -> None:
    pull(tmp_path)
    hub.asked.clear()
    pull(tmp_path)
    assert hub.asked == []


def test_requests_tell_nothing_of_this_machine(
    hub: ScriptedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(tmp_path)
    assert len(hub.asked) == 1 + len(MODEL.files)
    for headers in hub.asked:
        assert headers["user-agent"] == "imagescope"
        assert "authorization" not in headers


def test_a_connection_that_broke_is_taken_up_in_the_same_pull(
    hub: ScriptedHub, tmp_path: Path
) -> None:
    hub.cut_at, hub.cuts_left = 2_500_000, 1
    pull(tmp_path)
    assert (tmp_path / NAME / WEIGHTS_FILE).read_bytes() == WEIGHTS
    assert hub.ranges == ["", f"bytes={KEPT}-"]


def test_a_cut_off_download_goes_on_where_it_ended(hub: ScriptedHub, tmp_path: Path) -> None:
    hub.cut_at = 2_500_000
    with pytest.raises(DownloadFailed, match="broke off"):
        pull(tmp_path)
    assert state_of(MODEL, tmp_path).state == "partial"
    hub.cut_at = None
    hub.ranges.clear()
    pull(tmp_path)
    assert (tmp_path / NAME / WEIGHTS_FILE).read_bytes() == WEIGHTS
    assert hub.ranges == [f"bytes={KEPT}-"]


def test_a_server_without_ranges_sends_the_file_again(hub: ScriptedHub, tmp_path: Path) -> None:
    hub.cut_at = 2_500_000
    with pytest.raises(DownloadFailed):
        pull(tmp_path)
    hub.cut_at, hub.knows_ranges = None, False
    pull(tmp_path)
    assert (tmp_path / NAME / WEIGHTS_FILE).read_bytes() == WEIGHTS


@pytest.mark.parametrize("name", [WEIGHTS_FILE, CONFIG_FILE])
def test_a_damaged_file_is_thrown_away_and_never_a_model(
    hub: ScriptedHub, tmp_path: Path, name: str
) -> None:
    hub.lying_about = name
    with pytest.raises(DownloadFailed, match="damaged"):
        pull(tmp_path)
    assert state_of(MODEL, tmp_path).state != "present"
    assert not (tmp_path / NAME / name).exists()
    hub.lying_about = ""
    pull(tmp_path)
    assert state_of(MODEL, tmp_path).state == "present"


def test_a_file_that_lost_bytes_later_makes_the_model_incomplete(
    hub: ScriptedHub, tmp_path: Path
) -> None:
    pull(tmp_path)
    (tmp_path / NAME / WEIGHTS_FILE).write_bytes(WEIGHTS[:-1])
    assert state_of(MODEL, tmp_path).state == "partial"
    pull(tmp_path)
    assert (tmp_path / NAME / WEIGHTS_FILE).read_bytes() == WEIGHTS


@pytest.mark.parametrize("status", [404, 503])
def test_what_the_hub_refuses_is_one_error_with_a_remedy(
    hub: ScriptedHub, tmp_path: Path, status: int
) -> None:
    hub.status = status
    with pytest.raises(DownloadFailed, match=str(status)) as caught:
        pull(tmp_path)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_hub_that_lacks_a_file_is_an_error(hub: ScriptedHub, tmp_path: Path) -> None:
    del hub.files[CONFIG_FILE]
    with pytest.raises(DownloadFailed, match="makes no sense, or a file is gone"):
        pull(tmp_path)


def test_without_a_network_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        pull(tmp_path)


def test_offline_mode_is_respected(
    hub: ScriptedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadFailed, match="switched off"):
        pull(tmp_path)
    assert hub.asked == []


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: ScriptedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(DownloadFailed, match="no room"):
        pull(tmp_path)
    assert hub.ranges == []


def test_a_disk_that_fills_up_on_the_way_is_told_in_one_line(
    hub: ScriptedHub, tmp_path: Path
) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    # Writing to it fails as on a full disk.
    (folder / f"{WEIGHTS_FILE}.part").symlink_to("/dev/full")
    with pytest.raises(DownloadFailed, match="disk is full") as caught:
        pull(tmp_path)
    assert "\n" not in caught.value.message


def test_two_downloads_of_a_model_at_once_are_refused(hub: ScriptedHub, tmp_path: Path) -> None:
    with FileLock(tmp_path / f"{NAME}.lock"), pytest.raises(DownloadFailed, match="another"):
        pull(tmp_path)


def test_a_download_that_failed_at_once_leaves_nothing(
    hub: ScriptedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.lying_about = WEIGHTS_FILE
    with pytest.raises(DownloadFailed, match="damaged"):
        pull(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://localhost:9")
    with pytest.raises(DownloadFailed):
        pull(tmp_path / "models")
    assert list(tmp_path.iterdir()) == []


def test_no_lock_is_left_behind(hub: ScriptedHub, tmp_path: Path) -> None:
    pull(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    remove_model(NAME, models_folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_removed_model_is_gone(hub: ScriptedHub, tmp_path: Path) -> None:
    pull(tmp_path)
    assert remove_model(NAME, models_folder=tmp_path) > len(WEIGHTS)
    assert state_of(MODEL, tmp_path).state == "absent"
    with pytest.raises(ModelMissing):
        remove_model(NAME, models_folder=tmp_path)


def test_an_unknown_name_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ModelUnknown) as caught:
        pull_model("datacomp-b33", models_folder=tmp_path, on_progress=lambda *_: None)
    assert "did you mean datacomp-b32" in caught.value.hint


def test_the_address_is_that_of_hf_endpoint(
    served: tuple[ScriptedHub, str], tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from indexer.models.pull import pull_model;"
        "pull_model(sys.argv[1], models_folder=Path(sys.argv[2]), on_progress=lambda *_: None)"
    )
    environment = {**os.environ, "HF_ENDPOINT": served[1], "HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-c", program, NAME, str(tmp_path)]
    subprocess.run(command, env=environment, check=True, timeout=60)
    assert state_of(MODEL, tmp_path).state == "present"
