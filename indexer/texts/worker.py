"""The process that reads text: its engine takes a second to load and half a gigabyte of memory.

It is started by `indexer.texts.process` and ends when stdin closes. What it is given are JPEGs that
a guarded decoding worker made.
"""

from __future__ import annotations

import io
import os
import sys
from typing import IO

from indexer.models.protocols import ModelUnusable
from indexer.models.text_reader import TextReader
from indexer.texts.wire import SOME, Answer, Problem, Request, read_request, write_answer


def main() -> None:
    """Serve requests until stdin closes."""
    requests, answers = _take_streams()
    try:
        reader = TextReader()
    except ModelUnusable as error:
        write_answer(answers, Problem(reason=error.message, hint=error.hint))
        return
    write_answer(answers, Answer())
    while (request := read_request(requests)) is not None:
        write_answer(answers, Answer(text=_answer(request, reader)))


def _answer(request: Request, reader: TextReader) -> str:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(request.jpeg), formats=("JPEG",)) as image:
        pixels = np.asarray(image.convert("RGB"))
    if request.task == "look":
        return SOME if reader.finds_any(pixels) else ""
    return reader.read(pixels, closely=request.task == "read closely")


def _take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keeps stdin and stdout for the parent: what a library prints goes to stderr."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return requests, answers


if __name__ == "__main__":
    main()
    sys.stderr.flush()
