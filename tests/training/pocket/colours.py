"""How much of each named colour is where in a picture, and which words name it.

Photos' captions seldom name colours, and networks trained on ImageNet tell them badly. So colours
are counted, not learned: each cell of 4 × 4 pixels goes by the names whose colours are near it, as
the eye sees nearness (OKLab, Björn Ottosson 2020).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

NAMED_COLOURS = {
    "red": ((215, 25, 35), (170, 20, 30)),
    "orange": ((245, 130, 25),),
    "yellow": ((250, 225, 40), (235, 200, 20)),
    "green": ((50, 140, 50), (110, 180, 70), (30, 90, 40)),
    "turquoise": ((50, 200, 195), (40, 210, 225)),
    "blue": ((30, 80, 200), (70, 140, 225), (20, 40, 110)),
    "purple": ((125, 45, 160), (160, 100, 200), (140, 80, 200)),
    "pink": ((250, 130, 180), (245, 180, 200), (225, 60, 140)),
    "brown": ((115, 70, 35), (85, 55, 35)),
    "gold": ((205, 160, 50),),
    "beige": ((220, 205, 170),),
    "black": ((10, 10, 10),),
    "grey": ((128, 128, 128),),
    "white": ((250, 250, 250),),
}
"""Red, green and blue of what goes by each name."""
COLOUR_WORDS = {
    **{name: name for name in NAMED_COLOURS},
    "scarlet": "red",
    "crimson": "red",
    "golden": "gold",
    "lime": "green",
    "navy": "blue",
    "violet": "purple",
    "tan": "beige",
    "gray": "grey",
    "silver": "grey",
}
"""Each is one token of the text side."""

_REACH = 0.09
_POOL = 4


class ColourCells(nn.Module):
    """Shares of the named colours in each cell of the map."""

    def __init__(self) -> None:
        super().__init__()
        shades = [shade for shades in NAMED_COLOURS.values() for shade in shades]
        rows = [row for row, shades in enumerate(NAMED_COLOURS.values()) for _ in shades]
        self.register_buffer("shades", oklab(torch.tensor(shades) / 255.0))
        self.register_buffer("names", functional.one_hot(torch.tensor(rows)).float())

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """From (n, 3, 224, 224), 0 to 255, to (n, 7, 7, names)."""
        cells = functional.avg_pool2d(pixels / 255.0, _POOL).permute(0, 2, 3, 1)
        lab = oklab(cells)
        products = lab @ self.shades.T
        squares = (lab**2).sum(-1, keepdim=True) + (self.shades**2).sum(-1)
        near = torch.exp((2 * products - squares) / (2 * _REACH**2)) @ self.names
        near = near / near.sum(-1, keepdim=True).clamp(min=1.0)
        return functional.avg_pool2d(near.permute(0, 3, 1, 2), 8).permute(0, 2, 3, 1)


def oklab(rgb: torch.Tensor) -> torch.Tensor:
    """From sRGB, 0 to 1, in the last dimension."""
    curved = ((rgb + 0.055) / 1.055).clamp(min=1e-6) ** 2.4
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, curved)
    return (linear @ _TO_CONES.T).clamp(min=1e-7) ** (1 / 3) @ _TO_LAB.T


_TO_CONES = torch.tensor(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = torch.tensor(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
