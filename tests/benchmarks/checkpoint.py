"""A ViT-B-32 with random weights: it costs what the real one costs, and means nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ARCHITECTURE = "ViT-B-32"


def make_checkpoint(folder: Path) -> Path:
    """The path of the weights, made in a process of their own if they are not there."""
    path = folder / "vit-b-32-random.pt"
    if not path.exists():
        subprocess.run([sys.executable, "-m", __name__, str(path)], check=True)
    return path


def setting_for(checkpoint: Path) -> str:
    """What the `encoder` setting must say to use it."""
    return f"open_clip:{ARCHITECTURE}/{checkpoint}"


def _write(path: Path) -> None:
    # Heavy: only the process that makes the file loads them.
    import open_clip
    import torch

    torch.manual_seed(0)
    model = open_clip.create_model(ARCHITECTURE, pretrained=None)
    fresh = path.with_suffix(".new")
    torch.save(model.state_dict(), fresh)
    fresh.replace(path)


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
