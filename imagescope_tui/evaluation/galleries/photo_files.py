"""Which file each photo of a gallery is, kept with its library: finished runs can be looked at
without the data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from imagescope_tui.errors import RunUnusable
from storage.private import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imagescope_tui.evaluation.task import Benchmark

_NAME = "photos.json"


def write_photo_files(gallery: Path, benchmark: Benchmark) -> None:
    """Keep the files of a benchmark's photos in the folder of its library."""
    content = {"root": str(benchmark.root.absolute()), "photos": dict(benchmark.photos)}
    write_private(gallery / _NAME, json.dumps(content))


def read_photo_files(gallery: Path) -> Mapping[str, Path]:
    """The file of each photo, by its name in the benchmark.

    Raises:
        RunUnusable: there is no such gallery any more.
    """
    try:
        content = json.loads((gallery / _NAME).read_text("ascii"))
        root = Path(content["root"])
        return {str(name): root / path for name, path in content["photos"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunUnusable(
            f"the gallery {gallery} is not there any more", "run the benchmark again to make it"
        ) from error
