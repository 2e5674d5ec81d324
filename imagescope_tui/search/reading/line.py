"""A line, read from left to right: what each part is, and the words that are left."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from imagescope_tui.search.reading.atoms import atoms_of, plain
from imagescope_tui.search.reading.date_grammar import begins_date, date_at
from imagescope_tui.search.reading.date_labels import label_of
from imagescope_tui.search.reading.date_values import Said
from imagescope_tui.search.reading.fact_nouns import FACT_NOUNS, SEVERAL
from imagescope_tui.search.reading.filler import Word, has_meaning, telling
from imagescope_tui.search.reading.filters import READERS, Asked, read_filter
from imagescope_tui.search.reading.known_names import known_names
from imagescope_tui.search.reading.languages import (
    ALL_FILLER,
    ALSO_NOT,
    AND,
    BREAKS,
    OR,
    PREPOSITIONS,
)
from imagescope_tui.search.reading.near_places import near_piece
from imagescope_tui.search.reading.negation import negation_at, unwanted_things, unwanted_word
from imagescope_tui.search.reading.people import either, people_at
from imagescope_tui.search.reading.pieces import Piece, Refused, opposite, put_together
from imagescope_tui.search.reading.saved import (
    NOT_TURNED,
    saved_piece,
    search_called,
    together,
    unknown_search,
)
from imagescope_tui.search.reading.tokens import tokens_of
from imagescope_tui.search.reading.values import Chip, ParsedQuery
from imagescope_tui.search.reading.written import written
from storage.records import PhotoFilter
from storage.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imagescope_tui.search.reading.date_values import Found
    from imagescope_tui.search.reading.negation import Negation
    from imagescope_tui.search.reading.tokens import Token
    from imagescope_tui.search.reading.values import ChipKind, LineContext

_KEYS: Final = frozenset(READERS)
_IMPOSSIBLE: Final = re.compile(r"(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?[,;.]?")
_MINUS: Final = "-–−"
_MOST_WORDS: Final = 12
"""Of a date or of the name of a folder; whole pages are pasted into lines as well."""
_UNIONS: Final = ("date", "folder", "camera", "type", "place")
_OR_NEEDED: Final = (
    "OR stands between words (cat OR dog) or between filters of one kind (in:Rome OR in:Paris)"
)


@dataclass(frozen=True, slots=True)
class _Understood:
    piece: Piece
    chip: Chip


@dataclass(frozen=True, slots=True)
class _Or:
    """Where what is before and what is behind will both do."""


_Part: TypeAlias = "Word | _Understood | _Or"


@dataclass(frozen=True, slots=True)
class _Maybe:
    """Words that are a date only where nothing else is asked for."""

    start: int
    end: int


@dataclass(slots=True)
class _Reading:
    """How far a line has been read."""

    line: str
    context: LineContext
    dates: frozenset[int] = frozenset()
    """Where words begin that are a date because nothing else is asked for."""
    tokens: list[Token] = field(default_factory=list)
    parts: list[_Part] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    dropped: list[Word] = field(default_factory=list)
    maybe: list[_Maybe] = field(default_factory=list)

    def understood(self, start: int, piece: Piece) -> int:
        """Keep what was understood; the next token."""
        source = self.line[start : piece.end]
        chip = Chip(
            label=piece.label,
            source=source,
            start=start,
            kind=piece.kind,
            guess=piece.guess,
            wanted=put_together([piece], self.context.today),
        )
        self.parts.append(_Understood(piece, chip))
        if piece.guess:
            self.hints.append(f"{source}: {piece.guess}")
        if piece.hint:
            self.hints.append(piece.hint)
        return self.next_from(piece.end)

    def next_from(self, end: int) -> int:
        """The first token that begins there or later."""
        later = (at for at, token in enumerate(self.tokens) if token.start >= end)
        return next(later, len(self.tokens))

    def run_end(self, at: int, *, commas_end: bool = False) -> int:
        """Where the plain words end that follow a token."""
        last = min(at + _MOST_WORDS, len(self.tokens)) - 1
        for place in range(at, last):
            is_over = commas_end and self.line[self.tokens[place].end - 1] in ",;"
            if is_over or not _is_plain(self.tokens[place + 1]):
                return self.tokens[place].end
        return self.tokens[last].end


def _is_plain(token: Token) -> bool:
    return token.kind == "word" and not token.is_negative


def read_line(line: str, context: LineContext) -> ParsedQuery:
    """Understand a line; every line is one."""
    return _result(*_read(line, context))


def _read(
    line: str, context: LineContext, dates: frozenset[int] = frozenset()
) -> tuple[_Reading, list[list[Word]]]:
    """The line's parts, and the words that are left."""
    reading = _Reading(line, context, dates, tokens_of(line, _KEYS))
    at = 0
    while at < len(reading.tokens):
        at = _step(reading, at)
    groups = _alternatives(reading)
    maybe = _only_date(reading, groups)
    if maybe is not None and maybe not in dates:
        return _read(line, context, dates | {maybe})
    return reading, groups


