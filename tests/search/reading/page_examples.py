"""The lines that docs/query-line.md gives as examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PAGE: Final = (Path(__file__).parents[3] / "docs" / "query-line.md").read_text("utf-8")
_ROWS = re.findall(r"^\| (`.*?) \| ", PAGE, re.MULTILINE)
EXAMPLES: Final = tuple(
    example.replace(r"\|", "|") for row in _ROWS for example in re.findall(r"`([^`]+)`", row)
)
