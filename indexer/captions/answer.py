"""From what a model answered to a caption, or to the reason why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from storage.safe_text import printable

WORDS_MAX: Final = 120
"""A longer answer is no caption; the prompt asks for 25 words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionAnswer:
    """A caption as it is stored, or why there is none."""

    text: str = ""
    problem: str = ""


_THOUGHT_MARK = re.compile(r"<(/?)(?:think|thinking|reasoning)>", re.IGNORECASE)
# What models and terminals mean for themselves: <|im_end|>, ESC [ 31 m
_TOKEN = re.compile(r"<\|[^<>|]{1,40}\|>|\x1b\[[0-9;?]*[ -/]*[@-~]")
_FENCE = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|__|^\s*(?:[#>]+|[-*•])\s+", re.MULTILINE)

# "Sure! Here is a short caption for the picture:", "Caption:", "Answer:"
_OPENING = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok)\b[^a-z0-9]*)?"
    r"(?:here(?:'s|’s| is| are)\b[^:.!?]{0,80}:"
    r"|(?:the |a |short |image |photo |picture )*(?:caption|answer|description)\s*(?:is)?\s*:)\s*",
    re.IGNORECASE,
)
_COURTESY = re.compile(r"^(?:sure|certainly|of course|okay|ok)[!,.:]+\s+", re.IGNORECASE)
# "This image shows a dog" → "A dog"
_FRAME = re.compile(
    r"^(?:in )?(?:this|the) (?:image|photo|photograph|picture|scene)"
    r"(?: (?:shows|depicts|features|captures|displays|contains|is of)|,)\s+",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^(?:i(?:'m| am)? (?:sorry|unable|afraid)|i(?:’m) (?:sorry|unable|afraid)|sorry\b"
    r"|i (?:can(?:no|')?t|can’t|cannot|do not|don't|don’t|won't|will not)\b"
    r"|as an ai\b|unfortunately,? i\b|(?:there is )?no image\b|please (?:provide|upload)\b)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_QUOTES = "\"'“”‘’«»`"


def read_caption(answer: str) -> CaptionAnswer:
    """The caption in an answer: thoughts, markup, preambles and control characters left out."""
    text = _without_thoughts(answer)
    text = _MARKUP.sub("", _FENCE.sub("", _TOKEN.sub("", text)))
    text = _without_preamble(printable(text))
    if not text:
        return CaptionAnswer(problem="the model's answer was empty")
    if _REFUSAL.match(text):
        return CaptionAnswer(problem="the model would not describe the picture")
    if text[0] in "{[<" or not _LETTERS.search(text):
        return CaptionAnswer(problem="the model's answer was no sentence")
    if len(text.split()) > WORDS_MAX or len(text) > WORDS_MAX * 12:
        return CaptionAnswer(problem="the model's answer was too long")
    return CaptionAnswer(text=text)


def _without_thoughts(answer: str) -> str:
    """Also where the opening mark was part of the prompt, or the closing one never came."""
    said: list[str] = []
    place, is_thinking = 0, False
    for mark in _THOUGHT_MARK.finditer(answer):
        if mark[1]:
            if not is_thinking:
                said.clear()
            place, is_thinking = mark.end(), False
        elif not is_thinking:
            said.append(answer[place : mark.start()])
            is_thinking = True
    return "".join(said if is_thinking else (*said, answer[place:]))


def _without_preamble(text: str) -> str:
    text = _COURTESY.sub("", _OPENING.sub("", text)).strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text.strip(_QUOTES).strip()
    framed = _FRAME.sub("", text)
    return framed[:1].upper() + framed[1:] if framed != text else text
