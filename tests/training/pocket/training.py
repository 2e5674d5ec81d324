"""Trains the towers: first the heads on what the networks give as they are, then the upper layers.

The loss is symmetric cross-entropy over a batch of pairs (CLIP, Radford et al. 2021). While the
upper blocks change, the classifier of ImageNet must go on saying what it said.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional, utils

from tests.training.pocket.lessons import ClassLessons
from tests.training.pocket.photos import CAPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.training.pocket.sources import ClassTexts
    from tests.training.pocket.stored import StoredPictures, StoredTexts
    from tests.training.pocket.towers import PictureTower, TextTower

_SMOOTHING = 0.05
_WEIGHT_DECAY = 0.05
_LENGTH_MAX = 5.0
_WARM_STEPS = 20
_CHUNK = 256

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that is trained on."""

    views: Sequence[StoredPictures]
    captions: StoredTexts
    """Five of the first photo, then of the second …"""
    class_texts: ClassTexts
    class_states: StoredTexts

    @property
    def photos(self) -> int:
        """How many there are."""
        return len(self.views[0].inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how fast, and how much beside the photos' own captions."""

    head_epochs: int = 14
    tower_epochs: int = 6
    head_rate: float = 1e-3
    later_head_rate: float = 3e-4
    picture_rate: float = 1e-4
    text_rate: float = 5e-5
    head_batch: int = 1000
    tower_batch: int = 500
    class_share: float = 0.4
    caption_share: float = 0.2
    """Of the loss between captions of one photo, while the heads alone are trained."""
    steadiness: float = 1.0
    """Of the divergence of the classifier from what it said before."""


class Trainer:
    """Two towers and their lessons; the same seed gives the same towers on the same machine."""

    def __init__(
        self,
        pictures: PictureTower,
        texts: TextTower,
        material: Material,
        features: torch.Tensor,
        plan: Plan,
        seed: int,
    ) -> None:
        """`features`, (views, photos, 1280), are the maps' means before any training."""
        torch.manual_seed(seed)
        self._random = np.random.default_rng(seed)
        self._pictures, self._texts = pictures, texts
        self._material, self._plan = material, plan
        self._features = features
        with torch.no_grad():
            self._said = torch.log_softmax(pictures.classifier(features), -1)
            self._lessons = ClassLessons(features[0], pictures, material.class_texts)

    def train(self) -> None:
        """Both parts of the plan."""
        self._train_heads()
        self._train_towers()

    def _train_heads(self) -> None:
        plan, material = self._plan, self._material
        sentences = sentences_of(self._texts, material.captions).reshape(
            material.photos, CAPTIONS, -1
        )
        classes = sentences_of(self._texts, material.class_states)
        optimiser = _optimiser([(self._head_parameters(), plan.head_rate)])
        for rows in self._batches(optimiser, plan.head_epochs, plan.head_batch):
            view = torch.from_numpy(self._random.integers(0, len(self._features), len(rows)))
            which = torch.from_numpy(self._random.integers(0, CAPTIONS, len(rows)))
            other = (
                which + torch.from_numpy(self._random.integers(1, CAPTIONS, len(rows)))
            ) % CAPTIONS
            texts = self._texts.head(sentences[rows, which])
            pictures = self._pictures.head(self._features[view, rows], self._titles(classes))
            others = self._texts.head(sentences[rows, other])
            factor = self._pictures.factor
            loss = contrastive(factor * pictures @ texts.T)
            loss = loss + plan.caption_share * contrastive(factor * texts @ others.T)
            _step(optimiser, loss + self._class_loss(classes, 256))

    def _train_towers(self) -> None:
        plan, material = self._plan, self._material
        optimiser = _optimiser(
            [
                (self._head_parameters(), plan.later_head_rate),
                (list(self._pictures.upper.parameters()), plan.picture_rate),
                (list(self._texts.layers.parameters()), plan.text_rate),
            ]
        )
        steps_per_epoch = -(-material.photos // plan.tower_batch)
        classes = torch.zeros(0)
        for step, rows in enumerate(self._batches(optimiser, plan.tower_epochs, plan.tower_batch)):
            if step % steps_per_epoch == 0:
                classes = sentences_of(self._texts, material.class_states)
                _log.info("epoch %d of %d", step // steps_per_epoch + 1, plan.tower_epochs)
            _step(optimiser, self._tower_loss(rows, classes))

    def _tower_loss(self, rows: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        view = int(self._random.integers(len(self._features)))
        cells = self._pictures.upper(self._material.views[view].inputs[rows])
        captions = rows.numpy() * CAPTIONS + self._random.integers(0, CAPTIONS, len(rows))
        texts = self._texts(*self._material.captions.padded(captions))
        pictures = self._pictures(cells, self._titles(classes).detach())
        says = torch.log_softmax(self._pictures.classifier(cells.mean(1)), -1)
        drift = functional.kl_div(
            says, self._said[view, rows], log_target=True, reduction="batchmean"
        )
        loss = contrastive(self._pictures.factor * pictures @ texts.T)
        return loss + self._plan.steadiness * drift + self._class_loss(classes, 160)

    def _class_loss(self, classes: torch.Tensor, count: int) -> torch.Tensor:
        features, texts, fits = self._lessons.draw(count, self._random)
        pictures = self._pictures.head(features, self._titles(classes))
        scores = self._pictures.factor * pictures @ self._texts.head(classes[texts]).T
        return self._plan.class_share * contrastive(scores, fits.float())

    def _titles(self, classes: torch.Tensor) -> torch.Tensor:
        return self._texts.head(classes[torch.from_numpy(self._material.class_texts.titles)])

    def _head_parameters(self) -> list[Any]:
        towers = (*self._pictures.named_parameters(), *self._texts.named_parameters())
        below = ("upper.", "layers.", "classifier.")
        return [parameter for name, parameter in towers if not name.startswith(below)]

    def _batches(self, optimiser: Any, epochs: int, size: int) -> Iterator[torch.Tensor]:  # noqa: ANN401
        """Rows of photos; between them the rate of learning rises, then falls along a cosine."""
        self._pictures.train()
        self._texts.train()
        count = -(-self._material.photos // size)
        for epoch in range(epochs):
            for place, rows in enumerate(torch.randperm(self._material.photos).split(size)):
                step = epoch * count + place
                share = 0.5 * (1 + math.cos(math.pi * step / (epochs * count)))
                for group in optimiser.param_groups:
                    group["lr"] = group["rate"] * min(1.0, (step + 1) / _WARM_STEPS) * share
                yield rows
        self._pictures.eval()
        self._texts.eval()


def contrastive(scores: torch.Tensor, fits: torch.Tensor | None = None) -> torch.Tensor:
    """Cross-entropy over rows and over columns, (n, n); by itself the diagonal fits."""
    if fits is None:
        own = torch.arange(len(scores))
        rows = functional.cross_entropy(scores, own, label_smoothing=_SMOOTHING)
        columns = functional.cross_entropy(scores.T, own, label_smoothing=_SMOOTHING)
        return (rows + columns) / 2
    return (_spread(scores, fits) + _spread(scores.T, fits.T)) / 2


def _spread(scores: torch.Tensor, fits: torch.Tensor) -> torch.Tensor:
    shares = fits / fits.sum(1, keepdim=True).clamp(min=1.0)
    return -(shares * functional.log_softmax(scores, 1)).sum(1).mean()


def sentences_of(tower: TextTower, texts: StoredTexts) -> torch.Tensor:
    """What the head takes of all texts, (texts, 384), without training."""
    return _in_parts(tower, texts, tower.sentences)


def vectors_of(tower: TextTower, texts: StoredTexts) -> torch.Tensor:
    """Unit rows of all texts, (texts, 256), without training."""
    return _in_parts(tower, texts, tower.forward)


def _in_parts(tower: TextTower, texts: StoredTexts, work: Any) -> torch.Tensor:  # noqa: ANN401
    was_training = tower.training
    tower.eval()
    order = np.argsort(np.diff(texts.ends, prepend=0), kind="stable")
    with torch.no_grad():
        parts = [
            work(*texts.padded(order[start : start + _CHUNK]))
            for start in range(0, len(order), _CHUNK)
        ]
    tower.train(was_training)
    return torch.cat(parts)[torch.from_numpy(np.argsort(order))]


def features_of(tower: PictureTower, view: StoredPictures) -> torch.Tensor:
    """The maps' means, (photos, 1280), without training."""
    with torch.no_grad():
        return torch.cat([tower.upper(part).mean(1) for part in view.inputs.split(_CHUNK)])


def _optimiser(groups: Sequence[tuple[list[Any], float]]) -> Any:  # noqa: ANN401
    settings = [{"params": parameters, "rate": rate} for parameters, rate in groups]
    return torch.optim.AdamW(settings, weight_decay=_WEIGHT_DECAY)


def _step(optimiser: Any, loss: torch.Tensor) -> None:  # noqa: ANN401
    optimiser.zero_grad()
    loss.backward()
    trained = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    utils.clip_grad_norm_(trained, _LENGTH_MAX)
    optimiser.step()
