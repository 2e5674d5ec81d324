"""What is left out: hidden files, other programs' caches, what `.imagescopeignore` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.folders.gitignore import patterns_of

if TYPE_CHECKING:
    from pathlib import Path

    from indexer.folders.gitignore import OddLine, Patterns

IGNORE_FILE = ".imagescopeignore"
_BYTES_MAX = 1_000_000

_OTHER_PROGRAMS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one ignore file; they speak of paths below its folder."""

    folder: str
    patterns: Patterns


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The ignore files from the root down to a folder; the deepest one that speaks decides."""

    stack: tuple[_Rules, ...] = ()

    def entering(self, folder: str, path: Path) -> IgnoreRules:
        """The rules in force inside a folder, given relative to the root and absolutely."""
        try:
            with (path / IGNORE_FILE).open("rb") as file:
                content = file.read(_BYTES_MAX)
        except OSError:
            return self
        return IgnoreRules((*self.stack, _Rules(folder, patterns_of(content))))

    @property
    def odd_lines(self) -> tuple[OddLine, ...]:
        """Of the deepest ignore file."""
        return self.stack[-1].patterns.odd if self.stack else ()

    def ignores(self, place: str, *, is_folder: bool) -> bool:
        """Whether a path relative to the root is left out."""
        name = place.rpartition("/")[2]
        if name.startswith(".") or (is_folder and name.lower() in _OTHER_PROGRAMS):
            return True
        for rules in reversed(self.stack):
            below = place[len(rules.folder) + 1 :] if rules.folder else place
            decided = rules.patterns.leave_out(below, is_folder=is_folder)
            if decided is not None:
                return decided
        return False


def rules_for(root: Path, folder: str) -> IgnoreRules:
    """The rules in force inside a folder below the root."""
    rules = IgnoreRules().entering("", root)
    place = ""
    for part in folder.split("/") if folder else ():
        place = f"{place}/{part}" if place else part
        rules = rules.entering(place, root / place)
    return rules
