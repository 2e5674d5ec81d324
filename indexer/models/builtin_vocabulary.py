"""The words `builtin` knows beside colour names: places, looks, and a few priors.

A prior is plain knowledge of colours and places, not sight: snow is taken for white below, and
white sand below is then taken for snow as well. docs/builtin-encoder.md lists them for the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ColoursAt:
    """Any of some colours in one place of the frame."""

    place: str
    weight: float
    colours: tuple[str, ...]
    """Basic colours, or `vivid` for any hue at high chroma."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeOf:
    """One grade of a quality; a negative weight asks for its absence."""

    quality: str
    grade: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What a word is taken for."""

    own: tuple[ColoursAt, ...] = ()
    """Its own colours; a colour named before the word takes their place: `blue flower`."""
    around: tuple[ColoursAt, ...] = ()
    """Colours that go with it, whatever its own are."""
    grades: tuple[GradeOf, ...] = ()


ALONE_PLACES: Final = (("subject", 1.0), ("whole", 0.6))
"""Where a colour is looked for, unless a known word says where: `red`, `red car`."""

PLACE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "top": ("top",),
    "above": ("top",),
    "bottom": ("bottom",),
    "below": ("bottom",),
    "foreground": ("bottom",),
    "middle": ("middle", "subject"),
    "centre": ("middle", "subject"),
    "center": ("middle", "subject"),
    "left": ("left",),
    "right": ("right",),
    "background": ("top", "left", "right"),
}
"""After a colour: `blue on top`, `red car on the left`, `yellow background`."""


def _of(*colours: str, places: str, weights: tuple[float, ...] = ()) -> tuple[ColoursAt, ...]:
    names = places.split()
    return tuple(
        ColoursAt(place=place, weight=weight, colours=colours)
        for place, weight in zip(names, weights or (1.0,) * len(names), strict=True)
    )


_LEAVES_AROUND: Final = _of("green", places="whole", weights=(0.6,))
_DARK: Final = (GradeOf(quality="tone", grade="dark", weight=0.4),)


def _flower(*colours: str) -> Prior:
    own = _of(*colours, places="subject whole", weights=(1.0, 0.5))
    return Prior(own=own, around=_LEAVES_AROUND)


_GRASS = Prior(own=_of("green", places="bottom whole", weights=(1.0, 0.5)))
_FIELD = Prior(own=_of("green", "yellow", places="bottom whole", weights=(0.8, 0.8)))
_LEAVES = Prior(own=_of("green", places="whole middle", weights=(1.0, 0.4)))
_FOREST = Prior(
    own=_of("green", places="whole", weights=(1.0,)),
    grades=(GradeOf(quality="texture", grade="busy", weight=0.3),),
)
_WATER = Prior(own=_of("blue", "turquoise", places="bottom middle", weights=(0.8, 0.8)))
_SNOW = Prior(
    own=_of("white", places="bottom whole", weights=(1.0, 0.7)),
    grades=(GradeOf(quality="tone", grade="light", weight=0.3),),
)
_SAND = Prior(own=_of("beige", "tan", places="bottom", weights=(1.0,)))
_BEACH = Prior(
    own=_of("beige", "tan", places="bottom", weights=(1.0,)),
    around=_of("blue", "turquoise", places="top middle", weights=(0.5, 0.4)),
)
_SUNSET = Prior(
    own=_of("orange", "yellow", places="top middle", weights=(0.8, 0.8)),
    around=_of("black", places="bottom", weights=(0.5,)),
    grades=_DARK,
)
_FIRE = Prior(
    own=_of("orange", "yellow", places="subject", weights=(1.0,)),
    around=_of("black", places="whole", weights=(0.4,)),
    grades=_DARK,
)
_NIGHT = Prior(
    own=_of("black", places="whole top", weights=(0.5, 0.5)),
    grades=(GradeOf(quality="tone", grade="dark"),),
)
_FOG = Prior(
    own=_of("grey", "white", places="whole", weights=(0.5,)),
    grades=(
        GradeOf(quality="contrast", grade="flat", weight=0.7),
        GradeOf(quality="texture", grade="smooth", weight=0.4),
    ),
)


def _thing(*colours: str) -> Prior:
    return Prior(own=_of(*colours, places="subject whole", weights=(1.0, 0.5)))


def _is(quality: str, grade: str, against: str = "") -> Prior:
    grades = [GradeOf(quality=quality, grade=grade)]
    if against:
        grades.append(GradeOf(quality=quality, grade=against, weight=-0.5))
    return Prior(grades=tuple(grades))


_MONOCHROME = _is("colourfulness", "colourless", against="moderate")
_COLOURFUL = Prior(
    grades=(
        GradeOf(quality="variety", grade="many hues", weight=0.7),
        GradeOf(quality="colourfulness", grade="colourful", weight=0.7),
        GradeOf(quality="colourfulness", grade="colourless", weight=-0.5),
    )
)
_SMOOTH = _is("texture", "smooth", against="busy")
_BUSY = _is("texture", "busy", against="smooth")
_PANORAMA = _is("frame", "panorama")

PRIORS: Final[dict[str, Prior]] = {
    # places that bring their colours along
    "sky": Prior(own=_of("blue", places="top", weights=(1.0,))),
    "grass": _GRASS,
    "lawn": _GRASS,
    "field": _FIELD,
    "meadow": _FIELD,
    "forest": _FOREST,
    "woods": _FOREST,
    "jungle": _FOREST,
    "leaf": _LEAVES,
    "leaves": _LEAVES,
    "plant": _LEAVES,
    "garden": _LEAVES,
    "tree": _LEAVES,
    "fern": _LEAVES,
    "sea": _WATER,
    "ocean": _WATER,
    "water": _WATER,
    "lake": _WATER,
    "river": _WATER,
    "pool": _WATER,
    "snow": _SNOW,
    "snowy": _SNOW,
    "ice": _SNOW,
    "sand": _SAND,
    "sandy": _SAND,
    "desert": _SAND,
    "beach": _BEACH,
    "sunset": _SUNSET,
    "sunrise": _SUNSET,
    "dusk": _SUNSET,
    "fire": _FIRE,
    "flame": _FIRE,
    "night": _NIGHT,
    "fog": _FOG,
    "foggy": _FOG,
    "mist": _FOG,
    "misty": _FOG,
    # flowers and fruit that have a usual colour
    "flower": _flower("vivid"),
    "blossom": _flower("vivid"),
    "tulip": _flower("vivid"),
    "rose": _flower("red", "pink"),
    "sunflower": _flower("yellow"),
    "dandelion": _flower("yellow", "white"),
    "daisy": _flower("white"),
    "poppy": _flower("red"),
    "lily": _flower("white"),
    "lemon": _thing("yellow"),
    "banana": _thing("yellow"),
    "pumpkin": _thing("orange"),
    "carrot": _thing("orange"),
    "strawberry": _thing("red"),
    # how the whole picture looks
    "dark": _is("tone", "dark", against="light"),
    "gloomy": _is("tone", "dark", against="light"),
    "bright": _is("tone", "light", against="dark"),
    "colourful": _COLOURFUL,
    "colorful": _COLOURFUL,
    "multicoloured": _COLOURFUL,
    "multicolored": _COLOURFUL,
    "rainbow": _COLOURFUL,
    "vivid": _is("colourfulness", "colourful", against="colourless"),
    "neon": _is("colourfulness", "colourful", against="colourless"),
    "pastel": _is("colourfulness", "moderate", against="colourful"),
    "muted": _is("colourfulness", "muted", against="colourful"),
    "dull": _is("colourfulness", "muted", against="colourful"),
    "monochrome": _MONOCHROME,
    "colourless": _MONOCHROME,
    "colorless": _MONOCHROME,
    "smooth": _SMOOTH,
    "plain": _SMOOTH,
    "minimalist": _SMOOTH,
    "busy": _BUSY,
    "cluttered": _BUSY,
    "textured": _BUSY,
    "contrast": _is("contrast", "hard", against="flat"),
    "portrait": _is("frame", "portrait"),
    "vertical": _is("frame", "portrait"),
    "upright": _is("frame", "portrait"),
    "landscape": _is("frame", "landscape"),
    "horizontal": _is("frame", "landscape"),
    "square": _is("frame", "square"),
    "panorama": _PANORAMA,
    "panoramic": _PANORAMA,
}

MONOCHROME: Final = _MONOCHROME
"""What `black and white` means when no thing follows that could be black and white itself."""
PHOTO_WORDS: Final = frozenset({"photo", "photograph", "picture", "image", "shot", "pic"})
LINK_WORDS: Final = frozenset({"a", "an", "the", "on", "at", "in", "to", "of", "its", "side"})
"""Words that may stand between a colour and its place without changing either."""
JOINING_WORDS: Final = frozenset({"and", "or"})
NEGATIONS: Final = frozenset({"no", "not", "without"})

COLOUR_ALIASES: Final[dict[str, str]] = {
    "golden": "gold",
    "silvery": "silver",
    "scarlet": "crimson",
    "burgundy": "maroon",
    "emerald": "mediumseagreen",
    "amber": "goldenrod",
    "mustard": "goldenrod",
    "lilac": "plum",
    "mauve": "plum",
    "cream": "cornsilk",
    "mint": "aquamarine",
    "peach": "peachpuff",
    "rust": "sienna",
    "jade": "seagreen",
    "sapphire": "royalblue",
    "ruby": "crimson",
    "apricot": "sandybrown",
    "charcoal": "darkslategray",
}
"""Colour words that CSS has no entry for, and the entry nearest to what they mean."""
NOT_COLOURS: Final = frozenset({"peru", "snow"})
"""CSS names that mean something else first: a country, and a thing with a prior of its own."""
