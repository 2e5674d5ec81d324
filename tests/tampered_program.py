"""The program with other files in the place of some of its own; everything else is borrowed."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.models.pocket_stand_in import write_weights

_PROJECT = Path(__file__).parents[1]
_WEIGHTS = Path("indexer/models/pocket/weights")


class TamperedProgram:
    """A program of links to the files of this one; commands run it in its `environment`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.weights = folder / _WEIGHTS
        folder.mkdir()
        for name in ("imagescope_tui", "storage"):
            (folder / name).symlink_to(_PROJECT / name)
        # Folders on the way to what is replaced are real, and all that lies beside the way is not.
        for place in (*reversed(_WEIGHTS.parents), _WEIGHTS):
            if place.name:
                (folder / place).unlink(missing_ok=True)
                (folder / place).mkdir()
                for found in (_PROJECT / place).iterdir():
                    (folder / place / found.name).symlink_to(found)

    @property
    def environment(self) -> dict[str, str]:
        """What makes Python find this program before the other."""
        before = os.environ.get("PYTHONPATH", "")
        return {"PYTHONPATH": os.pathsep.join([str(self.folder), before])}

    def flip(self, name: str) -> None:
        """Damage a weight file as a worn disk does."""
        content = bytearray((self.weights / name).read_bytes())
        content[len(content) // 2] ^= 0xFF
        self.replace(name, bytes(content))

    def replace(self, name: str, content: bytes) -> None:
        """Have another weight file of that name."""
        (self.weights / name).unlink(missing_ok=True)
        (self.weights / name).write_bytes(content)

    def lose(self, name: str) -> None:
        """Have no such weight file any more."""
        (self.weights / name).unlink()

    def hide(self, library: str) -> None:
        """Make a library one that cannot be loaded on this machine."""
        (self.folder / f"{library}.py").write_text("raise ImportError('not this processor')\n")


@cache
def program_of_colours() -> TamperedProgram:
    """One whose encoder knows the names of a few colours, and nothing else; it is soon opened."""
    folder = Path(tempfile.mkdtemp(prefix="imagescope-colours-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = TamperedProgram(folder / "program")
    shutil.rmtree(program.weights)
    write_weights(program.weights)
    return program
