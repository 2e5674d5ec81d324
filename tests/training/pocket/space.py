"""The space that is shipped: what was learned, the colours by name, and what is near to everything.

A photo's vector is [a·v, c·k, h, p]: v what the tower gives, k its colours by name, h how near it
is to captions in general, p what is missing to length 1. A text's is [b·t, f·n, -d, 0]: t what the
tower gives, n the colours that it names, d constant. So their product is the cosine of v and t,
plus the colours where the text names one, less the nearness to everything: without that a few
photos, near to whatever is asked, come too early (querybank normalisation, Bogolin et al. 2022; as
a part of the vector it costs the index nothing). Texts that name no colour are ranked as if there
were no colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from tests.training.pocket.colours import COLOUR_WORDS, NAMED_COLOURS, ColourCells
from tests.training.pocket.convolutions import CELLS, FEATURES, Lower
from tests.training.pocket.stored import lower_states, strengths
from tests.training.pocket.towers import DIM

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.training.pocket.towers import PictureTower, TextTower

COLOURS = len(NAMED_COLOURS)
SPACE_DIM = DIM + COLOURS + 2

_LEARNED = 0.7
_COLOURED = 0.2
_CONSTANT = 0.1
"""Squares of a, of c, and of d."""
_NAMED_MAX = 0.6
_NAMED_PER_SHARE = 0.7
"""The square of f for a text of colours alone, and its most."""
_SHARPNESS = 20.0
_LESS = 0.75
"""How much of the nearness to everything is taken off."""
_DEVIATIONS = (-2.0, 4.0)
_DEVIATION = 8.0


class PictureSide(nn.Module):
    """What both a whole photo and its cells are put into the space by."""

    def __init__(
        self, tower: PictureTower, titles: torch.Tensor, bank: torch.Tensor, colours: torch.Tensor
    ) -> None:
        """`titles`, (1000, 256); `bank`, (n, 256), of captions; `colours`, (photos, names)."""
        super().__init__()
        self.tower = tower
        self.register_buffer("titles", titles)
        self.register_buffer("bank", bank.T.contiguous())
        self.register_buffer("usual", torch.tensor(0.0))
        self.register_buffer("colour_mean", colours.mean(0))
        self.register_buffer("colour_spread", colours.std(0) + 1e-3)

    def set_usual(self, vectors: torch.Tensor) -> None:
        """How near photos, (n, 256), are to captions on average."""
        self.usual = self._nearness(vectors).mean()

    def photo(self, vectors: torch.Tensor, colours: torch.Tensor) -> torch.Tensor:
        """Unit rows (n, SPACE_DIM) of the tower's vectors and of the strengths of the colours."""
        factor = _LESS * (_LEARNED * (1 - _CONSTANT) / _CONSTANT) ** 0.5
        near = factor * (self._nearness(vectors) - self.usual)
        return self._joined(vectors, colours, near.clamp(-0.3, 0.3))

    def cells(self, features: torch.Tensor, colours: torch.Tensor) -> torch.Tensor:
        """Unit rows (…, SPACE_DIM) of cells (…, 1280) and of their shares of the colours."""
        more = self.tower.looked(self.tower.normed(features))
        vectors = self.tower.head(features, self.titles, more)
        return self._joined(vectors, colours.clamp(min=1e-6).sqrt(), vectors[..., :1] * 0.0)

    def _nearness(self, vectors: torch.Tensor) -> torch.Tensor:
        scores = _SHARPNESS * vectors @ self.bank
        return torch.logsumexp(scores, -1, keepdim=True) / _SHARPNESS

    def _joined(
        self, vectors: torch.Tensor, colours: torch.Tensor, near: torch.Tensor
    ) -> torch.Tensor:
        standing = (colours - self.colour_mean) / self.colour_spread
        part = _COLOURED**0.5 * standing.clamp(*_DEVIATIONS) / _DEVIATION
        longest = _COLOURED**0.5
        length = part.square().sum(-1, keepdim=True).sqrt()
        part = part * (longest / length.clamp(min=longest))
        rest = 1.0 - _LEARNED - part.square().sum(-1, keepdim=True) - near.square()
        return torch.cat([_LEARNED**0.5 * vectors, part, near, rest.clamp(min=0.0).sqrt()], -1)


class WholePicture(nn.Module):
    """Bytes of a photo, (n, 224, 224, 3), to its vector and its map."""

    def __init__(self, network: Any, side: PictureSide) -> None:  # noqa: ANN401
        super().__init__()
        self.lower = Lower(network)
        self.colour_cells = ColourCells()
        self.side = side

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Unit rows (n, SPACE_DIM), and (n, 7, 7, 1280 + names)."""
        planes = pixels.permute(0, 3, 1, 2).float()
        cells = self.side.tower.upper(self.lower(planes))
        colours = self.colour_cells(planes)
        vectors = self.side.tower(cells, self.side.titles)
        joined = torch.cat([cells, colours.flatten(1, 2)], -1)
        shape = (-1, CELLS, CELLS, FEATURES + COLOURS)
        return self.side.photo(vectors, strengths(colours)), joined.reshape(shape)


class Regions(nn.Module):
    """The map of a photo to a unit vector per cell, (n, 7, 7, SPACE_DIM)."""

    def __init__(self, side: PictureSide) -> None:
        super().__init__()
        self.side = side

    def forward(self, cells: torch.Tensor) -> torch.Tensor:
        """The cells' vectors, in the space of the texts."""
        return self.side.cells(cells[..., :FEATURES], cells[..., FEATURES:])


class Text(nn.Module):
    """Numbers of tokens and their mask, (n, length), to unit rows (n, SPACE_DIM)."""

    def __init__(self, model: Any, tower: TextTower, number_of: Callable[[str], int]) -> None:  # noqa: ANN401
        super().__init__()
        self.model = model
        self.tower = tower
        numbers = torch.tensor([number_of(word) for word in COLOUR_WORDS])
        self.register_buffer("words", numbers)
        rows = [list(NAMED_COLOURS).index(name) for name in COLOUR_WORDS.values()]
        self.register_buffer("names", functional.one_hot(torch.tensor(rows), COLOURS).float())

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Unit rows."""
        vectors = self.tower(lower_states(self.model, ids, mask), mask)
        return with_colours(vectors, self.colours(ids), mask)

    def colours(self, ids: torch.Tensor) -> torch.Tensor:
        """How often each colour is named, (n, names)."""
        return (ids[..., None] == self.words).float().sum(1) @ self.names


def with_colours(vectors: torch.Tensor, named: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Unit rows (n, SPACE_DIM) of the tower's vectors and the colours that are named."""
    words = (mask.float().sum(1, keepdim=True) - 2.0).clamp(min=1.0)
    share = named.sum(-1, keepdim=True) / words
    square = (_NAMED_PER_SHARE * share).clamp(max=_NAMED_MAX)
    colours = named / named.square().sum(-1, keepdim=True).sqrt().clamp(min=1.0)
    constant = torch.full_like(square, _CONSTANT**0.5)
    learned = (1.0 - _CONSTANT - square * (named.sum(-1, keepdim=True) > 0).float()).sqrt()
    return torch.cat([learned * vectors, square.sqrt() * colours, -constant, 0.0 * constant], -1)
