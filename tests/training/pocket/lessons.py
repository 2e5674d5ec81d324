"""Lessons on ImageNet's classes without a picture of them.

A classifier's weights tell where in the space of features its classes lie. By linear discriminant
analysis the weights of a class are the inverse covariance times the distance of its mean from the
mean of all; so the covariance of any photos' features times the weights gives that distance back.
Features made up so, with what tells one photo from another added, are taught the names,
descriptions and kinds of the class as captions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tests.training.pocket.sources import CLASSES

if TYPE_CHECKING:
    from tests.training.pocket.sources import ClassTexts
    from tests.training.pocket.towers import PictureTower

_SURE = 0.5
_VARIETY = 0.5
_HIGHEST = 6.0
"""ReLU6."""


class ClassLessons:
    """Draws made-up features of classes, with texts that speak of them."""

    def __init__(self, features: torch.Tensor, tower: PictureTower, texts: ClassTexts) -> None:
        """`features`, (photos, 1280), of real photos."""
        self._mean = features.mean(0)
        self._deviations = features - self._mean
        self._centres = self._mean + _class_distances(self._deviations, self._mean, tower)
        self._belongs = torch.from_numpy(texts.belongs)
        # A word for a hundred classes would else be heard more often than the names of each.
        chances = texts.belongs / np.sqrt(texts.belongs.sum(axis=1, keepdims=True))
        self._chances = chances / chances.sum(axis=0)

    def draw(
        self, count: int, random: np.random.Generator
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features (count, 1280), the numbers of texts (count,), and which fit, (count, count)."""
        classes = torch.from_numpy(random.choice(CLASSES, count, replace=False))
        texts = torch.tensor(
            [random.choice(len(self._chances), p=self._chances[:, number]) for number in classes]
        )
        photos = torch.from_numpy(random.integers(0, len(self._deviations), count))
        features = self._centres[classes] + _VARIETY * self._deviations[photos]
        return features.clamp(0.0, _HIGHEST), texts, self._belongs[texts][:, classes].T


def _class_distances(
    deviations: torch.Tensor, mean: torch.Tensor, tower: PictureTower
) -> torch.Tensor:
    """Of each class's mean from the mean of all, as long as makes the classifier sure."""
    weights = tower.classifier.weight
    covariance = deviations.T @ deviations / len(deviations)
    directions = (weights - weights.mean(0)) @ covariance
    for length in (1, 2, 4, 8, 16):
        logits = tower.classifier((mean + length * directions).clamp(0.0, _HIGHEST))
        if torch.softmax(logits, 1).diagonal().mean() > _SURE:
            break
    return length * directions
