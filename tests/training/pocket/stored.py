"""What lies below the trained layers, computed once and kept: of pictures and of texts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from tests.training.pocket.colours import ColourCells
from tests.training.pocket.convolutions import Lower
from tests.training.pocket.photos import view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tests.training.pocket.photos import CaptionedPhotos

LOWER_LAYERS = 3
"""Of the sentence encoder's six layers, those that stay as they are."""
_TOKENS_MAX = 32
_BATCH = 16
_TEXTS = 128
_PHOTOS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPictures:
    """Of one view of each photo."""

    inputs: torch.Tensor
    """Shape (photos, 192, 7, 7), half precision: what the upper blocks take."""
    colours: torch.Tensor
    """Shape (photos, names): how much of each named colour the cell with most of it has."""


class PictureBelow(nn.Module):
    """Pixels to the upper blocks' input, and to the strengths of the colours."""

    def __init__(self, network: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.lower = Lower(network)
        self.cells = ColourCells()

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """From (n, 224, 224, 3) of bytes."""
        planes = pixels.permute(0, 3, 1, 2).float()
        return self.lower(planes), strengths(self.cells(planes))


def strengths(cells: torch.Tensor) -> torch.Tensor:
    """From shares in cells, (n, 7, 7, names), to (n, names).

    Half by the cell with most of a colour, for a red coat is red however small it is; half by the
    middle of the picture, for a meadow is green by its size.
    """
    most, middle = cells.flatten(1, 2).amax(1), cells[:, 1:-1, 1:-1].mean((1, 2))
    return ((most + middle) / 2).clamp(min=1e-6).sqrt()


class Looker:
    """Runs `PictureBelow` by onnxruntime, which is six times as fast as torch here."""

    def __init__(self, network: Any, work: Path) -> None:  # noqa: ANN401
        import onnxruntime

        path = work / "below.onnx"
        torch.onnx.export(
            PictureBelow(network).eval(),
            (torch.zeros(2, 224, 224, 3, dtype=torch.uint8),),
            str(path),
            input_names=["pixels"],
            output_names=["inputs", "colours"],
            dynamic_axes={name: {0: "n"} for name in ("pixels", "inputs", "colours")},
            opset_version=17,
            dynamo=False,
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options)

    def look(self, pictures: Sequence[np.ndarray]) -> StoredPictures:
        """Of pictures of 224 × 224."""
        parts = [pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH)]
        with ThreadPoolExecutor(2) as threads:
            rows = list(
                threads.map(lambda part: self._session.run(None, {"pixels": np.stack(part)}), parts)
            )
        return StoredPictures(
            inputs=torch.from_numpy(np.concatenate([row[0].astype(np.float16) for row in rows])),
            colours=torch.from_numpy(np.concatenate([row[1] for row in rows])),
        )


def stored_view(path: Path, photos: CaptionedPhotos, number: int, looker: Looker) -> StoredPictures:
    """A view of all photos, from the file where it was stored."""
    if not path.is_file():
        random = np.random.default_rng(number)
        parts = []
        for first in range(0, len(photos.names), _PHOTOS):
            pictures = photos.pictures(first, first + _PHOTOS)
            parts.append(looker.look([view_of(picture, number, random) for picture in pictures]))
        torch.save(
            [torch.cat([p.inputs for p in parts]), torch.cat([p.colours for p in parts])], path
        )
    inputs, colours = torch.load(path)
    return StoredPictures(inputs=inputs, colours=colours)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTexts:
    """Texts as the trained layers take them."""

    states: torch.Tensor
    """Shape (tokens of all texts, 384), half precision."""
    ends: np.ndarray
    """Where each text's tokens end."""
    tokens: np.ndarray
    """The number of each token."""

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.ends)

    def span(self, row: int) -> slice:
        """Where the tokens of a text are."""
        return slice(int(self.ends[row - 1]) if row else 0, int(self.ends[row]))

    def padded(self, rows: Iterable[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """States (n, length, 384) and mask (n, length) of some texts."""
        spans = [self.span(int(row)) for row in rows]
        length = max(span.stop - span.start for span in spans)
        states = torch.zeros(len(spans), length, self.states.shape[1])
        mask = torch.zeros(len(spans), length)
        for row, span in enumerate(spans):
            states[row, : span.stop - span.start] = self.states[span].float()
            mask[row, : span.stop - span.start] = 1
        return states, mask


def stored_texts(
    model: Any,  # noqa: ANN401
    encode: Callable[[str], list[int]],
    texts: Sequence[str],
) -> StoredTexts:
    """The states above the lower layers of the sentence encoder."""
    tokens = [encode(text)[:_TOKENS_MAX] for text in texts]
    ends = np.cumsum([len(ids) for ids in tokens])
    states = torch.empty(int(ends[-1]), model.config.hidden_size, dtype=torch.float16)
    stored = StoredTexts(states=states, ends=ends, tokens=np.concatenate(tokens))
    order = np.argsort([len(ids) for ids in tokens], kind="stable")
    with torch.no_grad():
        for start in range(0, len(order), _TEXTS):
            rows = order[start : start + _TEXTS]
            ids, mask = _batch([tokens[row] for row in rows])
            hidden = lower_states(model, ids, mask)
            for place, row in enumerate(rows):
                states[stored.span(row)] = hidden[place, : len(tokens[row])].half()
    return stored


def lower_states(model: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
    """Embeddings and the lower layers: (n, length) to (n, length, 384)."""
    hidden = model.embeddings(input_ids=ids)
    for layer in model.encoder.layer[:LOWER_LAYERS]:
        hidden = layer(hidden, attention_mask=attention_of(mask))
    return hidden


def attention_of(mask: torch.Tensor) -> torch.Tensor:
    """What is added to the attention's logits so that padding is not looked at."""
    return (1.0 - mask[:, None, None].float()) * -1e9


def _batch(tokens: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    length = max(map(len, tokens))
    ids, mask = torch.zeros(len(tokens), length, dtype=torch.long), torch.zeros(len(tokens), length)
    for row, numbers in enumerate(tokens):
        ids[row, : len(numbers)], mask[row, : len(numbers)] = torch.tensor(numbers), 1
    return ids, mask
