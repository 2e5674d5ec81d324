#!/usr/bin/env bash
# One expects: a program that asks Babel for the form of short dates in the locale `C` or `POSIX`,
# which is nobody's language, is told that there is no such locale, as for any other unknown name.
# What happens: Babel knows both as aliases of en_US_POSIX, whose short dates are M/d/yy. So
# Locale.parse() turns LANG=C, as in containers, cron and over ssh, into American dates without a
# word; an empty or misspelled name raises instead.
# Why it matters to photo search: who asks the locale whether 7/8/21 is in July or in August gets
# July on every machine without a locale, though the reader has said nothing of the kind.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check babel==2.19.0
"$folder/env/bin/python" - <<'PYTHON'
from babel import Locale, UnknownLocaleError, __version__

print(f"Babel {__version__}")
for name in ("C", "POSIX"):
    locale = Locale.parse(name)
    pattern = locale.date_formats["short"].pattern
    print(f"  {name}: {locale}, short dates {pattern}")
    assert str(locale) == "en_US_POSIX", "the C locale is no longer American"
    assert pattern.startswith("M"), "its short dates no longer begin with the month"
try:
    Locale.parse("xx")
except UnknownLocaleError as error:
    print(f"  xx: {error}")
else:
    raise AssertionError("unknown locales are no longer refused")
PYTHON