def _step(reading: _Reading, at: int) -> int:
    """Read what begins at a token; the token behind it."""
    token = reading.tokens[at]
    if token.kind == "filter":
        return _filter(reading, at)
    if token.kind == "saved":
        return _saved(reading, at)
    if token.kind == "or":
        reading.parts.append(_Or())
        return at + 1
    if token.kind == "and":
        reading.dropped.append(Word(text=token.source, start=token.start))
        return at + 1
    if token.kind == "quoted":
        return _quoted(reading, at)
    if token.is_negative:
        return _minus(reading, at)
    for reader in (_negated, _kind_of_file, _near, _people, _dated):
        following = reader(reading, at)
        if following is not None:
            return following
    return _word(reading, at)


def _word(reading: _Reading, at: int) -> int:
    token = reading.tokens[at]
    if _IMPOSSIBLE.fullmatch(token.value):
        reading.problems.append(
            f'{token.value} is no date: write 2021-07 or 2021-07-19, or "{token.value}" in quotes'
        )
    elif text := token.value.replace('"', " ").strip().lstrip("+"):
        reading.parts.append(Word(text=text, start=token.start))
    return at + 1


def _filter(reading: _Reading, at: int) -> int:
    token = reading.tokens[at]
    if not token.value and at + 1 < len(reading.tokens) and not token.is_quoted:
        token = _with_next(reading, at)
        at = at + 1 if token.value else at
    is_alone = token.is_quoted or not token.value
    end = reading.run_end(at, commas_end=True)
    following = token.value if is_alone else reading.line[token.value_start : end]
    found = read_filter(Asked(token=token, following=following, context=reading.context))
    if isinstance(found, Refused):
        reading.problems.append(found.reason)
        return max(at + 1, reading.next_from(found.end))
    return max(at + 1, reading.understood(token.start, found))


def _with_next(reading: _Reading, at: int) -> Token:
    """`in: Rome` as `in:Rome`."""
    token, following = reading.tokens[at], reading.tokens[at + 1]
    if following.is_negative or following.kind not in ("word", "quoted"):
        return token
    return replace(
        token,
        source=reading.line[token.start : following.end],
        value=following.value,
        value_start=following.value_start,
        is_quoted=following.is_quoted,
    )


def _quoted(reading: _Reading, at: int) -> int:
    token = reading.tokens[at]
    phrase = " ".join(token.value.split())
    if not has_meaning(phrase):
        return at + 1
    if token.is_open:
        reading.hints.append(f'the quote has no end: write "{phrase}" for these words exactly')
    if token.is_negative:
        return _unwanted(reading, replace(token, value=phrase))
    if not token.is_open:
        exactly = Piece(
            label=f"“{phrase}”", kind="phrase", end=token.end, filter=PhotoFilter(phrases=(phrase,))
        )
        reading.understood(token.start, exactly)
    reading.parts.append(Word(text=phrase, start=token.value_start, is_exact=True))
    return at + 1


