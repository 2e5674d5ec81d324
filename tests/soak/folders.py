"""The world of folders at full size: bursts, floods of moves, and long random stories of drives.

What needs mounts of its own runs in a namespace, and is left out where there are none.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.indexer.drives import Drive, FolderDrive, MountedDrive
from tests.indexer.folder_machine import FolderMachine
from tests.indexer.folder_world import FolderWorld, mount
from tests.pictures import paint

_BURST = 60_000
_MOVED = 10_000
_PHOTOS_IN_FOLDER = 500
_EXAMPLES = 150
_STEPS = 40
_PATIENCE_SECONDS = 900
_MOUNTED = "--mounted"


def main() -> int:
    """Runs it and prints what was seen; 0 where every promise holds."""
    _run_here(is_mounted=False)
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-Urm", "true"], check=False).returncode:
        print("no user namespaces here: drives that are mounted are left out", flush=True)
        return 0
    command = [unshare, "-Urm", sys.executable, "-m", "tests.soak.folders", _MOUNTED]
    return subprocess.run(command, check=False).returncode


def _run_here(*, is_mounted: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="imagescope-folders-") as name:
        base = Path(name)
        if is_mounted:
            mount(base, size="2g")
            _move_to_another_drive(base)
        else:
            _burst(base / "burst")
            _move(base / "move")
        _any_order(MountedDrive if is_mounted else FolderDrive)


def _burst(base: Path) -> None:
    """Files appear faster than the system can tell of them."""
    world, root = _world(base)
    source = paint(root / "source.png", "red")
    world.index(root)
    world.keeper.watch_all()
    began = time.monotonic()
    _link(source, root / "burst", _BURST)
    made = time.monotonic() - began
    while len(world.paths) != _BURST + 1:
        assert time.monotonic() - began < _PATIENCE_SECONDS, len(world.paths)
        world.control.wait(1)
        world.keeper.obey(world.control.take())
    took = time.monotonic() - began
    print(
        f"burst: {_BURST:,} files made in {made:.1f} s, all found {took:.1f} s after the first",
        flush=True,
    )
    assert (world.work().decoded, world.complete) == (0, _BURST + 1)
    world.close()


def _move(base: Path) -> None:
    """Many photos at once: each by itself, with their folder, to another root, with the root."""
    world, root = _world(base)
    other = base / "other"
    paint(other / "own.png", "blue")
    _link(paint(root / "source.png", "red"), root / "in", _MOVED)
    world.index(root, other)
    for path in list((root / "in").rglob("*.png")):
        target = root / "out" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    _expect_kept(world, "each by itself")
    (root / "out").rename(root / "renamed")
    _expect_kept(world, "with their folder")
    (root / "renamed").rename(other / "renamed")
    _expect_kept(world, "to another root")
    base.rename(base.with_name("parent"))
    moved = base.with_name("parent")
    _expect_kept(world, "with the parent of the root", moved / "other", moved / "photos")
    world.close()


def _move_to_another_drive(base: Path) -> None:
    world, root = _world(base / "drives")
    other = base / "drives" / "other"
    mount(other, size="1g")
    paint(other / "own.png", "blue")
    for colour in ("red", "green"):
        paint(root / f"{colour}.png", colour)
    _link(root / "red.png", root / "in", _MOVED)
    world.index(root, other)
    shutil.copytree(root / "in", other / "in")
    shutil.rmtree(root / "in")
    _expect_kept(world, "to another file system")
    world.close()


def _world(base: Path) -> tuple[FolderWorld, Path]:
    base.mkdir(parents=True)
    (base / "photos").mkdir()
    # What is moved away with its parent does not take the library along.
    library = base.with_name(f"{base.name} library")
    library.mkdir()
    return FolderWorld(library), base / "photos"


def _link(source: Path, folder: Path, count: int) -> None:
    for number in range(count):
        place = folder / str(number // _PHOTOS_IN_FOLDER)
        if number % _PHOTOS_IN_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"{number}.png").hardlink_to(source)


def _expect_kept(world: FolderWorld, how: str, *folders: Path) -> None:
    before = len(world.photos)
    began = time.monotonic()
    totals = world.index(*folders)
    took = time.monotonic() - began
    assert (totals.decoded, totals.embedded) == (0, 0), totals
    assert len(world.photos) == world.complete == before, (len(world.photos), world.complete)
    assert not world.offline
    assert all(path.exists() for path in world.paths)
    print(
        f"moved {how}: {before:,} photos, {totals.hashed:,} hashed, none decoded, {took:.1f} s",
        flush=True,
    )


def _any_order(kind: type[Drive]) -> None:
    class Machine(FolderMachine):
        drive_kind = kind

    began = time.monotonic()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=_STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    took = time.monotonic() - began
    print(
        f"any order, {kind.__name__}: {_EXAMPLES} stories of {_STEPS} events, {took:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    if _MOUNTED in sys.argv:
        _run_here(is_mounted=True)
    else:
        sys.exit(main())
