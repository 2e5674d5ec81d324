#!/usr/bin/env bash
# One expects: SQLite's unicode61 tokenizer, "all unicode characters of categories L* and N* are
# tokens", reads words of any language that puts spaces between them.
# What happens: vowel signs of Hindi, Bengali, Tamil and their kin are marks (Mn, Mc), so they end a
# word and are dropped. What is left are consonants, asked for as a phrase: "book" finds
# "minaret", and "time" finds "fort", with the same score as the word itself. Pointed Hebrew is not
# found by the word as everybody types it either, and remove_diacritics changes neither.
# With the categories of marks added, words stay whole; points must then be dropped beforehand.
# Why it matters to photo search: every query in these languages finds photos that it does not name,
# and nothing looks wrong to who cannot read them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check apsw==3.54.1.0
"$folder/env/bin/python" - <<'PYTHON'
import apsw

BOOK, MINARET, SHALOM, POINTED = "किताब", "कुतुब", "שלום", "שָׁלוֹם"


def found(word: str, tokenizer: str) -> list[str]:
    db = apsw.Connection(":memory:")
    db.execute(f'CREATE VIRTUAL TABLE photos USING fts5 (name, tokenize = "{tokenizer}")')
    db.executemany("INSERT INTO photos VALUES (?)", [(BOOK,), (MINARET,), (POINTED,)])
    return [row[0] for row in db.execute("SELECT name FROM photos WHERE photos MATCH ?", (f'"{word}"',))]


usual = "unicode61 remove_diacritics 2"
marks = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
print(f"SQLite {apsw.sqlite_lib_version()}, asked for {BOOK}:")
print(f"  as it comes: {found(BOOK, usual)}   with marks kept: {found(BOOK, marks)}")
print(f"asked for {SHALOM}, where {POINTED} is: {found(SHALOM, usual)}")
assert found(BOOK, usual) == [BOOK, MINARET], "words are kept whole now"
assert found(BOOK, marks) == [BOOK], "categories no longer keep words whole"
assert found(SHALOM, usual) == [], "points are dropped now"
PYTHON
