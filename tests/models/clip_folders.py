"""Model folders that are like those people have, in every way but size."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.world.tiny_clip import register_architecture

WEIGHTS = "open_clip_model.safetensors"
CONFIG = "open_clip_config.json"

_SIGLIP_LIKE: dict[str, Any] = {
    "embed_dim": 16,
    "custom_text": True,
    "init_logit_bias": -10,
    "vision_cfg": {
        "image_size": 32,
        "layers": 1,
        "width": 16,
        "head_width": 16,
        "patch_size": 16,
    },
    "text_cfg": {
        "context_length": 12,
        "vocab_size": 400,
        "hf_tokenizer_name": "nobody/has-this-tokenizer",
        "tokenizer_kwargs": {"clean": "canonicalize"},
        "width": 16,
        "heads": 1,
        "layers": 1,
        "no_causal_mask": True,
        "pool_type": "last",
    },
}


def checkpoint_in(folder: Path, tiny_clip: Path) -> Path:
    """The small world's weights alone, as people who train models have them."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(tiny_clip / WEIGHTS, folder / "epoch_3.safetensors"))


def put_into_cache(cache: Path, repository: str, *files: Path) -> Path:
    """Puts files where the hub's library keeps its downloads; their folder."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / "abc123"
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc123")
    for file in files:
        shutil.copy(file, snapshot / file.name)
    return snapshot


def siglip_like_folder(folder: Path) -> Path:
    """A model with random weights, but with a tokenizer of its own as SigLIP 2 has."""
    import open_clip
    from safetensors.torch import save_file

    architecture = register_architecture(folder, _SIGLIP_LIKE, name="imagescope-siglip-like")
    model = open_clip.create_model(architecture)
    save_file(model.state_dict(), folder / WEIGHTS)
    preprocessing = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"}
    config = {"model_cfg": _SIGLIP_LIKE, "preprocess_cfg": preprocessing}
    (folder / CONFIG).write_text(json.dumps(config))
    _write_tokenizer(folder)
    return folder


def _write_tokenizer(folder: Path) -> None:
    """The files of a Gemma tokenizer with 400 words: no start, one end, padding with 0."""
    from tokenizers import Tokenizer, models, normalizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    special = ["<pad>", "<eos>", "<bos>", "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(["a red circle on the left of a blue square"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A:0 <eos>:0", pair="$A:0 <eos>:0 $B:1 <eos>:1", special_tokens=[("<eos>", 1)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "add_bos_token": False,
        "add_eos_token": True,
        "bos_token": "<bos>",
        "eos_token": "<eos>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "padding_side": "right",
        "tokenizer_class": "GemmaTokenizer",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
