"""Sixty lines that a new user types first, and what is right, written down before they were tried.

None needs a place by GPS, a face, or text in a picture. What a photo shows stands in
query_folder.csv.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from tests.benchmarks.query_folder import summer_before

if TYPE_CHECKING:
    from tests.benchmarks.query_folder import Kept

Rule: TypeAlias = Callable[["Kept"], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstQuery:
    """A line as the command gets it, the shell's quotes taken off."""

    line: str
    meant: str
    """What is right, for people."""
    rule: Rule | None
    """What is right; None: nothing is, and nothing may be claimed."""
    is_strict: bool = False
    """All that is listed as more than the rest must be right: a date or a folder is a fact."""
    told: str = ""
    """What has to be said, so that the line can be mended."""


def first_queries(today: date) -> tuple[FirstQuery, ...]:
    """All sixty, as they are meant on a day."""
    return (*_dates(today), *_CONTENTS, *_OPERATORS, *_WORDS, *_NOTHING)


def right_paths(query: FirstQuery, kept: tuple[Kept, ...]) -> frozenset[str]:
    """The paths that are right, below the root; none where nothing is."""
    return frozenset(one.path for one in kept if query.rule is not None and query.rule(one))


def _looks_for(line: str, meant: str, rule: Rule) -> FirstQuery:
    return FirstQuery(line=line, meant=meant, rule=rule)


def _demands(line: str, meant: str, rule: Rule) -> FirstQuery:
    return FirstQuery(line=line, meant=meant, rule=rule, is_strict=True)


def _has_no(line: str, meant: str, told: str = "") -> FirstQuery:
    return FirstQuery(line=line, meant=meant, rule=None, told=told)


def _shows(*things: str) -> Rule:
    return lambda kept: not kept.shows.isdisjoint(things)


def _below(*folders: str) -> Rule:
    return lambda kept: not frozenset(kept.path.split("/")[:-1]).isdisjoint(folders)


def _named(*names: str) -> Rule:
    return lambda kept: kept.path.endswith(names)


def _within(first: date, last: date) -> Rule:
    return lambda kept: first <= kept.taken.date() <= last


def _all(*rules: Rule) -> Rule:
    return lambda kept: all(rule(kept) for rule in rules)


def _any(*rules: Rule) -> Rule:
    return lambda kept: any(rule(kept) for rule in rules)


def _not(rule: Rule) -> Rule:
    return lambda kept: not rule(kept)


def _is_video(kept: Kept) -> bool:
    return kept.is_video


def _dates(today: date) -> tuple[FirstQuery, ...]:
    yesterday = today - timedelta(days=1)
    sunday = today - timedelta(days=today.isoweekday())
    summer = summer_before(today)
    last_summer = _within(date(summer, 6, 1), date(summer, 8, 31))
    christmas = _within(date(2019, 12, 24), date(2019, 12, 26))
    summer_2020 = _within(date(2020, 6, 1), date(2020, 8, 31))
    return (
        _demands("July 2021", "taken in that month", _within(date(2021, 7, 1), date(2021, 7, 31))),
        _demands(
            "19 July 2021", "taken on that day", _within(date(2021, 7, 19), date(2021, 7, 19))
        ),
        _demands("summer 2020", "June to August", summer_2020),
        _demands("été 2020", "June to August", summer_2020),
        _demands("photos from last summer", "June to August", last_summer),
        _demands("yesterday", "taken then", _within(yesterday, yesterday)),
        _demands("last week", "Monday to Sunday, or seven days", _within(sunday, yesterday)),
        _demands("Christmas 2019", "24 to 26 December", christmas),
        _demands("Weihnachten 2019", "24 to 26 December", christmas),
        _demands("in the 90s", "1990 to 1999", _within(date(1990, 1, 1), date(1999, 12, 31))),
        _demands(
            "between May and July 2019",
            "taken in these months",
            _within(date(2019, 5, 1), date(2019, 7, 31)),
        ),
        _demands("2019 to 2021", "these years", _within(date(2019, 1, 1), date(2021, 12, 31))),
        _demands("date:2019..", "since 2019", lambda kept: kept.taken.year >= 2019),
        _looks_for("beach summer 2020", "the beach then", _all(_shows("beach"), summer_2020)),
    )


