"""Any open_clip model as an ImageTextEncoder: both towers, unit vectors in single precision.

A text longer than the model's context (77, 64 or 32 tokens) is cut at its end without a word, as
the model's own tokenizer does; the catalogue says how many words that are.
"""

from __future__ import annotations

import pickle
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import numpy as np

from indexer.models.hub_cache import no_requests
from indexer.models.open_clip_device import choose_device
from indexer.models.open_clip_identity import encoder_id_of
from indexer.models.open_clip_source import find_source
from indexer.models.protocols import ModelUnusable, PictureInput
from indexer.models.unset_weights import weights_left_unset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import torch

    from indexer.models.open_clip_device import Device
    from indexer.models.open_clip_source import OpenClipSource
    from indexer.models.protocols import FloatMatrix, Picture, RegionVectors
    from indexer.models.settings import OpenClipFolder, OpenClipModel
    from indexer.models.side_by_side import SideBySide

    Tokenizer = Callable[[list[str]], torch.Tensor]

Item = TypeVar("Item")

_BATCH_SIZE: Final = {"cpu": 32, "cuda": 128}
_FITS: Final[Mapping[str, Literal["crop", "squash", "pad"]]] = {
    "shortest": "crop",
    "squash": "squash",
    "longest": "pad",
}
_LOADING_ERRORS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)
"""What torch, open_clip, timm and transformers raise over files that do not fit together."""
_LOADING_HINT: Final = "imagescope models list shows models that work; imagescope doctor tells more"
_REASON_LENGTH_MAX: Final = 200
_NUMPY_SUFFIXES: Final = (".npz", ".npy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """How the model wants its pictures; mean and deviation per channel, of values 0–1."""

    picture_input: PictureInput
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


class OpenClipEncoder:
    """Both towers of one open_clip model on one device."""

    def __init__(
        self,
        *,
        model: torch.nn.Module,
        tokenizer: Tokenizer,
        preprocessing: Preprocessing,
        device: Device,
        encoder_id: str,
        dim: int,
        halves: SideBySide | None = None,
    ) -> None:
        self._model = model
        self._halves = halves
        self._tokenizer = tokenizer
        self._preprocessing = preprocessing
        self._device = device
        self._encoder_id = encoder_id
        self._dim = dim
        self._batch_size = _BATCH_SIZE[device.name]

    @property
    def encoder_id(self) -> str:
        """Architecture, weights, preprocessing and precision, whatever the setting called them."""
        return self._encoder_id

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    @property
    def picture_input(self) -> PictureInput:
        """As in the model's own preprocessing."""
        return self._preprocessing.picture_input

    @property
    def fills_cores(self) -> bool:
        """Where no GPU does the work."""
        return self._device.name == "cpu"

    def encode_pictures(self, pictures: Sequence[Picture]) -> FloatMatrix:
        """One unit row per picture; raises ModelUnusable where not even one fits into memory."""
        if self._halves is None:
            return self._in_batches(pictures, self._encode_pictures)
        return np.concatenate(
            self._halves.map(lambda half: self._in_batches(half, self._encode_pictures), pictures)
        )

    def encode_regions(self, picture: Picture) -> RegionVectors | None:
        """One unit vector per part of the picture; None where the model is no transformer."""
        import torch

        from indexer.models.open_clip_regions import region_features

        with torch.inference_mode():
            features = region_features(self._model.visual, self._values([picture]))
            if features is None:
                return None
            vectors: RegionVectors = _normalised(features).cpu().numpy()
            return vectors

    def encode_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """One unit row per text, a zero row for a blank one."""
        vectors = np.zeros((len(texts), self._dim), dtype=np.float32)
        said = [index for index, text in enumerate(texts) if text.strip()]
        vectors[said] = self._in_batches([texts[index] for index in said], self._encode_texts)
        return vectors

    def known_words(self, text: str) -> None:
        """A learned model reads every word."""
        return

    def normalised(self, pictures: Sequence[Picture]) -> torch.Tensor:
        """The pixels as the model sees them, in single precision; shape (n, 3, height, width)."""
        import torch

        pixels = torch.from_numpy(np.stack([picture.pixels for picture in pictures]))
        values = pixels.to(self._device.name).permute(0, 3, 1, 2).to(torch.float32) / 255
        mean = values.new_tensor(self._preprocessing.mean).view(3, 1, 1)
        deviation = values.new_tensor(self._preprocessing.deviation).view(3, 1, 1)
        return (values - mean) / deviation

    def _encode_pictures(self, pictures: Sequence[Picture]) -> torch.Tensor:
        features: torch.Tensor = self._model.encode_image(self._values(pictures))
        return features

    def _values(self, pictures: Sequence[Picture]) -> torch.Tensor:
        return self.normalised(pictures).to(_dtype(self._device)).contiguous()

    def _encode_texts(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self._tokenizer(list(texts)).to(self._device.name)
        features: torch.Tensor = self._model.encode_text(tokens)
        return features

    def _in_batches(
        self, items: Sequence[Item], encode: Callable[[Sequence[Item]], torch.Tensor]
    ) -> FloatMatrix:
        """Encodes batch by batch; a batch that the GPU has no memory for is halved."""
        rows = [np.zeros((0, self._dim), dtype=np.float32)]
        done = 0
        while done < len(items):
            batch = items[done : done + self._batch_size]
            encoded = _unit_rows(encode, batch)
            if encoded is None:
                self._make_batches_smaller(len(batch))
                continue
            rows.append(encoded)
            done += len(batch)
        return np.concatenate(rows)

    def _make_batches_smaller(self, too_many: int) -> None:
        if too_many == 1:
            raise ModelUnusable(
                "the GPU has no memory left for a single photo or text",
                "close programs that use it, or choose a smaller model",
            )
        self._batch_size = too_many // 2


def load_open_clip(
    setting: OpenClipFolder | OpenClipModel, *, models_folder: Path | None, threads: int = 0
) -> OpenClipEncoder:
    """The model that a setting names, from disk alone; raises ModelMissing or ModelUnusable."""
    with _loading_errors():
        import torch

        if threads > 0:
            torch.set_num_threads(threads)
        with no_requests():
            source = find_source(setting, models_folder)
            return _load(source, choose_device())


def _load(source: OpenClipSource, device: Device) -> OpenClipEncoder:
    from indexer.models.side_by_side import SideBySide

    model = _create_model(source, device)
    preprocessing = read_preprocessing(model.visual.preprocess_cfg)
    return OpenClipEncoder(
        model=model,
        tokenizer=_create_tokenizer(source),
        preprocessing=preprocessing,
        device=device,
        encoder_id=encoder_id_of(source, preprocessing, device.precision),
        dim=int(str(source.config["embed_dim"])),
        halves=SideBySide() if device.name == "cpu" else None,
    )


def _create_model(source: OpenClipSource, device: Device) -> Any:  # noqa: ANN401
    """The model with its weights in it; open_clip's own class, which has no types."""
    import open_clip

    # Of all formats, only numpy's is not loaded strictly.
    is_strict = source.checkpoint.suffix not in _NUMPY_SUFFIXES
    with weights_left_unset() if is_strict else nullcontext():
        model = open_clip.create_model(
            source.name,
            pretrained=None if source.is_folder else str(source.checkpoint),
            precision=device.precision
            if device.precision == "fp32"
            else f"pure_{device.precision}",
            device=device.name,
            force_quick_gelu=source.quick_gelu,
            force_preprocess_cfg=dict(source.preprocessing),
            # Without it open_clip only warns and goes on with random weights.
            require_pretrained=True,
            weights_only=True,
        )
    return model.eval()


def _create_tokenizer(source: OpenClipSource) -> Tokenizer:
    """As open_clip.get_tokenizer does, but with the tokenizer's files from a known folder."""
    from open_clip import tokenizer as tokenizers

    text = source.text_config
    arguments = dict(text.get("tokenizer_kwargs") or {})
    context = int(text.get("context_length", tokenizers.DEFAULT_CONTEXT_LENGTH))
    if source.tokenizer_folder is None:
        simple: Tokenizer = tokenizers.SimpleTokenizer(context_length=context, **arguments)
        return simple
    from_files: Tokenizer = tokenizers.HFTokenizer(
        str(source.tokenizer_folder),
        context_length=context,
        tokenizer_mode=text.get("tokenizer_mode"),
        **arguments,
    )
    return from_files


def read_preprocessing(config: Mapping[str, Any]) -> Preprocessing:
    """What open_clip's preprocessing configuration asks for."""
    size = config["size"]
    height, width = (size, size) if isinstance(size, int) else size
    fit = _FITS[config["resize_mode"]]
    # open_clip ignores the interpolation where the shortest side must fit a frame not square.
    is_fixed = fit == "crop" and height != width
    bilinear = config["interpolation"] == "bilinear" and not is_fixed
    return Preprocessing(
        picture_input=PictureInput(
            width=width,
            height=height,
            fit=fit,
            interpolation="bilinear" if bilinear else "bicubic",
            fill=int(config.get("fill_color") or 0),
        ),
        mean=_per_channel(config["mean"]),
        deviation=_per_channel(config["std"]),
    )


def _per_channel(values: float | Sequence[float]) -> tuple[float, float, float]:
    red, green, blue = (values,) * 3 if isinstance(values, int | float) else values
    return float(red), float(green), float(blue)


def _unit_rows(
    encode: Callable[[Sequence[Item]], torch.Tensor], batch: Sequence[Item]
) -> FloatMatrix | None:
    """Features of a batch at unit length; None where the GPU has no memory for it."""
    import torch

    try:
        with torch.inference_mode():
            rows: FloatMatrix = _normalised(encode(batch)).cpu().numpy()
            return rows
    except torch.cuda.OutOfMemoryError:
        torch.cuda.empty_cache()
        return None


def _normalised(features: torch.Tensor) -> torch.Tensor:
    """At unit length, in single precision: half a precision would leave it at 1 ± 0.004."""
    import torch

    return torch.nn.functional.normalize(features.to(torch.float32), dim=-1)


def _dtype(device: Device) -> torch.dtype:
    import torch

    return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[device.precision]


@contextmanager
def _loading_errors() -> Iterator[None]:
    """Turns what the libraries raise over a model into ModelUnusable, in one line."""
    from safetensors import SafetensorError

    try:
        yield
    except (*_LOADING_ERRORS, SafetensorError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = lines[0][:_REASON_LENGTH_MAX]
        raise ModelUnusable(f"the model cannot be loaded: {reason}", _LOADING_HINT) from error