def _saved(reading: _Reading, at: int) -> int:
    """A saved search, read by itself: neither a date nor an OR reaches across its ends."""
    token, context = reading.tokens[at], reading.context
    search = search_called(token.value, context.searches)
    if search is None:
        reading.problems.append(unknown_search(token.value, context.searches))
        return at + 1
    if token.is_negative:
        reading.problems.append(NOT_TURNED.format(token.value))
        return at + 1
    # Without itself, so that no search leads back to itself.
    others = tuple(other for other in context.searches if other is not search)
    inner, groups = _read(search.line, replace(context, searches=others))
    found = _result(inner, groups)
    reading.problems.extend(f"@{search.name}: {problem}" for problem in found.problems)
    reading.hints.extend(f"@{search.name}: {hint}" for hint in found.hints)
    return reading.understood(token.start, saved_piece(token, search, _pieces(inner), found))


def _minus(reading: _Reading, at: int) -> int:
    token = reading.tokens[at]
    if not has_meaning(token.value):
        return at + 1
    if token.value[0] in _MINUS:
        word = token.value.lstrip(_MINUS)
        reading.problems.append(f'{token.source} is no operator: write -{word} or "{word}"')
        return at + 1
    found = _date_from(reading, at, token.value_start)
    if found is not None and found[0].needs == "none" and found[1] == token.end:
        piece = _date_piece(found[0], found[1])
        return reading.understood(token.start, opposite(piece, reading.context.today))
    return _unwanted(reading, token)


def _unwanted(reading: _Reading, token: Token) -> int:
    names = reading.context.names
    folders, people = known_names(names.folders), known_names(names.people)
    piece = unwanted_word(token, lambda word: folders.is_whole(word) or people.begins(word))
    return reading.understood(token.start, piece)


def _negated(reading: _Reading, at: int) -> int | None:
    tokens = reading.tokens
    negation = negation_at(tokens, at)
    if negation is None:
        return None
    if negation.next >= len(tokens):
        return _negation_alone(reading, at, negation)
    following, start = tokens[negation.next], tokens[at].start
    if negation_at(tokens, negation.next) is not None or following.is_negative:
        source = reading.line[start : following.end]
        reading.problems.append(
            f"“{source}” can be read in two ways: say what is there, or write -people"
        )
        return negation.next + 1
    if following.kind in ("filter", "quoted", "saved"):
        turned = replace(following, is_negative=True)
        reading.tokens[negation.next] = replace(
            turned, source=reading.line[start : following.end], start=start
        )
        return negation.next
    found = _date_from(reading, negation.next, following.start)
    if found is not None and _stands_alone(reading, *found):
        piece = _date_piece(*found)
        return reading.understood(start, opposite(piece, reading.context.today))
    if (near := _near_from(reading, negation.next)) is not None:
        return reading.understood(start, opposite(near, reading.context.today))
    things = unwanted_things(
        tokens,
        negation,
        ends_before=lambda place: _is_date(reading, place),
        is_somebody=known_names(reading.context.names.people).begins,
    )
    return reading.understood(start, things[0]) if things else None


def _negation_alone(reading: _Reading, at: int, negation: Negation) -> int | None:
    """`without` where that is the whole line; `no` and `why not` are words."""
    if at or not (negation.goes_on or negation.may_lead):
        return None
    source = reading.line.strip()
    reading.problems.append(
        f'{source} needs what the picture must not show: write {source} people, or "{source}"'
    )
    return negation.next


def _kind_of_file(reading: _Reading, at: int) -> int | None:
    """`videos of a dog`, `dog videos`; `videos` before another thing are a word."""
    token = reading.tokens[at]
    noun = plain(token.value).strip(",.;:!?")
    if noun not in SEVERAL or not _is_closed(reading, token.end):
        return None
    wanted = FACT_NOUNS[noun]
    kind: ChipKind = "trait" if wanted.traits else "type"
    piece = Piece(label=token.value.strip(",.;:!?"), kind=kind, end=token.end, filter=wanted)
    return reading.understood(token.start, piece)


def _near_from(reading: _Reading, at: int) -> Piece | None:
    """What is near the place that is named from a token on."""
    start, end = reading.tokens[at].start, reading.run_end(at, commas_end=True)
    return near_piece(reading.line[start:], start, reading.context, words_end=end - start)