_CONTENTS: Final = (
    _looks_for("photos with a dog", "a dog", _shows("dog")),
    _looks_for("yellow flower", "a yellow flower", _shows("yellow flower")),
    _looks_for("my cat", "a cat", _shows("cat")),
    _looks_for("show me pictures of the beach", "a beach", _shows("beach")),
    _looks_for("sunset", "a sunset", _shows("sunset")),
    _looks_for("snow", "snow", _shows("snow")),
    _looks_for("birds", "a bird", _shows("bird")),
    _looks_for("children playing", "children at play", _shows("children playing")),
    _looks_for("train", "a train", _shows("train")),
    _looks_for("sailboat", "a boat with sails", _shows("sailing boat")),
    _looks_for("soup", "soup", _shows("soup")),
    _looks_for("motorcycle", "a motorcycle", _shows("motorcycle")),
    _looks_for("dog on the beach", "both", _all(_shows("dog"), _shows("beach"))),
)

_IS_RED_CAR = _named("street with a red car.jpg")
_OPERATORS: Final = (
    _looks_for("dog -type:video", "a dog, no film", _all(_shows("dog"), _not(_is_video))),
    _looks_for(
        'street -"red car"', "a street, no red car", _all(_shows("street"), _not(_IS_RED_CAR))
    ),
    _demands("in:New York", "that folder", _below("New York")),
    _demands("in:Italy", "the folder 2021-07 Italy", _below("2021-07 Italy")),
    _looks_for("cat OR dog", "either", _shows("cat", "dog")),
    _looks_for(
        "beach without people",
        "a beach, nobody there",
        _all(_shows("beach"), _not(_shows("people"))),
    ),
    _looks_for(
        "street not at night", "a street by day", _all(_shows("street"), _not(_shows("night")))
    ),
    _looks_for("dog -in:Pets", "a dog elsewhere", _all(_shows("dog"), _not(_below("Pets")))),
    _demands("camera:iphone 13", "that camera", lambda kept: kept.camera == "Apple iPhone 13"),
    _demands('"birthday cake"', "these words, so", _named("DSC05551.JPG")),
    _looks_for("screenshots", "pictures of a screen", _shows("screen")),
)

_WORDS: Final = (
    _looks_for("1273", "DSC01273", _named("DSC01273.JPG")),
    _looks_for("DSC0127", "DSC01270 to 79", lambda kept: "DSC0127" in kept.path),
    _looks_for("holiday", "holidayphotos", lambda kept: "holiday" in kept.path),
    _looks_for("Geburtstag", "Geburtstagsfeier", _named("Geburtstagsfeier.jpg")),
    _looks_for(
        "lisbon red", "what is red in Lisbon", _all(_below("2018-04 Lisbon"), _shows("red"))
    ),
    _looks_for("skies", "the sky", _shows("sky")),
    _looks_for("ties", "a tie", _shows("tie")),
    _looks_for("किताब", "किताब मेला", _named("किताब मेला.jpg")),
    _looks_for("Tromso", "Tromsø", _below("Tromsø")),
    _looks_for("Lodz", "Łódź", _below("2019-02 Łódź")),
    _looks_for("Strasse", "a street, by name", _named("Hauptstraße.jpg", "Nacht.jpg")),
    _looks_for("서울", "서울 여행", _below("서울 여행")),
    _looks_for("ΑΘΗΝΑ", "Αθήνα", _below("Αθήνα")),
    _looks_for("Anna", "photos of Anna, by keyword", lambda kept: "Anna" in kept.keywords),
    _looks_for(
        "Sonnenuntergang",
        "a sunset",
        _any(_shows("sunset"), _named("Sonnenuntergang am Strand.jpg")),
    ),
    _looks_for("perro playa", "a dog on the beach", _all(_shows("dog"), _shows("beach"))),
    _looks_for("gatto nero", "the black cat", _named("gatto nero.jpg")),
)

_NOTHING: Final = (
    _has_no("giraffe", "there is none"),
    _has_no("penguin", "there is none"),
    _has_no("qwrtzplk", "no word at all"),
    _has_no("in:Itly", "no such folder, Italy is offered", told="Italy"),
    _has_no("tag:holiday", "no such filter, those there are are named", told="camera"),
)
