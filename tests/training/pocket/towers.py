"""The two towers that are trained: from what is stored to vectors of one space."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from tests.training.pocket.convolutions import FEATURES, Upper
from tests.training.pocket.sources import CLASSES
from tests.training.pocket.stored import LOWER_LAYERS, attention_of

DIM = 256
_HIDDEN = 768
_STATE = 384


class TextTower(nn.Module):
    """The upper layers of the sentence encoder, their mean over the tokens, and a head."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.layers = nn.ModuleList(model.encoder.layer[LOWER_LAYERS:])
        self.line = nn.Linear(_STATE, DIM)
        self.curve = nn.Sequential(
            nn.Linear(_STATE, _HIDDEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(_HIDDEN, DIM)
        )
        _begin_at_zero(self.curve[-1])

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Unit rows (n, DIM) of stored states (n, length, 384)."""
        return self.head(self.sentences(states, mask))

    def sentences(self, states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What the head takes, (n, 384)."""
        for layer in self.layers:
            states = layer(states, attention_mask=attention_of(mask))
        weights = mask[..., None].float()
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)

    def head(self, sentences: torch.Tensor) -> torch.Tensor:
        """Unit rows (n, DIM)."""
        return functional.normalize(self.line(sentences) + self.curve(sentences), dim=-1)


class PictureTower(nn.Module):
    """The upper blocks, mean and attention over the map, a head, and the classes seen (ConSE).

    ConSE (Norouzi et al. 2014) adds the vectors of the class names, each as far as the classifier
    of ImageNet is sure of it.
    """

    def __init__(self, network: Any, features: torch.Tensor) -> None:  # noqa: ANN401
        """`features`, (n, 1280), of photos: what comes in is measured by their mean and spread."""
        super().__init__()
        self.upper = Upper(network).to(memory_format=torch.channels_last)
        self.classifier = nn.Linear(FEATURES, CLASSES)
        self.classifier.load_state_dict(network._fc.state_dict())
        self.classifier.requires_grad_(requires_grad=False)
        self.register_buffer("mean", features.mean(0))
        self.register_buffer("spread", features.std(0) + 1e-3)
        self.norm = nn.LayerNorm(FEATURES)
        self.line = nn.Sequential(nn.Dropout(0.2), nn.Linear(FEATURES, DIM))
        self.curve = nn.Sequential(
            nn.Linear(FEATURES, _HIDDEN), nn.GELU(), nn.Dropout(0.3), nn.Linear(_HIDDEN, DIM)
        )
        self.look = nn.Linear(FEATURES, 1)
        self.looked = nn.Linear(FEATURES, DIM)
        _begin_at_zero(self.look)
        _begin_at_zero(self.looked)
        self.share = nn.Parameter(torch.tensor(0.5))
        self.scale = nn.Parameter(torch.tensor(3.0))

    def forward(self, cells: torch.Tensor, titles: torch.Tensor) -> torch.Tensor:
        """Unit rows (n, DIM) of maps (n, 49, 1280); `titles`, (1000, DIM), of the class names."""
        seen = self.normed(cells)
        weights = torch.softmax(self.look(seen), dim=1)
        return self.head(cells.mean(1), titles, self.looked((weights * seen).sum(1)))

    def head(
        self, features: torch.Tensor, titles: torch.Tensor, more: torch.Tensor | float = 0.0
    ) -> torch.Tensor:
        """Unit rows (…, DIM) of features (…, 1280); `more`, (…, DIM), is what attention adds."""
        seen = self.normed(features)
        vectors = functional.normalize(self.line(seen) + self.curve(seen) + more, dim=-1)
        classes = torch.softmax(self.classifier(features), dim=-1) @ titles
        return functional.normalize(vectors + self.share * classes, dim=-1)

    def normed(self, features: torch.Tensor) -> torch.Tensor:
        """The features in deviations, of one length."""
        return self.norm((features - self.mean) / self.spread)

    @property
    def factor(self) -> torch.Tensor:
        """By which cosines are multiplied before they count as log-odds."""
        return self.scale.exp().clamp(max=60.0)


def _begin_at_zero(layer: Any) -> None:  # noqa: ANN401
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
