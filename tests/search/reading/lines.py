"""Lines that are read on one day, and lines made of all that a line can hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from imagescope_tui.search.query_language import LineContext, ParsedQuery, parse_query
from storage.records import LibraryNames, NameCount

TODAY = date(2026, 11, 30)  # a Monday
NAMES = LibraryNames(
    roots=("Toshi",),
    root_paths=(Path("/photos/Toshi"),),
    folders=(
        *(NameCount(name="Italy", photos=9), NameCount(name="New York", photos=5)),
        *(NameCount(name="2021-07 Lake Como", photos=3), NameCount(name="Köln", photos=1)),
    ),
    cameras=(NameCount(name="Apple iPhone 13", photos=4),),
    people=(
        *(NameCount(name="Anna Smith", photos=7), NameCount(name="Ben", photos=3)),
        *(NameCount(name="Zoë", photos=1), NameCount(name="Snoop Dog", photos=1)),
    ),
)
CONTEXT = LineContext(today=TODAY, names=NAMES)
PLAIN = LineContext(today=TODAY)
MONTH_FIRST = LineContext(today=TODAY, is_day_first=False)


def read(line: str, context: LineContext = PLAIN) -> ParsedQuery:
    """The line, read on that day."""
    return parse_query(line, context)


_PIECES = (
    *("dog", "a", "of", "the", "in", "on", "from", "with", "to", "and", "or", "OR", "|", "AND"),
    *("not", "no", "without", "ohne", "photos", "show", "me", "my", "please", "toshi"),
    *("2019", "'21", "July", "may", "mars", "19", "19th", "21", "7/8/21", "2021-07-19", "2021-13"),
    *("Christmas", "Easter", "tree", "summer", "winter", "2020/21", "last", "this", "letzten"),
    *("week", "fin", "de", "semana", "3", "days", "ago", "vor", "hier", "yesterday", "morning"),
    *("between", "before", "since", "until", "early", "mid-July", "Q3", "90s", "IMG_20210719"),
    *("date:2019", "date:2019..", "date:..2018", "date:2021..2019", "date:last", "-date:2018"),
    *("in:/x", "in:New", "York", "in:Itly", "in:", "-in:Pets", "in:'New York'", 'camera:"x t"'),
    *("type:png", "type:foo", "rating:4", "rating:9", "is:portrait", "has:gps", "tag:x"),
    *("-cat", "--cat", '-"red car"', '"cake birthday"', '"open', "“so”", "-", "–", "->", "🐶"),
    *("person:Anna", "Anna", "ben,", "-person:Zoe", "-Ben", "con", "mit", "is:favourite"),
    *(",", "dog,", "of.", "(2019)", "(cat", "10:30", "http://x", "\0", "in:~\0", "-🐶", "+dog"),
)
LINES = st.one_of(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=9, unique=True).map(" ".join),
    st.text(max_size=60),
)
"""No part comes twice, so that a part can be told from what is left without it."""
