"""Stories of drives that are pulled out in the middle of something."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.indexer.folder_world import FolderWorld, fill, mount, put_away, take_out, unmount
from tests.pictures import paint

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexer.folders.scanner import ScanReport


def pulled_while_it_is_scanned(world: FolderWorld, base: Path) -> None:
    drive = base / "usb"
    mount(drive)
    fill(drive)
    world.index(drive)

    def pull() -> None:
        unmount(drive, pulled=True)

    report = scan_with(world, pull)
    assert report.offline_reason
    assert (report.deleted, len(world.offline), world.complete) == (0, 6, 6)


def pulled_below_a_root_while_it_is_scanned(world: FolderWorld, base: Path) -> None:
    root = base / "media"
    drive = root / "usb"
    mount(drive)
    fill(drive)
    paint(root / "own.png", "pink")
    world.index(root)
    report = scan_with(world, lambda: unmount(drive, pulled=True), at="usb")
    assert (report.deleted, len(world.offline), world.complete) == (0, 6, 7), report


def scan_with(world: FolderWorld, interrupt: Callable[[], None], *, at: str = "") -> ScanReport:
    """Scan the root; something happens right before a folder of it is listed."""
    (root,) = world.library.roots.all()
    scandir, interrupts = os.scandir, [interrupt]
    count = 0

    def listing(path: str | os.PathLike[str]) -> object:
        nonlocal count
        count += Path(path) == root.path / at
        # The root is listed once before the walk, to see whether it is empty.
        if interrupts and count == (1 if at else 2):
            interrupts.pop()()
        return scandir(path)

    os.scandir = listing  # type: ignore[assignment]
    try:
        return world.scanner.scan_root(root)
    finally:
        os.scandir = scandir


def pulled_before_it_was_read(world: FolderWorld, base: Path) -> None:
    drive = base / "usb"
    mount(drive)
    fill(drive)
    world.keeper.add(drive)
    world.keeper.scan_all()
    put_away(drive, base / "drawer")
    world.work()
    assert len(world.offline) == 6
    assert world.library.counts().failed == 0
    take_out(base / "drawer", drive)
    assert world.index().decoded == 6
    assert world.complete == 6