def _near(reading: _Reading, at: int) -> int | None:
    piece = _near_from(reading, at)
    return reading.understood(reading.tokens[at].start, piece) if piece else None


def _people(reading: _Reading, at: int) -> int | None:
    piece = people_at(reading.tokens, at, known_names(reading.context.names.people))
    return reading.understood(reading.tokens[at].start, piece) if piece else None


def _date_from(reading: _Reading, at: int, start: int) -> tuple[Found, int] | None:
    """The date that begins in a token, and where in the line it ends."""
    text = reading.line[start : reading.run_end(at)]
    is_enclosed = int(text[:1] in ("(", "["))
    if not begins_date(text[is_enclosed:]):
        return None
    context = reading.context
    said = Said(atoms=atoms_of(text), today=context.today, is_day_first=context.is_day_first)
    found = date_at(said, is_enclosed)
    return (found, start + said.atoms[found.end - 1].end) if found else None


def _is_date(reading: _Reading, at: int) -> bool:
    found = _date_from(reading, at, reading.tokens[at].start)
    return found is not None and found[0].needs == "none"


def _date_piece(found: Found, end: int) -> Piece:
    return Piece(
        label=label_of(found.when), kind="date", end=end, when=found.when, guess=found.guess
    )


def _dated(reading: _Reading, at: int) -> int | None:
    start = reading.tokens[at].start
    dated = _date_from(reading, at, start)
    if dated is None or dated[0].needs == "filter":
        return None
    found, end = dated
    if start not in reading.dates and not _stands_alone(reading, found, end):
        reading.maybe.append(_Maybe(start, end))
        return None
    return reading.understood(start, _date_piece(found, end))


def _stands_alone(reading: _Reading, found: Found, end: int) -> bool:
    return found.needs == "none" or (found.needs == "rest" and _is_closed(reading, end))


def _is_closed(reading: _Reading, end: int) -> bool:
    """Whether no word follows that could be described by the words before: `Christmas tree`."""
    at = reading.next_from(end)
    if at == len(reading.tokens) or not _is_plain(reading.tokens[at]):
        return True
    if reading.line[end - 1] in ",;:.!?":
        return True
    folded = plain(reading.tokens[at].value).strip(",.;:!?")
    following = _date_from(reading, at, reading.tokens[at].start)
    is_date = following is not None and following[0].needs in ("none", "rest")
    return folded in ALL_FILLER | BREAKS or is_date


def _alternatives(reading: _Reading) -> list[list[Word]]:
    """The words that are left, set apart where OR stands between them."""
    groups: list[list[Word]] = [[]]
    parts = reading.parts
    for at, part in enumerate(parts):
        before = parts[at - 1] if at else None
        behind = parts[at + 1] if at + 1 < len(parts) else None
        if isinstance(part, _Or):
            if isinstance(before, Word) and isinstance(behind, Word):
                groups.append([])
            elif not _is_union(before, behind):
                reading.problems.append(_OR_NEEDED)
        elif isinstance(part, Word):
            if _joins(part, before, behind):
                reading.dropped.append(part)
            else:
                groups[-1].append(replace(part, is_before_chip=isinstance(behind, _Understood)))
    if len(groups) > 1 and any(
        sign in word.text for group in groups for word in group for sign in "()"
    ):
        reading.problems.append("OR knows no brackets: write cat beach OR dog beach")
    return groups


def _joins(word: Word, before: _Part | None, behind: _Part | None) -> bool:
    """Whether it links only what was taken out to what follows."""
    if not isinstance(before, _Understood) or word.folded not in AND | ALSO_NOT:
        return False
    return isinstance(behind, _Understood) or (
        isinstance(behind, Word) and behind.folded in PREPOSITIONS
    )


def _is_union(before: _Part | None, behind: _Part | None) -> bool:
    """Whether both are filters of which any may pass."""
    if not isinstance(before, _Understood) or not isinstance(behind, _Understood):
        return False
    kinds = {before.piece.kind, behind.piece.kind}
    if kinds == {"person"}:
        return either(before.piece, behind.piece) is not None
    whens = (before.piece.when, behind.piece.when)
    return (
        len(kinds) == 1 and kinds <= set(_UNIONS) and not any(when and when.bound for when in whens)
    )


