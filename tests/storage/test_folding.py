"""What a person would call the same word is the same when it is compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search_text import folded

# An iota below its vowel becomes a letter of its own in capitals, and nobody can tell it back.
_IOTA_BELOW = "\u0345"
_TEXT = st.text(max_size=20).filter(
    lambda text: _IOTA_BELOW not in unicodedata.normalize("NFD", text)
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Tromsø", "TROMSØ", "tromso"),
        ("Łódź", "lodz"),
        ("Straße", "STRASSE", "STRAẞE", "strasse"),
        ("Đà Nẵng", "da nang"),
        ("Iğdır", "IĞDIR", "İgdir", "igdir"),
        ("Æbelø", "aebelo"),
        ("Þingvellir", "thingvellir"),
        ("cœur", "coeur"),
        ("Hawaiʻi", "hawaii"),
        ("ΑΘΗΝΑ", "Αθήνα", "αθηνα"),
        ("Όλυμπος", "ΟΛΥΜΠΟΣ", "ολυμποσ"),
        ("ёлка", "Елка", "елка"),
        ("за́мок", "замок"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد", "محـــمد"),
        ("أحمد", "احمد"),
        ("کتاب", "كتاب"),
        ("می‌خواهم", "میخواهم"),
        ("ശ്രീ", "ശ്‌രീ"),
        ("അവൻ", "അവന്‍"),
        ("រាជ\u200bធានី", "រាជធានី"),
        ("बाज़ार", "बाजार"),
        ("चाँद", "चांद"),
        ("ｶﾞｰﾃﾞﾝ", "ガーデン"),
        ("ＤＳＣ０１２３", "dsc0123"),
        ("٢٠٢٠", "۲۰۲۰", "२०२०", "2020"),
        ("ﬁnland", "finland"),
        ("soft\u00adly", "softly"),
    ],
    ids=lambda spellings: str(spellings[-1]),
)
def test_spellings_of_one_word_are_one(spellings: tuple[str, ...]) -> None:
    assert len({folded(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("किताब", "कुतुब"),
        ("काल", "किला"),
        ("мой", "мои"),
        ("ガーデン", "カーテン"),
        ("ทะเล", "ทาเล"),
        ("வானம்", "வனம்"),
        ("їхати", "іхати"),
    ],
)
def test_other_words_stay_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(_TEXT, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_form_a_text_is_stored_in_makes_no_difference(text: str, form: str) -> None:
    assert folded(unicodedata.normalize(form, text)) == folded(text)  # type: ignore[arg-type]


@given(_TEXT)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(_TEXT)
def test_capitals_make_no_difference(text: str) -> None:
    assert folded(text.upper()) == folded(text)
