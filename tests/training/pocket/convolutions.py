"""EfficientNet-Lite0 with its normalisations folded into the convolutions.

Folded, it computes the same with half of the steps, and its upper blocks can be trained as they
will be run. It is cut before its last two blocks: below that nothing is trained, so what comes out
there is computed once for each view of a photo and stored.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

CUT = 14
"""The first block that is trained, of 16."""
CELLS = 7
"""The map has 7 × 7 cells."""
FEATURES = 1280
"""Of a cell."""


class Block(nn.Module):
    """An inverted bottleneck: 1 × 1, depthwise, 1 × 1; added to its input where shapes agree."""

    def __init__(self, block: Any) -> None:  # noqa: ANN401
        super().__init__()
        settings = block._block_args
        self.expand = (
            _folded(block._expand_conv, block._bn0) if settings.expand_ratio != 1 else None
        )
        self.depthwise = _folded(block._depthwise_conv, block._bn1)
        self.project = _folded(block._project_conv, block._bn2)
        same_size = settings.stride in (1, [1])
        self.adds_input = same_size and settings.input_filters == settings.output_filters

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The block's output."""
        hidden = inputs if self.expand is None else functional.relu6(self.expand(inputs))
        output = self.project(functional.relu6(self.depthwise(hidden)))
        return output + inputs if self.adds_input else output


class Lower(nn.Module):
    """Pixels to the input of the upper blocks; nothing of it is trained."""

    def __init__(self, network: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.stem = _folded(network._conv_stem, network._bn0)
        self.blocks = nn.Sequential(*map(Block, network._blocks[:CUT]))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """From (n, 3, 224, 224), 0 to 255, to (n, 192, 7, 7)."""
        return self.blocks(functional.relu6(self.stem((pixels - 127.0) / 128.0)))


class Upper(nn.Module):
    """The last two blocks and the head, which are trained."""

    def __init__(self, network: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.blocks = nn.Sequential(*map(Block, network._blocks[CUT:]))
        self.head = _folded(network._conv_head, network._bn1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """From (n, 192, 7, 7) to the map, (n, 49, 1280)."""
        inputs = inputs.float().to(memory_format=torch.channels_last)
        features = functional.relu6(self.head(self.blocks(inputs)))
        return features.permute(0, 2, 3, 1).flatten(1, 2)


def _folded(convolution: Any, norm: Any) -> nn.Module:  # noqa: ANN401
    """Convolution and normalisation in one, with the padding that TensorFlow calls `same`."""
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    size, stride = convolution.kernel_size, convolution.stride
    folded = nn.Conv2d(
        *(convolution.in_channels, convolution.out_channels, size, stride),
        groups=convolution.groups,
    )
    folded.weight.data = (convolution.weight * factor[:, None, None, None]).detach().clone()
    folded.bias.data = (norm.bias - norm.running_mean * factor).detach().clone()
    padding = getattr(convolution.static_padding, "padding", (0, 0, 0, 0))
    if len(set(padding)) == 1:
        folded.padding = (padding[0], padding[0])
        return folded
    return nn.Sequential(nn.ZeroPad2d(padding), folded)
