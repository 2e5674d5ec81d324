"""The network: five thin layers that look at squares of 8 × 8 pixels and what is around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import nn

if TYPE_CHECKING:
    from pathlib import Path

SQUARE: Final = 8
"""Pixels."""
_CHANNELS: Final = (8, 16, 24)
_OPSET: Final = 17


class SignNetwork(nn.Module):
    """Log odds, (n, height / 8, width / 8), of grey levels from -½ to ½, (n, 1, height, width)."""

    def __init__(self) -> None:
        super().__init__()
        first, second, last = _CHANNELS
        self.layers = nn.Sequential(
            *_layer(1, first, stride=2),
            *_layer(first, second, stride=2),
            *_layer(second, last, stride=2),
            *_layer(last, last),
            *_layer(last, last),
            nn.Conv2d(last, 1, 1),
        )

    def forward(self, levels: torch.Tensor) -> torch.Tensor:
        """The squares."""
        return self.layers(levels)[:, 0]


def write_network(network: SignNetwork, path: Path) -> None:
    """As indexer.models.text_signs opens it: pictures of any size, one at a time."""
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 1, 240, 320),),
        str(path),
        input_names=["grey"],
        output_names=["squares"],
        dynamic_axes={"grey": {2: "height", 3: "width"}, "squares": {1: "rows", 2: "columns"}},
        opset_version=_OPSET,
        dynamo=False,
    )


def _layer(channels: int, made: int, *, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(channels, made, 3, stride, 1), nn.BatchNorm2d(made), nn.ReLU()]
