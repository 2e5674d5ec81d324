"""The words that pocket learned to see: `python -m tests.training.pocket.seen_words TRAINING`.

A text encoder reads every word; pictures answer to those that stood in what it was trained on: the
captions of the training photos, names of ImageNet's classes and kinds, and colours. A name such as
Lisbon is read too, and means nothing. The list is of stems (Snowball's English).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash
from Stemmer import Stemmer

from indexer.models.pocket.weights import MANIFEST, SEEN, WEIGHTS_FOLDER
from tests.training.pocket.calibration import read_captions
from tests.training.pocket.colours import COLOUR_WORDS
from tests.training.pocket.sources import class_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

_PHOTOS_MIN = 4
"""A word of the captions of fewer photos is a name, or an error, as often as not."""
_WORD = re.compile(r"[a-z]+")


def seen_words(captions: Iterable[Iterable[str]]) -> list[str]:
    """The stems of all words, in order; `captions` are those of each photo."""
    photos = Counter(
        word for several in captions for word in set(_WORD.findall(" ".join(several).lower()))
    )
    words = {word for word, count in photos.items() if count >= _PHOTOS_MIN}
    for text in (*class_texts().texts, *COLOUR_WORDS):
        # What stands behind the colon is a description, and says a lot beside the thing.
        words.update(_WORD.findall(text.partition(":")[0].lower()))
    return sorted(set(Stemmer("english").stemWords(sorted(words))))


def write_seen_words(words: Iterable[str], folder: Path = WEIGHTS_FOLDER) -> None:
    """Write the list beside the weights, and into their manifest."""
    content = "".join(f"{word}\n" for word in words).encode()
    (folder / SEEN).write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["files"][SEEN] = {
        "bytes": len(content),
        "xxh3_128": xxhash.xxh3_128_hexdigest(content),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


def main() -> None:
    """Write the list, and say how long it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="captions_en.csv of the training photos")
    words = seen_words(read_captions(parser.parse_args().data).values())
    write_seen_words(words)
    print(f"{len(words)} stems")


if __name__ == "__main__":
    main()
