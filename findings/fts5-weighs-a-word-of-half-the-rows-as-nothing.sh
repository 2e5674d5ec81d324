#!/usr/bin/env bash
# One expects: SQLite's bm25() ranks by BM25, so a row that holds both words of a query comes before
# a row that holds one of them, and a common word counts less than a rare one, but counts.
# What happens: a word that at least half of the rows hold has the weight 0.000001. Its own formula
# would make it negative there, and is cut off; Lucene's and others' log(1 + ...) stays positive.
# So "lisbon red" puts the red photo from elsewhere before the red photo from Lisbon as soon as
# half of the photos are from Lisbon, for then only the length of their texts is left to compare.
# Why it matters to photo search: libraries are mostly about one thing: one child, one city, one
# year. Adding photos that have nothing to do with a query turns its answer round.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check apsw==3.54.1.0
"$folder/env/bin/python" - <<'PYTHON'
import apsw

QUERY = "SELECT rowid, -bm25(photos) FROM photos WHERE photos MATCH 'lisbon OR red' ORDER BY 2 DESC"
photos = ["lisbon red square at night", "home red", *["lisbon tram"] * 3, *["home cat"] * 2]


def scores(texts: list[str]) -> dict[int, float]:
    db = apsw.Connection(":memory:")
    db.execute("CREATE VIRTUAL TABLE photos USING fts5 (text)")
    db.executemany("INSERT INTO photos VALUES (?)", [(text,) for text in texts])
    return dict(db.execute(QUERY))


few, many = scores(photos), scores([*photos, *["a boat"] * 20])
print(f"SQLite {apsw.sqlite_lib_version()}: both words, and one of them:")
print(f"  half of the rows hold 'lisbon':  {few[1]:.3f}  {few[2]:.3f}; 'lisbon' alone {few[3]:.6f}")
print(f"  with 20 other rows:              {many[1]:.3f}  {many[2]:.3f}; 'lisbon' alone {many[3]:.3f}")
assert few[1] < few[2], "both words now go before one"
assert few[3] < 0.0001, "a common word has a weight now"
assert many[1] > many[2], "a rarer word no longer counts"
PYTHON
