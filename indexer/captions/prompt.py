"""What the captioner is asked, read from a file of the package."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_SEPARATOR = "\n---\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionPrompt:
    """The prompt in its parts, and the id that is stored with every caption."""

    id: str
    """Of the whole text: another text is another prompt, and another set of captions."""
    system: str
    question: str
    question_again: str
    """Asked once more where the first answer was no caption."""


@cache
def caption_prompt() -> CaptionPrompt:
    """The prompt that this version asks with."""
    return read_prompt(files("indexer.prompts").joinpath("caption.md").read_text("utf-8"))


def read_prompt(text: str) -> CaptionPrompt:
    """A prompt of three parts with a line `---` between them.

    Raises:
        ValueError: it has more parts, or fewer.
    """
    parts = [part.strip() for part in text.split(_SEPARATOR)]
    if len(parts) != 3 or not all(parts):
        raise ValueError("a caption prompt has three parts")
    system, question, question_again = parts
    return CaptionPrompt(
        id=f"caption-{hashlib.sha256(text.strip().encode()).hexdigest()[:12]}",
        system=system,
        question=question,
        question_again=question_again,
    )
