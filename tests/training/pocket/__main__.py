"""Makes the files of `pocket`: `python -m tests.training.pocket [--write]`; an hour on two cores.

Needs `pip install '.[training]'` and the folders of test data beside the project. `--write` puts
the files where the program looks for them, and the tables into docs/pocket-encoder.md. `--tables`
measures the files that are there, and makes none.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from indexer.models.pocket.encoder import load_pocket
from indexer.models.pocket.weights import WEIGHTS_FOLDER
from tests.benchmarks.document import write_section
from tests.benchmarks.table import to_markdown
from tests.conftest import SHARED_DATA
from tests.training.pocket.convolutions import FEATURES
from tests.training.pocket.export import write_manifest, write_pictures, write_texts
from tests.training.pocket.photos import CaptionedPhotos, read_photos
from tests.training.pocket.sources import class_texts, picture_network, sentence_folder
from tests.training.pocket.space import PictureSide, Text
from tests.training.pocket.stored import Looker, StoredTexts, stored_texts, stored_view
from tests.training.pocket.tables import likeness_table, retrieval_table
from tests.training.pocket.towers import PictureTower, TextTower
from tests.training.pocket.training import Material, Plan, Trainer, features_of, vectors_of

VIEWS = 6
BANK = 1024
DOCUMENT = Path(__file__).parents[3] / "docs" / "pocket-encoder.md"

_log = logging.getLogger("tests.training.pocket")


def main() -> None:
    """Train, write, and print what was reached."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(relativeCreated)8d ms  %(message)s")
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        target = WEIGHTS_FOLDER if options.write or options.tables else work / "weights"
        target.mkdir(parents=True, exist_ok=True)
        if not options.tables:
            make(options.data, work, target, options.seed)
        encoder = load_pocket(target, threads=options.threads)
        tables = {
            "retrieval": retrieval_table(encoder, options.data),
            "likeness": likeness_table(encoder, options.data),
        }
    for name, table in tables.items():
        print(f"\n{to_markdown(table)}")
        if options.write:
            write_section(name, to_markdown(table), DOCUMENT)


def make(data: Path, work: Path, target: Path, seed: int) -> None:
    """The recipe: what is stored in `work`, what is shipped in `target`."""
    network, photos = picture_network(), read_photos(data / "flickr8k_train")
    looker = Looker(network, work)
    views = []
    for number in range(VIEWS):
        views.append(stored_view(work / f"view{number}.pt", photos, number, looker))
        _log.info("view %d of %d", number + 1, VIEWS)
    material = Material(views=views, **_texts(photos))
    untrained = PictureTower(network, torch.ones(2, FEATURES))
    features = torch.stack([features_of(untrained, view) for view in views])
    pictures, texts = PictureTower(network, features[0]), TextTower(_sentence_model())
    Trainer(pictures, texts, material, features, Plan(), seed).train()
    torch.save([pictures.state_dict(), texts.state_dict()], work / "towers.pt")
    ship(pictures, texts, material, work, target)


def ship(
    pictures: PictureTower, texts: TextTower, material: Material, work: Path, target: Path
) -> None:
    """Write the files of trained towers."""
    with torch.no_grad():
        titles = vectors_of(texts, material.class_states)[
            torch.from_numpy(material.class_texts.titles)
        ]
        rows = np.random.default_rng(0).choice(len(material.captions), BANK, replace=False)
        bank = vectors_of(texts, material.captions)[torch.from_numpy(rows)]
        side = PictureSide(pictures, titles, bank, material.views[0].colours)
        inputs = material.views[0].inputs
        usual = [pictures(pictures.upper(part), titles) for part in inputs.split(250)]
        side.set_usual(torch.cat(usual))
    write_pictures(picture_network(), side, target, work)
    model = _sentence_model()
    write_texts(Text(model, texts, _tokenizer().token_to_id), target, work)
    write_manifest(target)
    _log.info("written to %s", target)


def _texts(photos: CaptionedPhotos) -> dict[str, Any]:
    model, tokenizer, known = _sentence_model(), _tokenizer(), class_texts()

    def stored(texts: tuple[str, ...]) -> StoredTexts:
        return stored_texts(model, lambda text: list(tokenizer.encode(text).ids), texts)

    return {
        "captions": stored(photos.captions),
        "class_texts": known,
        "class_states": stored(known.texts),
    }


def _sentence_model() -> Any:  # noqa: ANN401
    from transformers import AutoModel

    return AutoModel.from_pretrained(str(sentence_folder()), attn_implementation="eager").eval()


def _tokenizer() -> Any:  # noqa: ANN401
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(sentence_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.training.pocket", description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED_DATA, help="the folders of test data")
    parser.add_argument("--work", type=Path, help="keep what is computed once in this folder")
    parser.add_argument("--write", action="store_true", help="put the files into the program")
    parser.add_argument("--tables", action="store_true", help="only measure the program's files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
