"""The whole way on real photos, with the commands a person types."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.data


def run(library: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "imagescope_tui.cli",
            "--library",
            str(library),
            *map(str, words),
        ],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "IMAGESCOPE_ENCODER": "pocket"},
        stdin=subprocess.DEVNULL,
    )


def test_220_real_photos_are_indexed_and_yellow_flowers_found(
    tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    import json

    folder = shared_data("photos")
    library = tmp_path / "library"
    assert run(library, "index", folder).returncode == 0
    status = json.loads(run(library, "status", "--json").stdout)
    assert (status["photos"], status["embedded"], status["failed"]) == (220, 220, 0)
    found = json.loads(run(library, "search", "yellow flower", "--format", "json").stdout)
    with (folder / "labels.csv").open() as stream:
        labels = {row["file"]: row["label"] for row in csv.DictReader(stream)}
    top = [labels[f"images/{Path(hit['path']).name}"] for hit in found["results"][:10]]
    assert sum(label in ("dandelion", "sunflower", "tulip", "daisy") for label in top) >= 8


def test_real_camera_files_are_found_by_date_and_camera(
    tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    import json

    library = tmp_path / "library"
    run(library, "index", shared_data("exif"))
    by_camera = json.loads(
        run(library, "search", 'camera:"iphone 13 mini"', "--format", "json").stdout
    )
    assert by_camera["results"]
    taken = run(library, "search", "date:2022-08", "--format", "json")
    assert all(
        hit["taken_at"] is None or hit["taken_at"].startswith("2022-08")
        for hit in json.loads(taken.stdout)["results"]
    )
    words = json.loads(run(library, "search", "august 2022", "--format", "json").stdout)
    assert str(words["results"][0]["taken_at"]).startswith("2022-08")
