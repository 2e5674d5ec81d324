"""From the `encoder` setting to an encoder; the heavy libraries load only when one needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from indexer.models.catalog import KNOWN_MODELS, state_of
from indexer.models.settings import POCKET, Auto, Pocket, parse_setting

if TYPE_CHECKING:
    from indexer.models.catalog import KnownModel
    from indexer.models.protocols import ImageTextEncoder

_NVIDIA_DEVICE: Final = Path("/dev/nvidiactl")


def load_encoder(
    setting: str, *, models_folder: Path | None = None, threads: int = 0
) -> ImageTextEncoder:
    """The encoder that a setting names, ready to use; never opens a socket.

    `threads` is how many a processor may use, 0 for as many as the library likes.

    Raises:
        ModelMissing: weights are not on this machine.
        ModelUnusable: they cannot be used.
    """
    parsed = parse_setting(setting)
    if isinstance(parsed, Auto):
        parsed = parse_setting(resolve_auto(models_folder))
    if isinstance(parsed, Auto | Pocket):
        from indexer.models.pocket.encoder import load_pocket  # with it numpy

        return load_pocket(threads=threads)
    # torch and open_clip take seconds to import.
    from indexer.models.open_clip_encoder import load_open_clip

    return load_open_clip(parsed, models_folder=models_folder, threads=threads)


def resolve_auto(models_folder: Path | None) -> str:
    """The setting that `auto` stands for on this machine now: the best model on disk, or pocket.

    Quick enough to ask before each start: imports no torch, downloads nothing.
    """
    present = [
        state
        for state in (state_of(model, models_folder) for model in KNOWN_MODELS)
        if state.state == "present"
    ]
    if not present:
        return POCKET
    has_gpu = has_nvidia_gpu()
    return max(present, key=lambda state: _worth(state.model, has_gpu=has_gpu)).setting


def has_nvidia_gpu() -> bool:
    """Whether the NVIDIA driver offers a device; cheaper than asking torch."""
    return _NVIDIA_DEVICE.exists()


def _worth(model: KnownModel, *, has_gpu: bool) -> tuple[bool, bool, float]:
    """Fit for the machine first, then the default for it, then the published retrieval figure."""
    fits = has_gpu or model.suits_cpu
    is_default = model.default_for == ("gpu" if has_gpu else "cpu")
    return fits, is_default, model.figures.coco_text_to_image
