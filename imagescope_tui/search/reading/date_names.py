"""What days, months, seasons and holidays are called in English, German, French, Spanish, Italian.

Months and days of the week are those of the Unicode CLDR, as Babel has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from imagescope_tui.search.reading.atoms import Phrases, atoms_of, spelled
from imagescope_tui.search.reading.calendar import (
    Yearly,
    around_easter,
    new_year,
    thanksgiving,
    yearly_days,
)
from storage.records import DaysOfYear

if TYPE_CHECKING:
    from imagescope_tui.search.reading.calendar import Season, Third, Unit

Relation: TypeAlias = Literal["last", "this"]
Bound: TypeAlias = Literal["before", "after", "since", "until"]
LANGUAGES: Final = ("en", "de", "fr", "es", "it")


@dataclass(frozen=True, slots=True)
class MonthName:
    """A month as it is called."""

    month: int
    is_short: bool
    is_other_word: bool
    """Whether it means something else as well, so that it must not stand by itself."""
    languages: frozenset[str]
    """Those that call it so."""


_OTHER_WORDS: Final = {"may", "march", "mars", "mai", "april", "june", "august"}
# `3 ago`, `tea set`, `mar y sol`: these need a year.
_RATHER_OTHER_WORDS: Final = {"set", "ago", "mar", "mag", "gen", "may"}


@cache
def month_names() -> dict[str, MonthName]:
    """Names of months, folded, also shortened ones without their dot."""
    from babel import Locale  # takes a moment

    names = {"sept": MonthName(9, True, False, frozenset({"en"}))}
    for language in LANGUAGES:
        forms = Locale(language).months
        for form in (forms["stand-alone"], forms["format"]):
            for width, is_short in (("abbreviated", True), ("wide", False)):
                for month, name in form[width].items():
                    word = atoms_of(name)[0].text
                    is_other = word in _OTHER_WORDS or (is_short and word in _RATHER_OTHER_WORDS)
                    known = names.get(word)
                    languages = {language, *(known.languages if known else ())}
                    if known is None or known.is_short:
                        known = MonthName(month, is_short, is_other, frozenset())
                    names[word] = replace(known, languages=frozenset(languages))
    return names


@cache
def weekday_names() -> dict[str, int]:
    """Names of weekdays, folded; Monday is 0."""
    from babel import Locale

    return {
        atoms_of(name)[0].text: weekday
        for language in LANGUAGES
        for weekday, name in Locale(language).days["format"]["wide"].items()
    }


@cache
def english_months() -> tuple[str, ...]:
    """From January on."""
    from babel import Locale

    return tuple(Locale("en").months["format"]["wide"].values())


def _days(month: int, first: int, count: int = 1) -> Yearly:
    found = yearly_days(month, first, count)
    assert found is not None  # the table below holds no 30 February
    return found


_SEASONS: Final[dict[str, Season]] = {
    "spring|frühling|frühjahr|printemps|primavera": "spring",
    "summer|sommer|été|verano|estate": "summer",
    "autumn|fall|herbst|automne|otoño|autunno": "autumn",
    "winter|hiver|invierno|inverno": "winter",
}

_HOLIDAYS: Final[dict[str, Yearly]] = {
    "christmas|xmas|christmas time|weihnachten|noël|navidad|navidades|natale": _days(12, 24, 3),
    "christmas eve|heiligabend|heilig abend|nochebuena|vigilia di natale|réveillon de noël": _days(
        12, 24
    ),
    "christmas day": _days(12, 25),
    "boxing day": _days(12, 26),
    "new year's eve|new years eve|new year eve|silvester|saint-sylvestre|saint sylvestre"
    "|nochevieja|notte di san silvestro": _days(12, 31),
    "new year|new year's|new years|nouvel an|año nuevo|capodanno": Yearly(
        new_year, DaysOfYear(first="12-31", last="01-01")
    ),
    "new year's day|new years day|neujahr|jour de l'an": _days(1, 1),
    "epiphany|heilige drei könige|épiphanie|día de reyes|epifania": _days(1, 6),
    "valentine's day|valentines day|valentinstag|saint-valentin|san valentín|san valentino": _days(
        2, 14
    ),
    "carnival|karneval|fasching|carnaval|carnevale": around_easter("Carnival", -52, 6),
    "holy week|karwoche|semana santa|settimana santa": around_easter("Holy Week", -7, 8),
    "easter|ostern|pâques|pascua|pasqua": around_easter("Easter", -2, 4),
    "easter sunday|ostersonntag": around_easter("Easter Sunday", 0, 1),
    "easter monday|ostermontag|pasquetta": around_easter("Easter Monday", 1, 1),
    "good friday|karfreitag": around_easter("Good Friday", -2, 1),
    "whitsun|pentecost|pfingsten|pentecôte": around_easter("Pentecost", 48, 3),
    "ferragosto": _days(8, 15),
    "halloween": _days(10, 31),
    "thanksgiving": thanksgiving(),
}

_UNITS: Final[dict[str, Unit]] = {
    "day|days|tag|tage|tagen|jour|jours|día|días|giorno|giorni": "day",
    "week|weeks|woche|wochen|semaine|semaines|semana|semanas|settimana|settimane": "week",
    "weekend|weekends|week-end|wochenende|fin de semana|fine settimana": "weekend",
    "month|months|monat|monate|monats|monaten|mois|mes|meses|mese|mesi": "month",
    "year|years|jahr|jahre|jahres|jahren|an|ans|année|années|año|años|anno|anni": "year",
}

_RELATIONS: Final[dict[str, Relation]] = {
    "last|past|the last|the past|letzte|letzter|letzten|letztes|letztem|vergangene|vergangener"
    "|vergangenen|vergangenes|vorige|voriger|vorigen|voriges|dernier|dernière|derniers|dernières"
    "|pasado|pasada|pasados|pasadas|último|última|últimos|últimas|scorso|scorsa|scorsi|scorse"
    "|ultimo|ultima|ultimi|ultime": "last",
    "this|current|diese|dieser|dieses|diesen|diesem|ce|cet|cette|este|esta|questo|questa"
    "|quest'": "this",
}

_DAYS_BACK: Final[dict[str, int]] = {
    "today|heute|aujourd'hui|hoy|oggi": 0,
    "yesterday|gestern|hier|ayer|ieri": 1,
    "day before yesterday|the day before yesterday|vorgestern|avant-hier|avant hier|anteayer"
    "|antes de ayer|antier|l'altro ieri|altro ieri|avantieri": 2,
}

_NUMBERS: Final[dict[str, int]] = {
    "a|an|one|ein|eine|einem|einer|un|une|uno|una": 1,
    "two|a couple of|zwei|deux|dos|due": 2,
    "three|few|a few|drei|trois|tres|tre": 3,
    "four|vier|quatre|cuatro|quattro": 4,
    "five|fünf|cinq|cinco|cinque": 5,
    "six|sechs|seis|sei": 6,
    "seven|sieben|sept|siete|sette": 7,
    "eight|acht|huit|ocho|otto": 8,
    "nine|neun|neuf|nueve|nove": 9,
    "ten|zehn|dix|diez|dieci": 10,
    "twelve|zwölf|douze|doce|dodici": 12,
}

_DECADES: Final[dict[str, int]] = {
    "thirties|dreißiger": 1930,
    "forties|vierziger": 1940,
    "fifties|fünfziger": 1950,
    "sixties|sechziger": 1960,
    "seventies|siebziger": 1970,
    "eighties|achtziger": 1980,
    "nineties|neunziger": 1990,
    "noughties": 2000,
}

_THIRDS: Final[dict[str, Third]] = {
    "early|beginning of|the beginning of|start of|the start of|anfang|début|au début de"
    "|principios de|a principios de|inicios de|comienzos de|inizio|all'inizio del|inizi del": 0,
    "mid|middle of|the middle of|mitte|mi|milieu|au milieu de|mediados de|a mediados de"
    "|metà|a metà del": 1,
    "late|end of|the end of|ende|fin|à la fin de|finales de|a finales de|fines de|fine"
    "|alla fine del": 2,
}

_HOURS: Final[dict[str, tuple[int, int]]] = {
    "morning|mornings|vormittag|morgen|früh|matin|matinée|mañana|mattina|mattino": (5, 12),
    "afternoon|afternoons|nachmittag|après-midi|après midi|tarde|pomeriggio": (12, 18),
    "evening|evenings|abend|abends|soir|soirée|sera": (18, 23),
    "night|nights|nacht|nuit|noche|notte": (21, 29),
}

_HOURS_ALONE: Final[dict[str, tuple[int, int]]] = {
    "in the morning|in the mornings|mornings|morgens|vormittags|am morgen|am vormittag|le matin"
    "|por la mañana|di mattina|al mattino": (5, 12),
    "in the afternoon|in the afternoons|afternoons|nachmittags|am nachmittag|l'après-midi"
    "|por la tarde|nel pomeriggio|di pomeriggio": (12, 18),
    "in the evening|in the evenings|evenings|abends|am abend|le soir|di sera": (18, 23),
    "nights": (21, 29),
}

_BOUNDS: Final[dict[str, Bound]] = {
    "before|older than|earlier than|vor|avant|antes de|antes del|prima di|prima del|prima della"
    "|prima dell'": "before",
    "after|newer than|later than|more recent than|nach|après|después de|después del|dopo": "after",
    "since|seit|depuis|desde|dal|dall'|ab|à partir de|a partir de|a partire da"
    "|a partire dal": "since",
    "until|till|up to|bis|jusqu'à|jusqu'en|jusqu'au|hasta|fino a|fino al": "until",
}


@dataclass(frozen=True, slots=True)
class DateNames:
    """The tables, to be looked up in a text."""

    seasons: Phrases[Season]
    holidays: Phrases[Yearly]
    units: Phrases[Unit]
    relations: Phrases[Relation]
    days_back: Phrases[int]
    numbers: Phrases[int]
    decades: Phrases[int]
    thirds: Phrases[Third]
    hours: Phrases[tuple[int, int]]
    hours_alone: Phrases[tuple[int, int]]
    bounds: Phrases[Bound]


@cache
def date_names() -> DateNames:
    """All of them."""
    return DateNames(
        seasons=Phrases(spelled(_SEASONS)),
        holidays=Phrases(spelled(_HOLIDAYS)),
        units=Phrases(spelled(_UNITS)),
        relations=Phrases(spelled(_RELATIONS)),
        days_back=Phrases(spelled(_DAYS_BACK)),
        numbers=Phrases(spelled(_NUMBERS)),
        decades=Phrases(spelled(_DECADES)),
        thirds=Phrases(spelled(_THIRDS)),
        hours=Phrases(spelled(_HOURS)),
        hours_alone=Phrases(spelled(_HOURS_ALONE)),
        bounds=Phrases(spelled(_BOUNDS)),
    )
