"""Makes indexer/models/text_signs.onnx: `python -m tests.training.text_signs DATA [--write]`.

Needs `pip install '.[training]'`, a folder of captioned photos (flickr8k_train) and fonts; some
twenty minutes. `--write` puts the network where the program looks for it. The thresholds in
indexer/models/text_signs.py are of the network that is there: measure another by
`python -m tests.benchmarks text`. `--small` takes a hundredth of everything, to see that it works.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from indexer.models.text_signs import NETWORK_FILE
from tests.conftest import SHARED_DATA
from tests.training.pocket.photos import read_photos
from tests.training.text_signs.labels import look_through
from tests.training.text_signs.lessons import draw_lessons
from tests.training.text_signs.network import SignNetwork, write_network
from tests.training.text_signs.training import STAGES, train

_FONTS = Path("/usr/share/fonts")
_NO_LETTERS = ("Emoji", "Symbol", "Math", "D050", "Dingbat")
"""Fonts of signs, by parts of their names."""
_WORDS_MOST = 60_000
_SMALL = 100
_SEED = 0

_log = logging.getLogger("tests.training.text_signs")


def main() -> None:
    """Read, draw, train, write."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(relativeCreated)8d ms  %(message)s")
    # One thread gives the same network again; a small one gains nothing by more.
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        path = NETWORK_FILE if options.write else Path(temporary) / NETWORK_FILE.name
        make(options.data, _fonts(options.fonts), path, _SMALL if options.small else 1)
        _log.info("%s: %d bytes", path, path.stat().st_size)


def make(data: Path, fonts: list[Path], path: Path, divisor: int) -> None:
    """The recipe; `divisor` makes all of it so many times smaller."""
    captioned = read_photos(data)
    count = len(captioned.names) // divisor
    # One by one: all of them in colour are a gigabyte.
    pictures = (captioned.pictures(place, place + 1)[0] for place in range(count))
    photos = look_through(pictures)
    blank = photos.blank
    _log.info("%d photos with text, %d without", len(list(photos.shown)), len(blank))
    words = [word.strip(".,") for text in captioned.captions for word in text.split()]
    torch.manual_seed(_SEED)
    network = SignNetwork()
    for stage in STAGES:
        smaller = replace(stage, drawn=stage.drawn // divisor, cluttered=stage.cluttered // divisor)
        lessons = draw_lessons(
            photos,
            words[:_WORDS_MOST],
            fonts,
            drawn=smaller.drawn,
            cluttered=smaller.cluttered,
            seed=stage.seed,
        )
        _log.info("%d lessons", len(lessons.pictures))
        train(network, lessons, blank, smaller)
    write_network(network, path)


def _fonts(folder: Path) -> list[Path]:
    found = [path for kind in ("ttf", "otf") for path in sorted(folder.rglob(f"*.{kind}"))]
    fonts = [path for path in found if not any(part in path.name for part in _NO_LETTERS)]
    if not fonts:
        raise SystemExit(f"{folder} has no fonts: name another folder by --fonts")
    _log.info("%d fonts", len(fonts))
    return fonts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.training.text_signs", description=__doc__
    )
    parser.add_argument(
        "data",
        type=Path,
        nargs="?",
        default=SHARED_DATA / "flickr8k_train",
        help="captions_en.csv and images224",
    )
    parser.add_argument("--fonts", type=Path, default=_FONTS, help="where to look for fonts")
    parser.add_argument("--write", action="store_true", help="put the network into the program")
    parser.add_argument("--small", action="store_true", help="a hundredth of all, to try it out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
