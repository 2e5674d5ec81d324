"""Trains the network: twice, first from few lessons and fast, then from more and ever slower."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch.nn import functional

from indexer.models.text_signs import SQUARES_TAKEN
from tests.training.text_signs.grounds import SIDE
from tests.training.text_signs.lessons import SQUARES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from indexer.models.protocols import Pixels
    from tests.training.text_signs.lessons import Lessons
    from tests.training.text_signs.network import SignNetwork

_CLUTTER_SHARE = 0.12
_WEIGHT_DECAY = 1e-4
_NO_TEXT, _TEXT, _ANY_TEXT = 0.05, 0.35, 0.2
"""Shares of a square: below and above, it counts; one above the last makes a picture with text."""
_TEXT_WEIGHT = 4
_PICTURE_WEIGHT = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How much is drawn, and how long and fast it is learnt."""

    seed: int
    drawn: int
    cluttered: int
    epochs: int
    with_text: int
    """In a batch."""
    without: int
    """In a batch; anew each time, while an epoch is once through all with text."""
    rate: float
    has_warm_up: bool
    """Whether the rate rises at first, and falls then along a cosine; else it only falls."""


STAGES: Final = (
    Stage(
        seed=0,
        drawn=3_000,
        cluttered=500,
        epochs=9,
        with_text=28,
        without=44,
        rate=1e-2,
        has_warm_up=True,
    ),
    Stage(
        seed=7,
        drawn=7_000,
        cluttered=1_500,
        epochs=3,
        with_text=24,
        without=48,
        rate=3e-3,
        has_warm_up=False,
    ),
)


def train(network: SignNetwork, lessons: Lessons, blank: Sequence[Pixels], stage: Stage) -> float:
    """Change the network; the mean loss of the last epoch. `blank` are grey photos without text."""
    torch.manual_seed(stage.seed)
    chance = random.Random(stage.seed)
    pictures, shares = torch.from_numpy(lessons.pictures), torch.from_numpy(lessons.shares)
    none = torch.zeros(stage.without, SQUARES, SQUARES)
    steps = max(1, len(pictures) // stage.with_text)
    optimiser = torch.optim.AdamW(network.parameters(), stage.rate, weight_decay=_WEIGHT_DECAY)
    schedule = _schedule(optimiser, stage, stage.epochs * steps)
    network.train()
    loss_mean = 0.0
    for epoch in range(stage.epochs):
        total = 0.0
        for rows in torch.randperm(len(pictures))[: steps * stage.with_text].tensor_split(steps):
            without = _without(lessons.cluttered, blank, stage.without, chance)
            levels = torch.cat([pictures[rows], without]).float()[:, None] / 255 - 0.5
            # Dark on light counts as light on dark.
            if chance.random() < 0.5:
                levels = -levels
            loss = loss_of(network(levels), torch.cat([shares[rows], none]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        loss_mean = total / steps
        _log.info("epoch %d of %d: loss %.3f", epoch + 1, stage.epochs, loss_mean)
    return loss_mean


def loss_of(squares: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """Of log odds, by how much of each square is text, both (n, rows, columns).

    Squares at the edge of text do not count. The surest squares of a picture, which decide on it,
    count once more.
    """
    is_text = (shares > _TEXT).float()
    counts = ((shares < _NO_TEXT) | (shares > _TEXT)).float() * (1 + (_TEXT_WEIGHT - 1) * is_text)
    by_square = functional.binary_cross_entropy_with_logits(squares, is_text, weight=counts)
    surest = squares.flatten(1).topk(SQUARES_TAKEN, 1).values.mean(1)
    has_text = (shares.flatten(1).amax(1) > _ANY_TEXT).float()
    by_picture = functional.binary_cross_entropy_with_logits(surest, has_text)
    return by_square + _PICTURE_WEIGHT * by_picture


def _schedule(optimiser: Any, stage: Stage, steps: int) -> Any:  # noqa: ANN401
    if stage.has_warm_up:
        return torch.optim.lr_scheduler.OneCycleLR(optimiser, stage.rate, total_steps=steps + 1)
    return torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)


def _without(
    cluttered: Pixels, blank: Sequence[Pixels], count: int, chance: Random
) -> torch.Tensor:
    return torch.from_numpy(
        np.stack([_one_without(cluttered, blank, chance) for _ in range(count)])
    )


def _one_without(cluttered: Pixels, blank: Sequence[Pixels], chance: Random) -> Pixels:
    if chance.random() < _CLUTTER_SHARE:
        return cluttered[chance.randrange(len(cluttered))]
    photo = chance.choice(blank)
    height, width = photo.shape
    top, left = chance.randint(0, height - SIDE), chance.randint(0, width - SIDE)
    part = photo[top : top + SIDE, left : left + SIDE]
    return part[:, ::-1] if chance.random() < 0.5 else part
