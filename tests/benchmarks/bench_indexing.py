"""Photos per second end to end, beside decoding alone and encoding alone of the same photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.checkpoint import ARCHITECTURE, make_checkpoint, setting_for
from tests.benchmarks.indexing_rounds import indexing_table, measure_indexing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.table import Table

PACKAGES = ("pillow", "torch", "open_clip_torch", "sqlite-utils")
TARGET_SHARE = 0.9


def run(folder: Path, *, quick: bool) -> tuple[Table, ...]:
    """Rounds of the three measurements, one after the other, and the best of each."""
    [done] = measure_indexing(folder, [setting_for(make_checkpoint(folder))], quick=quick)
    precision = done.encoder_id.rpartition("/")[2]
    return (indexing_table(done, f"{ARCHITECTURE}, {precision}", TARGET_SHARE),)
