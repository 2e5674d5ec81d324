"""The program with other files in the place of some of its own; everything else is borrowed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_PROJECT = Path(__file__).parents[2]


class TamperedProgram:
    """A copy of the program in a folder; commands run it in its `environment`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.weights = folder / "indexer/models/pocket/weights"
        for name in ("imagescope_tui", "indexer", "storage"):
            shutil.copytree(
                _PROJECT / name,
                folder / name,
                copy_function=os.symlink,
                ignore=shutil.ignore_patterns("__pycache__"),
            )

    @property
    def environment(self) -> dict[str, str]:
        """What makes Python find this program before the other."""
        before = os.environ.get("PYTHONPATH", "")
        return {"PYTHONPATH": os.pathsep.join([str(self.folder), before])}

    def flip(self, name: str) -> None:
        """Damage a weight file as a worn disk does."""
        content = bytearray((self.weights / name).read_bytes())
        content[len(content) // 2] ^= 0xFF
        self.lose(name)
        (self.weights / name).write_bytes(content)

    def lose(self, name: str) -> None:
        """Have no such weight file any more."""
        (self.weights / name).unlink()

    def hide(self, library: str) -> None:
        """Make a library one that cannot be loaded on this machine."""
        (self.folder / f"{library}.py").write_text("raise ImportError('not this processor')\n")
