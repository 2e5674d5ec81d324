"""The wheel, built and installed into an environment of its own, works from anywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.precision import labels
from tests.pictures import paint

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parents[2]

_WEIGHTS_BYTES_MAX = 40_000_000


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


def test_the_weights_are_in_it_and_small(wheel: Path) -> None:
    folder = "indexer/models/pocket/weights/"
    files = [item for item in zipfile.ZipFile(wheel).infolist() if item.filename.startswith(folder)]
    assert {item.filename.removeprefix(folder) for item in files} == {
        "manifest.json",
        "picture.onnx",
        "regions.onnx",
        "seen.txt",
        "text.onnx",
        "tokenizer.json",
    }
    assert sum(item.compress_size for item in files) <= _WEIGHTS_BYTES_MAX


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel in it."""
    environment = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    site = next((environment / "lib").glob("python*/site-packages"))
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site)]
    subprocess.run([*install, str(wheel)], check=True)
    # The libraries, gigabytes of them, are borrowed; ours come first, and from the wheel.
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (site / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    where = subprocess.run(
        [str(environment / "bin/python"), "-P", "-c", "import indexer; print(indexer.__file__)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert where.stdout.startswith(str(site))
    return environment / "bin/python"


def search(python: Path, base: Path, photos: Path, query: str) -> list[str]:
    """What the installed program finds in photos that it indexes first, by their pictures alone."""
    command = [str(python), "-m", "imagescope_tui.cli", "--library", str(base / "library")]
    subprocess.run([*command, "index", str(photos)], check=True, cwd="/", stdin=subprocess.DEVNULL)
    found = subprocess.run(
        [*command, "search", query, "--rank", "picture", "--format", "paths"],
        check=True,
        cwd="/",
        capture_output=True,
        text=True,
    )
    return found.stdout.splitlines()


def test_installed_elsewhere_it_indexes_and_searches(python: Path, tmp_path: Path) -> None:
    painted = {str(paint(tmp_path / f"photos/{name}.png", name)) for name in ("yellow", "blue")}
    assert set(search(python, tmp_path, tmp_path / "photos", "a dog")) == painted


@pytest.mark.data
def test_installed_elsewhere_it_finds_a_dog(
    python: Path, tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    (tmp_path / "photos").mkdir()
    for name, label in labels().items():
        if label in ("Border terrier", "laptop", "viaduct", "pretzel", "bookcase", "daisy"):
            shutil.copy(shared_data("photos") / f"images/{name}.jpg", tmp_path / "photos")
    [first, *others] = search(python, tmp_path, tmp_path / "photos", "a dog")
    assert labels()[Path(first).stem] == "Border terrier"
    assert len(others) > 5
