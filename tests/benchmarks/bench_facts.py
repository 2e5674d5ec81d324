"""How many of the facts that ExifTool reads of real camera files are read here, and equal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.benchmarks.table import Table, verdict
from tests.conftest import SHARED_DATA
from tests.indexer.facts_agreement import Compared, compared

PACKAGES = ("Pillow", "pillow-heif", "pillow-jxl-plugin", "rawpy")
DOCUMENT = Path(__file__).parents[2] / "docs" / "facts.md"
TARGET_SHARE = 0.99


def run(_folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Compare what both say of the camera files in the shared data."""
    values = compared(SHARED_DATA / "exif")
    promised = [value for value in values if value.is_promised]
    return _share_table(promised), _other_table(values)


def _share_table(promised: list[Compared]) -> Table:
    facts = list(dict.fromkeys(value.fact for value in promised))
    equal = Counter(value.fact for value in promised if value.agrees)
    wrong = Counter(value.fact for value in promised if value.is_wrong)
    every = Counter(value.fact for value in promised)
    share = equal.total() / every.total()
    rows = [(fact, every[fact], equal[fact], wrong[fact]) for fact in facts]
    rows.append(("all", every.total(), equal.total(), wrong.total()))
    return Table(
        title="What ExifTool reads of 124 camera files, and is promised here",
        head=("fact", "values", "equal here", "wrong here"),
        rows=tuple((name, *map(str, counts)) for name, *counts in rows),
        notes=(
            f"Equal are {share:.1%} (target {TARGET_SHARE:.0%}:"
            f" {verdict(share, TARGET_SHARE, at_least=True)}).",
        ),
    )


def _other_table(values: tuple[Compared, ...]) -> Table:
    other: dict[str, list[Compared]] = {}
    for value in values:
        if not value.agrees:
            other.setdefault(value.reason or "not known", []).append(value)
    return Table(
        title="What is not equal, and why",
        head=("reason", "values", "files"),
        rows=tuple(
            (
                reason,
                str(len(found)),
                ", ".join(dict.fromkeys(f"`{Path(value.file).name}`" for value in found)),
            )
            for reason, found in other.items()
        ),
    )
