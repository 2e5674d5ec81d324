"""The wheel, built and installed into an environment of its own, works from anywhere."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.pictures import paint

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(PROJECT)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    [built] = folder.glob("*.whl")
    return built


def test_it_holds_three_packages_and_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "imagescope_tui",
        "indexer",
        "storage",
    }


def test_installed_elsewhere_it_indexes_and_finds(wheel: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True
    )
    site = next((tmp_path / "env/lib").glob("python*/site-packages"))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
    )
    # The libraries, gigabytes of them, are borrowed; ours come first, and from the wheel.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = tmp_path / "env/bin/python"
    paint(tmp_path / "photos/y.png", "yellow")
    paint(tmp_path / "photos/b.png", "blue")
    base = [str(python), "-m", "imagescope_tui.cli", "--library", str(tmp_path / "library")]
    index = [*base, "index", str(tmp_path / "photos"), "--encoder", "pocket"]
    subprocess.run(index, check=True, cwd="/", stdin=subprocess.DEVNULL)
    found = subprocess.run(
        [*base, "search", "yellow", "-k", "1", "--format", "paths", "--encoder", "pocket"],
        check=True,
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == str(tmp_path / "photos/y.png")
    where = subprocess.run(
        [str(python), "-P", "-c", "import indexer; print(indexer.__file__)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert where.stdout.startswith(str(site))
