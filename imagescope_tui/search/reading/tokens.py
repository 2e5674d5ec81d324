"""A line, cut where its parts begin and end: words, filters, quotes, operators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

TokenKind: TypeAlias = Literal["word", "quoted", "filter", "saved", "or", "and"]

_QUOTED: Final = r'"[^"]*"|“[^”"]*”|„[^“”"]*[“”]|«[^»]*»|»[^«]*«'
_TOKEN: Final = re.compile(
    rf"""(?P<minus>[-–−]?)
    (?:
      (?:(?P<key>[^\W\d_]{{2,}})[:：](?P<held>{_QUOTED}|'[^']*'(?=\s|$)|‘[^’]*’(?=\s|$)))
      |(?P<quoted>{_QUOTED})
      |(?:(?P<open_key>[^\W\d_]{{2,}})[:：])?(?P<open>["“„«][^"”»]+)$
      |(?P<bare_key>[^\W\d_]{{2,}})(?P<colon>[:：])(?P<bare>(?![:]|//|\\)\S*)
      |(?P<pipe>\|+)
      |(?P<saved>@\w[^\s|]*)
      |(?P<word>[^\s|]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A part of the line, as it stands there."""

    kind: TokenKind
    source: str
    start: int
    value: str
    """Of a filter what it asks for, of quotes what is in them, else the word; `@name` as it is."""
    value_start: int
    key: str = ""
    """Of a filter, lower case."""
    is_negative: bool = False
    """Whether a minus sign leads it in."""
    is_quoted: bool = False
    is_open: bool = False
    """Whether a quote begins and does not end."""

    @property
    def end(self) -> int:
        """Where in the line it ends."""
        return self.start + len(self.source)


def tokens_of(line: str, keys: frozenset[str]) -> list[Token]:
    """The parts of the line, in its order; `keys` are those of the filters."""
    return [_token(found, keys) for found in _TOKEN.finditer(line)]


def _token(found: re.Match[str], keys: frozenset[str]) -> Token:
    groups = found.groupdict()
    key = (groups["key"] or groups["open_key"] or groups["bare_key"] or "").lower()
    group = next(
        name
        for name in ("held", "quoted", "open", "bare", "pipe", "saved", "word")
        if groups[name] is not None
    )
    value, value_start = groups[group], found.start(group)
    is_quoted = group in ("held", "quoted", "open")
    if is_quoted:
        value, value_start = value[1 : None if group == "open" else -1], value_start + 1
    kind: TokenKind = "quoted" if is_quoted else "word"
    if key and _is_filter(key, groups, value, keys):
        kind = "filter"
        value = value if is_quoted else value.rstrip(",;")
    elif key:
        kind, is_quoted = "word", False
        value, value_start = found[0][len(groups["minus"]) :], found.end("minus")
    elif group == "saved":
        kind = "saved"
    elif group == "pipe" or found[0] == "OR":
        kind = "or"
    elif found[0] in ("AND", "&&"):
        kind = "and"
    return Token(
        kind=kind,
        source=found[0],
        start=found.start(),
        value=value,
        value_start=value_start,
        key=key if kind == "filter" else "",
        is_negative=bool(groups["minus"]),
        is_quoted=is_quoted,
        is_open=group == "open",
    )


def _is_filter(key: str, groups: dict[str, str | None], value: str, keys: frozenset[str]) -> bool:
    """Of keys that are none, `beach: sunset` and `猫：犬` are words; `tag:cat` looks like one."""
    return key in keys or (bool(value) and groups["colon"] != "：")
