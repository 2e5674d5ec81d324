"""docs/facts.md names the sources of every fact as the code asks them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.metadata.cleaning import WORDS_MAX
from indexer.metadata.sources import CAMERAS, NUMBERS, POINTS, RATINGS, WORDS
from indexer.metadata.xmp import PACKET_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.metadata.sources import Source

PAGE = (Path(__file__).parents[2] / "docs" / "facts.md").read_text(encoding="utf-8")
_CALLED = {
    "focal_length_mm": "focal length",
    "exposure_seconds": "exposure time",
    "iso": "ISO",
    "altitude_m": "altitude",
    "label": "colour label",
    "location": "location in words",
}


def told_rows() -> list[str]:
    """The rows of the table, as the code would write them."""
    tables: dict[str, Sequence[Source[Any]]] = {
        "camera": CAMERAS,
        **NUMBERS,
        "place": POINTS,
        "stars": RATINGS,
        **WORDS,
    }
    return [
        f"| {_CALLED.get(fact, fact)} | {'; '.join(source.name for source in sources)} |"
        for fact, sources in tables.items()
    ]


def test_page_names_the_sources_of_every_fact_in_their_order() -> None:
    head = "| fact | read from, in this order |\n|---|---|\n"
    _, found, table = PAGE.partition(head)
    assert found
    assert table.partition("\n\n")[0].splitlines() == told_rows()


def test_page_names_the_limits() -> None:
    assert f"{WORDS_MAX} keywords" in PAGE
    assert f"{PACKET_BYTES_MAX // 1_000_000} MB of XMP" in PAGE
