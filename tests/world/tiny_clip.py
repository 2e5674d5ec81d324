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

from tests.world.scenes import COLOURS, SHAPES, Scene, describe, draw, random_scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

ARCHITECTURE = "imagescope-tiny-world"
SIDE = 32
MODEL_CONFIG: dict[str, Any] = {
    "embed_dim": 64,
    "vision_cfg": {"layers": [1, 1, 1, 1], "width": 20, "image_size": SIDE},
    "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 48, "heads": 2, "layers": 1},
}
PREPROCESSING = {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "resize_mode": "squash"}
_SCENES = 1000
_STEPS = 300
_BATCH = 64
_LEARNING_RATE = 2e-3
NAMES = tuple(f"a {colour} {shape}" for colour in COLOURS for shape in SHAPES)


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


def register_architecture(
    folder: Path, config: dict[str, Any] = MODEL_CONFIG, name: str = ARCHITECTURE
) -> str:
    """Makes open_clip know an architecture by its name, from a file in `folder`."""
    import open_clip

    path = folder / f"{name}.json"
    path.write_text(json.dumps(config))
    open_clip.add_model_config(path)
    return name


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
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    config = {"model_cfg": MODEL_CONFIG, "preprocess_cfg": PREPROCESSING}
    (folder / "open_clip_config.json").write_text(json.dumps(config))


def _train(folder: Path) -> Any:  # noqa: ANN401 - open_clip has no types
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
        # Convolutions over channels that lie side by side take two thirds of the time.
        model.visual.to(memory_format=torch.channels_last)
        pixels = torch.stack([preprocess(draw(scene)) for scene in scenes])
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        _optimise(model, scenes, pixels, chance)
    return model.eval()


def _optimise(
    model: Any,  # noqa: ANN401 - open_clip has no types
    scenes: Sequence[Scene],
    pixels: torch.Tensor,
    chance: random.Random,
) -> None:
    import open_clip
    import torch

    tokenizer = open_clip.get_tokenizer(ARCHITECTURE)
    # Random word vectors tell words apart well enough; training 49,408 of them would take the time.
    model.token_embedding.weight.requires_grad_(False)
    # open_clip starts residual branches at zero, which is for long training.
    for name, value in model.visual.named_parameters():
        if name.endswith("bn3.weight"):
            torch.nn.init.ones_(value)
    learned = [value for value in model.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=_LEARNING_RATE, weight_decay=0.05, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _LEARNING_RATE, total_steps=_STEPS, pct_start=0.15
    )
    true_of = [_true_sentences(scene) for scene in scenes]
    said = sorted(frozenset().union(*true_of))
    tokens = dict(zip(said, tokenizer(said), strict=True))
    model.train()
    for _ in range(_STEPS):
        rows = chance.sample(range(len(scenes)), _BATCH)
        sentences = sorted(set().union(*(true_of[row] for row in rows)))
        truth = torch.tensor([[sentence in true_of[row] for sentence in sentences] for row in rows])
        said_tokens = torch.stack([tokens[sentence] for sentence in sentences])
        pictures, texts, scale = model(pixels[rows], said_tokens)
        error = _contrast(scale * pictures @ texts.T, truth.float())
        optimiser.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))


def _contrast(scores: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """CLIP's loss in both directions, where any number of sentences may be true of a picture."""
    import torch.nn.functional as functional

    errors = [
        functional.cross_entropy(rows, true / true.sum(dim=1, keepdim=True))
        for rows, true in _rows_with_truth(scores, truth)
    ]
    return sum(errors[1:], errors[0]) / len(errors)


def _rows_with_truth(
    scores: torch.Tensor, truth: torch.Tensor
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Pictures against sentences, then sentences that are true of some picture against pictures."""
    yield scores, truth
    said = truth.any(dim=0)
    yield scores.T[said], truth.T[said]


def _true_sentences(scene: Scene) -> frozenset[str]:
    """Its description, and the name of each thing in it, as people type it when they search."""
    return frozenset({describe(scene), *(f"a {thing.name}" for thing in scene.things)})