def _hint_folders(reading: _Reading) -> None:
    """Name the folders that are called as words of which some were read as a date."""
    folders = known_names(reading.context.names.folders)
    dates = [part.chip for part in _chips(reading) if part.chip.kind == "date"]
    runs = _plain_runs(reading) if dates and reading.context.names.folders else ()
    for first, last in runs:
        is_date = any(
            chip.start < last.end and first.start < chip.start + len(chip.source) for chip in dates
        )
        name = folders.whole(reading.line[first.start : last.end]) if is_date else ""
        if name:
            asked = written(PhotoFilter(folder_names=(name,)))[0]
            reading.hints.append(f"a folder is called {name}: {asked}")


def _hint_either(reading: _Reading, kept: Sequence[Sequence[Word]]) -> None:
    """Say how to ask for either where `or` stands between words as a word."""
    for words in kept:
        for word in words[1:-1]:
            if word.folded in OR and not word.is_exact:
                reading.hints.append(
                    f"“{word.text}” is a word here: in capitals, OR, it asks for either"
                )


def _plain_runs(reading: _Reading) -> Iterator[tuple[Token, Token]]:
    """First and last of two or more words that follow each other."""
    for at, first in enumerate(reading.tokens):
        for last in reading.tokens[at : at + _MOST_WORDS]:
            if not _is_plain(last):
                break
            if last is not first:
                yield first, last


def _chips(reading: _Reading) -> list[_Understood]:
    return [part for part in reading.parts if isinstance(part, _Understood)]


def _pieces(reading: _Reading) -> list[Piece]:
    """All that was understood; people with OR between them as one, for of several all must pass."""
    pieces: list[Piece] = []
    is_joined = False
    for part in reading.parts:
        if isinstance(part, _Understood):
            is_people = is_joined and pieces and pieces[-1].kind == part.piece.kind == "person"
            both = either(pieces[-1], part.piece) if is_people else None
            pieces[-1:] = [both] if both else [*pieces[-1:], part.piece]
        is_joined = isinstance(part, _Or)
    return pieces


def _kept(reading: _Reading, groups: Sequence[Sequence[Word]]) -> list[list[Word]]:
    has_chips = bool(_chips(reading)) and len(groups) == 1
    roots = reading.context.names.roots
    return [telling(group, roots, has_chips=has_chips) for group in groups]


def _only_date(reading: _Reading, groups: Sequence[Sequence[Word]]) -> int | None:
    """Where a date begins that is all that is asked for."""
    if len(groups) > 1:
        return None
    words = _kept(reading, groups)[0]
    for maybe in reading.maybe:
        if words and all(maybe.start <= word.start < maybe.end for word in words):
            return maybe.start
    return None


def _result(reading: _Reading, groups: list[list[Word]]) -> ParsedQuery:
    _hint_folders(reading)
    kept = _kept(reading, groups)
    _hint_either(reading, kept)
    texts = [" ".join(word.text for word in words) for words in kept]
    texts = [text.rstrip(",;") for text in texts if text]
    pieces = _pieces(reading)
    texts = together(texts, (piece.texts for piece in pieces))
    telling_words = {word.start for words in kept for word in words}
    lost = [word for words in groups for word in words if word.start not in telling_words]
    dropped = sorted([*reading.dropped, *lost], key=lambda word: word.start)
    chips = _chips(reading)
    return ParsedQuery(
        text=" or ".join(texts),
        alternatives=tuple(texts) if len(texts) > 1 else (),
        unwanted=tuple(thing for piece in pieces for thing in piece.unwanted),
        filter=put_together(pieces, reading.context.today),
        chips=tuple(part.chip for part in chips),
        order=next((piece.order for piece in pieces if piece.order != "match"), "match"),
        problems=tuple(dict.fromkeys(map(printable, reading.problems))),
        hints=tuple(dict.fromkeys(map(printable, reading.hints))),
        dropped=tuple(word.text for word in dropped),
    )
