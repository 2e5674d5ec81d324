"""A real open_clip model of the small world, trained on the spot: both towers, a minute at most.

Random weights answer anything; these answer rightly, and only if colours come in the right order,
pixels are normalised and words are split as in training.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from tests.world.scenes import Scene, describe, draw, random_scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

ARCHITECTURE = "imagescope-tiny-world"
SIDE = 32
MODEL_CONFIG: dict[str, Any] = {
    "embed_dim": 64,
    "vision_cfg": {"layers": [1, 1, 1, 1], "width": 16, "image_size": SIDE},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 1},
}
PREPROCESSING = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "resize_mode": "squash"}
_SCENES = 2000
_STEPS = 350
_BATCH = 64
_LEARNING_RATE = 2e-3
_SHORT_SENTENCES = 0.4
"""Share of the sentences that name the thing alone, as people do when they search."""


def tiny_clip_folder() -> Path:
    """A `local-dir` with the trained model; trained once per machine and version of this code."""
    folder = Path(tempfile.gettempdir()) / f"imagescope-tiny-clip-{_digest()}"
    folder.mkdir(exist_ok=True)
    # Several test processes ask at once: one trains, the others wait.
    with FileLock(folder / "training.lock"):
        if not (folder / "open_clip_config.json").is_file():
            _train_into(folder)
    return folder


def _digest() -> str:
    sources = [Path(__file__), Path(__file__).with_name("scenes.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def register_architecture(folder: Path) -> str:
    """Makes open_clip know the architecture by name, as a file in `folder` tells it."""
    import open_clip

    path = folder / f"{ARCHITECTURE}.json"
    path.write_text(json.dumps(MODEL_CONFIG))
    open_clip.add_model_config(path)
    return ARCHITECTURE


def _train_into(folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    threads = torch.get_num_threads()
    # One thread trains the same model on every machine, and such small layers gain nothing by two.
    torch.set_num_threads(1)
    try:
        model = _train(folder)
    finally:
        torch.set_num_threads(threads)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    config = {"model_cfg": MODEL_CONFIG, "preprocess_cfg": PREPROCESSING}
    (folder / "open_clip_config.json").write_text(json.dumps(config))


def _train(folder: Path) -> Any:
    import open_clip
    import torch

    chance = random.Random(7)
    scenes = [random_scene(chance) for _ in range(_SCENES)]
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model, _, preprocess = open_clip.create_model_and_transforms(
            register_architecture(folder),
            image_mean=PREPROCESSING["mean"],
            image_std=PREPROCESSING["std"],
            image_resize_mode=PREPROCESSING["resize_mode"],
        )
        pixels = torch.stack([preprocess(draw(scene)) for scene in scenes])
        _optimise(model, scenes, pixels, chance)
    return model.eval()


def _optimise(
    model: Any, scenes: Sequence[Scene], pixels: torch.Tensor, chance: random.Random
) -> None:
    import open_clip
    import torch

    tokenizer = open_clip.get_tokenizer(ARCHITECTURE)
    # Random word vectors tell words apart well enough; training 49,408 of them would take the time.
    model.token_embedding.weight.requires_grad_(False)
    learned = [value for value in model.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=_LEARNING_RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _LEARNING_RATE, total_steps=_STEPS, pct_start=0.15
    )
    loss = open_clip.ClipLoss()
    model.train()
    for _ in range(_STEPS):
        rows, sentences = _batch(scenes, chance)
        error = loss(*model(pixels[rows], tokenizer(sentences)))
        optimiser.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))


def _batch(scenes: Sequence[Scene], chance: random.Random) -> tuple[list[int], list[str]]:
    """Pairs whose sentences all differ, for each counts as wrong for every other picture."""
    pairs: dict[str, int] = {}
    while len(pairs) < _BATCH:
        row = chance.randrange(len(scenes))
        pairs.setdefault(_sentence(scenes[row], chance), row)
    return list(pairs.values()), list(pairs)


def _sentence(scene: Scene, chance: random.Random) -> str:
    names = {thing.name for thing in scene.things}
    if len(names) == 1 and chance.random() < _SHORT_SENTENCES:
        return f"a {names.pop()}"
    return describe(scene)
