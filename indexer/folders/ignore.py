"""What is left out: hidden files, other programs' caches, what `.imagescopeignore` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

if TYPE_CHECKING:
    from pathlib import Path

IGNORE_FILE = ".imagescopeignore"

_OTHER_PROGRAMS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one ignore file; they speak of paths below its folder."""

    folder: str
    patterns: GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The ignore files from the root down to a folder; the deepest one that speaks decides."""

    stack: tuple[_Rules, ...] = ()

    def entering(self, folder: str, path: Path) -> IgnoreRules:
        """The rules in force inside a folder, given relative to the root and absolutely."""
        try:
            lines = (path / IGNORE_FILE).read_text("utf-8", "replace").splitlines()
            patterns = GitIgnoreSpec.from_lines(lines)
        except (OSError, ValueError):
            return self
        return IgnoreRules((*self.stack, _Rules(folder, patterns)))

    def ignores(self, place: str, *, is_folder: bool) -> bool:
        """Whether a path relative to the root is left out."""
        name = place.rpartition("/")[2]
        if name.startswith(".") or (is_folder and name.lower() in _OTHER_PROGRAMS):
            return True
        for rules in reversed(self.stack):
            below = place[len(rules.folder) + 1 :] if rules.folder else place
            decided = rules.patterns.check_file(f"{below}/" if is_folder else below).include
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
