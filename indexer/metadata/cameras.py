"""What cameras are called."""

from __future__ import annotations

_LEGAL_FORMS = frozenset(
    (
        *("corporation", "corp", "corp.", "company", "co", "co.", "ltd", "ltd.", "limited"),
        *("inc", "inc.", "ag", "gmbh", "international"),
    )
)
_TRADES = frozenset(("imaging", "optical", "techwin", "electronics", "electric", "digital"))
_KNOWN_WITHOUT_TRADE = frozenset(
    (
        *("asahi", "casio", "kyocera", "lg", "olympus", "panasonic", "pentax", "ricoh", "samsung"),
        *("sanyo", "sony", "toshiba"),
    )
)
"""Makers whose name says enough without their trade, as `Olympus Imaging`; `General Imaging` is
another than `General`."""


def camera_name(maker: str | None, model: str | None) -> str | None:
    """Maker and model, as people say it: `Canon EOS 5D`, `NIKON D70`, `Apple iPhone 13 mini`."""
    brand = _brand(maker)
    if not brand or not model:
        return model or brand or None
    words = brand.casefold().split()
    says_brand = model.casefold().startswith(words[0]) or model.casefold().split()[0] in words
    return model if says_brand else f"{brand} {model}"


def _brand(maker: str | None) -> str:
    words = (maker or "").replace(",", " ").split()
    while len(words) > 1 and words[-1].casefold() in _LEGAL_FORMS:
        words.pop()
    if words and words[0].casefold() in _KNOWN_WITHOUT_TRADE:
        while len(words) > 1 and words[-1].casefold() in _TRADES:
            words.pop()
    return " ".join(words)
