"""Folders of drawn photos that go on growing and changing, and what should be found in them."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from tests.world.album import SIDE
from tests.world.scenes import draw, random_scene

if TYPE_CHECKING:
    import random
    from pathlib import Path

GROWTH = ((4, 16), (36, 72))
_COPIED_FROM = 50
_CHANGED_AT_ONCE = 6
_MONTHS = 12


@dataclass(slots=True)
class Gallery:
    """Writes into a folder of its own; the files there are what the library must hold."""

    folder: Path
    chance: random.Random
    sizes: tuple[tuple[int, int], ...] = GROWTH
    """Within which of these bounds so many photos are added at once."""
    replaced: set[Path] = field(default_factory=set)
    """Paths where another file is, or none, since somebody emptied this."""
    done: Counter[str] = field(default_factory=Counter)
    """How many photos were added, changed, moved, copied and deleted."""
    _written: deque[bytes] = field(default_factory=lambda: deque(maxlen=_COPIED_FROM))

    def paths(self) -> list[Path]:
        """Every photo, by name."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def grow(self, count: int | None = None) -> None:
        """Add photos, at times more than a batch."""
        for _ in range(count or self.chance.randint(*self.chance.choice(self.sizes))):
            month = self.chance.randrange(_MONTHS)
            place = self.folder / f"2019-{month + 1:02}" / f"{self.done['added']:05}.jpg"
            self._write(place)
            self.done["added"] += 1

    def change(self) -> None:
        """Add photos, and change, move, copy and delete some."""
        self.grow()
        paths = self.paths()
        for deed in (self._rewrite, self._move, self._copy, self._delete):
            for path in self.chance.sample(paths, min(len(paths), self._a_few())):
                if path.is_file():
                    deed(path)
        if self.chance.random() < 0.2:
            self._rename_folder()

    def _a_few(self) -> int:
        return self.chance.randrange(_CHANGED_AT_ONCE)

    def _write(self, path: Path) -> None:
        """As other programs save photos: whole, under its name, at once."""
        stream = BytesIO()
        draw(random_scene(self.chance), SIDE).save(stream, "JPEG", quality=90)
        self._written.append(stream.getvalue())
        self._put(path, stream.getvalue())

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)

    def _rewrite(self, path: Path) -> None:
        self._write(path)
        self.replaced.add(path)
        self.done["changed"] += 1

    def _move(self, path: Path) -> None:
        target = path.with_name(f"moved-{self.done['moved']:05}.jpg")
        path.rename(target)
        self.replaced.add(path)
        self.done["moved"] += 1

    def _copy(self, path: Path) -> None:
        target = path.with_name(f"copy-{self.done['copied']:05}.jpg")
        # Not read from the file: it is noted who opens it.
        self._put(target, self.chance.choice(self._written))
        self.done["copied"] += 1

    def _delete(self, path: Path) -> None:
        path.unlink()
        self.replaced.add(path)
        self.done["deleted"] += 1

    def _rename_folder(self) -> None:
        folders = sorted(path for path in self.folder.iterdir() if path.is_dir())
        folder = self.chance.choice(folders)
        target = self.folder / f"album-{self.done['folders renamed']:03}"
        self.replaced.update(folder.iterdir())
        folder.rename(target)
        self.done["folders renamed"] += 1
