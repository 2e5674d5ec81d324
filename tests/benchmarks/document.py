"""docs/benchmarks.md: the tables live between markers, the words around them are people's."""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def write_section(name: str, body: str, document: Path = DOCUMENT) -> None:
    """Replace what stands between the markers of one benchmark.

    Raises:
        ValueError: the document has no such markers.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_begin, rest = document.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{document} has no markers for {name}")
    document.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}", encoding="utf-8")
