"""The prompts as values: their text, and an id by which results say what was asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

PromptName: TypeAlias = Literal[
    "intent",
    "imagine_words",
    "imagine_picture",
    "propositions",
    "question",
    "claim",
    "verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is told before it is asked."""

    text: str
    id: str
    """Twelve hexadecimal digits of the text's hash: another text is another prompt."""


@cache
def prompt(name: PromptName) -> Prompt:
    """The prompt of a request."""
    text = files("imagescope_tui.search.prompts").joinpath(f"{name}.md").read_text("utf-8").strip()
    return Prompt(text=text, id=hashlib.sha256(text.encode()).hexdigest()[:12])
