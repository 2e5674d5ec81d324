"""A process that decodes photos first, and then measures the encoder alone on what came out.

Started with the encoder's setting, its threads, and a file that lists the photos; it writes one
JSON line when it is ready, and one for each line it reads.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from imagescope_tui.config import indexer_environment
from indexer.decoding.photo import Decoded
from indexer.decoding.pool import DecodePool
from indexer.models.encoders import load_encoder
from indexer.photos.pipeline import BATCH_PHOTOS
from storage.thumbnails import THUMBNAIL_SIDE
from tests.benchmarks.clocks import Span, Stopwatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.models.protocols import ImageTextEncoder, Picture, PictureInput


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderFacts:
    """What the measuring process says of its encoder."""

    encoder_id: str
    picture_input: dict[str, object]


class EncodeAlone:
    """Entered: the measuring process is up, its pictures prepared, and waits."""

    def __init__(self, setting: str, photos: Sequence[Path], *, threads: int, folder: Path) -> None:
        self._list = folder / "encode-alone.json"
        self._list.write_text(json.dumps([str(path) for path in photos]))
        self._command = [sys.executable, "-m", __name__, setting, str(threads), str(self._list)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=indexer_environment(),
        )
        self.facts = EncoderFacts(**json.loads(self._line()))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("")

    def measure(self) -> Span:
        """Encode all pictures once."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return Span(**json.loads(self._line()))

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _main(setting: str, threads: str, listed: str) -> None:
    encoder = load_encoder(setting, models_folder=None, threads=int(threads))
    paths = [Path(path) for path in json.loads(Path(listed).read_text())]
    pictures = _prepared(paths, encoder.picture_input)
    encoder.encode_pictures(pictures[:2])
    _tell(
        EncoderFacts(
            encoder_id=encoder.encoder_id, picture_input=dataclasses.asdict(encoder.picture_input)
        )
    )
    for _ in sys.stdin:
        _tell(_encode(encoder, pictures))


def _encode(encoder: ImageTextEncoder, pictures: list[Picture]) -> Span:
    with Stopwatch() as watch:
        for start in range(0, len(pictures), BATCH_PHOTOS):
            encoder.encode_pictures(pictures[start : start + BATCH_PHOTOS])
    return watch.span


def _prepared(paths: list[Path], picture_input: PictureInput) -> list[Picture]:
    pool = DecodePool(picture_input=picture_input, thumbnail_side=THUMBNAIL_SIDE)
    try:
        outcomes = [future.result() for future in [pool.submit(path) for path in paths]]
    finally:
        pool.close()
    return [outcome.picture for outcome in outcomes if isinstance(outcome, Decoded)]


def _tell(value: EncoderFacts | Span) -> None:
    print(json.dumps(dataclasses.asdict(value)), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
