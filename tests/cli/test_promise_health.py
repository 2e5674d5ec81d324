"""`doctor` looks at each promise, and says where one does not hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from imagescope_tui import promise_health
from imagescope_tui.config import load_settings
from imagescope_tui.promise_health import examine_promises
from storage.library import Library
from tests.storage.first_library import make_first_library

if TYPE_CHECKING:
    from pathlib import Path

    from imagescope_tui.finding import Finding
    from tests.cli.conftest import Imagescope, Outcome


def found(library: Path, **environ: str) -> dict[str, Finding]:
    settings = load_settings({"library": str(library)}, environ=environ)
    return {finding.subject: finding for finding in examine_promises(settings)}


def with_root(library: Path, root: Path) -> Path:
    with Library.open_writer(library) as writer, writer.atomic():
        writer.roots.add(root)
    return library


def test_without_a_server_no_socket_is_opened(tmp_path: Path) -> None:
    finding = found(tmp_path)["network"]
    assert (finding.verdict, "no socket" in finding.told) == ("ok", True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_server_of_this_machine_keeps_the_promise(tmp_path: Path, host: str) -> None:
    url = f"http://{host}:8000/v1"
    assert found(tmp_path, IMAGESCOPE_LMM_URL=url)["network"].verdict == "ok"


@pytest.mark.parametrize("host", ["192.0.2.7", "models.example.org", "localhost.example.org"])
def test_a_server_elsewhere_is_named(tmp_path: Path, host: str) -> None:
    finding = found(tmp_path, IMAGESCOPE_CAPTIONER_URL=f"http://{host}/v1")["network"]
    assert finding.verdict == "note"
    assert host in finding.told
    assert finding.remedy


def test_a_library_among_photos_is_told_and_so_are_photos_in_a_library(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    apart = with_root(tmp_path / "library", photos)
    assert found(apart)["photo folders"].verdict == "ok"
    inside = with_root(photos / ".library", photos)
    assert found(inside)["photo folders"].verdict == "bad"
    assert "--library" in found(inside)["photo folders"].remedy
    holding = with_root(tmp_path / "other", tmp_path / "other" / "photos")
    assert found(holding)["photo folders"].verdict == "bad"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
def test_limits_of_decoders_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(tmp_path)["decoders"].verdict == "ok"
    monkeypatch.setattr(promise_health, "_LIMITED", "raise SystemExit(1)")
    assert found(tmp_path)["decoders"].verdict == "note"


def test_doctor_reports_each_promise_first_and_only_settings_that_were_set(
    imagescope: Imagescope, doctor: Outcome
) -> None:
    checks = {check["subject"]: check for check in doctor.json["checks"]}
    promises = {"network", "telemetry", "photo folders", "decoders", "terminal", "library"}
    assert promises <= set(checks)
    assert {checks[name]["verdict"] for name in promises} == {"ok"}
    assert len(doctor.json["settings"]) > 20
    imagescope.library.parent.mkdir(exist_ok=True)
    make_first_library(imagescope.library)
    lines = imagescope("doctor").out.splitlines()
    marks = [line.split()[0] for line in lines]
    assert marks == [*(mark for mark in marks if mark != "set"), "set", "set", "set"]
    assert "note  library: an older imagescope wrote this library" in "\n".join(lines)
