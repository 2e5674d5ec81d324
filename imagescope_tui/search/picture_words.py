"""The words of a query that can be seen in a picture, one by one.

An adjective stays with what it describes: `a red car near two old men` is `red car`, `old men`.
"""

from __future__ import annotations

import re
from typing import Final

from imagescope_tui.search.query_language import STOP_WORDS

WORDS_MAX: Final = 8
"""The first of a query; a longer one is a whole description, whose parts nobody goes through."""
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.,;:!?]")
_UNSEEN: Final = STOP_WORDS | {
    *("about", "above", "across", "after", "against", "along", "among", "around", "before"),
    *("behind", "below", "beneath", "beside", "between", "beyond", "but", "down", "during"),
    *("inside", "into", "like", "near", "next", "off", "onto", "out", "outside", "over", "through"),
    *("toward", "towards", "under", "up", "upon", "while", "without"),
    *("all", "any", "both", "each", "every", "few", "many", "more", "most", "no", "not", "other"),
    *("several", "some", "such", "than", "these", "those", "very", "too", "just", "only", "there"),
    *("he", "her", "hers", "him", "his", "i", "its", "me", "she", "their", "them", "they", "us"),
    *("we", "what", "when", "where", "which", "who", "whose", "with", "you", "your"),
    *("can", "could", "did", "do", "does", "doing", "had", "has", "have", "having", "will"),
    *("would", "get", "gets", "getting", "one", "two", "three", "something", "someone", "thing"),
    *("things", "image", "images", "photo", "photograph", "photos", "pic", "picture", "pictures"),
    *("showing", "shows", "shown", "taken"),
}
_DESCRIBES: Final = frozenset(
    {
        *("black", "blue", "brown", "gold", "golden", "gray", "green", "grey", "orange", "pink"),
        *("purple", "red", "silver", "white", "yellow", "beige", "turquoise", "violet", "blond"),
        *("blonde", "bright", "dark", "light", "pale", "colourful", "colorful", "striped"),
        *("big", "huge", "large", "little", "small", "tiny", "tall", "short", "long", "wide"),
        *("young", "old", "new", "ancient", "modern", "empty", "full", "open", "closed", "broken"),
        *("wooden", "stone", "metal", "glass", "round", "square", "wet", "dry", "snowy", "sandy"),
        *("snow-covered", "dirty", "clean", "beautiful", "pretty", "happy", "sad", "smiling"),
    }
)


def picture_words(text: str) -> tuple[str, ...]:
    """The words and phrases in their order, each once; the whole text where none stands out."""
    phrases: list[str] = []
    described: list[str] = []
    for word in _WORD.findall(text):
        plain = word.casefold()
        if plain in _DESCRIBES or (plain == "and" and described):
            described.append(word)
        elif plain in _UNSEEN or not word[0].isalnum():
            phrases += _alone(described)
            described = []
        elif described and described[-1].casefold() == "and":
            phrases += [*_alone(described), word]
            described = []
        else:
            phrases.append(" ".join([*described, word]))
            described = []
    phrases += _alone(described)
    once = {phrase.casefold(): phrase for phrase in reversed(phrases)}
    ordered = tuple(dict.fromkeys(once[phrase.casefold()] for phrase in phrases))
    return (ordered or ((text.strip(),) if text.strip() else ()))[:WORDS_MAX]


def _alone(described: list[str]) -> list[str]:
    """Adjectives that describe nothing: each is a word of its own."""
    return [word for word in described if word.casefold() != "and"]
