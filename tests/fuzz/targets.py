"""Every parser of foreign bytes, and what it promises of any."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from imagescope_tui.errors import RunUnusable, TraceUnreadable
from imagescope_tui.evaluation.runs.folder import CARD_NAME, QUERIES_NAME, read_card, read_records
from imagescope_tui.search import parsing
from imagescope_tui.search.query_language import parse_query, without_chip
from imagescope_tui.search.trace import open_trace
from indexer.captions.answer import CaptionAnswer, read_caption
from indexer.decoding.failures import DecodeFailure
from indexer.decoding.photo import Decoded
from indexer.decoding.pool import DecodePool
from indexer.decoding.wire import MalformedMessage, reply_from_wire
from indexer.events import IndexProgress, decode_event, encode_event
from indexer.models.chat_json import read_object
from indexer.models.protocols import PictureInput
from indexer.options import IndexerOptions, options_from_json, options_to_json
from indexer.wire import decode_line, filter_from_wire
from storage.library import Library
from storage.records import Facts, PhotoFilter, PhotoId
from storage.safe_text import printable
from storage.search_text import words_of
from tests.fuzz.metadata import METADATA_TARGETS
from tests.fuzz.photo_samples import photo_samples
from tests.fuzz.target import Target
from tests.fuzz.values import lines, mutations, objects, values, variants
from tests.storage.first_library import make_first_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_INPUT = PictureInput(width=32, height=32, fit="squash")
_DECODE_SECONDS_MAX = 90
_EVENT = json.loads(
    encode_event(IndexProgress(done=1, total=2, failed=0, photos_per_second=1.0, seconds_left=None))
)
_OPTIONS = json.loads(options_to_json(IndexerOptions(library=Path("/l"), folders=(Path("/p"),))))
_REPLY = {
    "is": "decoded",
    "facts": asdict(Facts(width=2, height=1, format="JPEG")),
    "shape": [1, 2, 3],
    "second": None,
    "seconds": [],
}
_ANSWER_NAMES = (
    *("edits", "kind", "text", "core", "detailed", "full", "propositions", "question", "expected"),
    *("statement", "needs_reference", "accepted", "reason", "caption", "present", "absent"),
)
_RECORD = {
    "number": 1,
    "id": "q",
    "stages": {"1": {"ranking": ["a"], "scores": [1.0], "target_ranks": [1]}},
    "groups": [],
    "degradations": [],
}
_TRACE_NAMES = (
    *("event", "query", "filters", "options", "ranking", "photo", "path", "score", "parts"),
    *("stage", "cost", "seconds", "propositions", "answers", "verdict", "search_started"),
)
_QUERY_WORDS = (
    *("not", "without", "last", "summer", "between", "July", "2019", "7/8/21", "“", "–", "：", "|"),
    *("in:", "date:", "before:", "type:", "camera:", '"', "-", "2019..2020", "NEAR(", "AND", "*"),
    *("date:9999-99-99", "date:0000", "日本", "\0", "\udc80", "in:~", "in:/", "^", "OR", ")"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where targets that need them have a library, files and decoders of their own."""

    folder: Path
    library: Library
    decoders: DecodePool


@contextmanager
def opened_place(folder: Path) -> Iterator[Place]:
    """A place in an empty folder."""
    Library.open_writer(make_first_library(folder / "library")).close()
    pool = DecodePool(picture_input=_INPUT, thumbnail_side=32, workers=1, seconds_per_file=20)
    try:
        with Library.open_reader(folder / "library") as library:
            yield Place(folder, library, pool)
    finally:
        pool.close()


def _decoders(place: Place) -> Target:
    """Damaged files, each decoded in a guarded process as the product does."""

    def check(content: bytes) -> None:
        file = place.folder / "photo.jpg"
        file.write_bytes(content)
        outcome = place.decoders.submit(file).result(timeout=_DECODE_SECONDS_MAX)
        assert isinstance(outcome, Decoded | DecodeFailure)
        if isinstance(outcome, DecodeFailure):
            assert outcome.reason == printable(outcome.reason)

    return Target("files", mutations(*photo_samples()), check)


def targets(place: Place) -> tuple[Target, ...]:
    """All of them."""
    return (*METADATA_TARGETS, *_PURE, *_on_disk(place))


def _query_line(place: Place) -> Target:
    def check(line: str) -> None:
        parsed = parse_query(line)
        for chip in parsed.chips:
            without_chip(line, chip)
        place.library.words.search(words_of(parsed.text), parsed.filter, limit=5)
        place.library.words.known(words_of(parsed.text))
        place.library.photos.page(parsed.filter, offset=0, limit=5)

    pieces = st.lists(st.sampled_from(_QUERY_WORDS) | st.text(max_size=12), max_size=8)
    return Target("query line", pieces.map(" ".join) | pieces.map("".join), check)


def _on_disk(place: Place) -> tuple[Target, ...]:
    def reads(name: str, read: Callable[[], object], allowed: type[Exception]) -> Any:  # noqa: ANN401
        def check(content: bytes) -> None:
            (place.folder / name).write_bytes(content)
            try:
                read()
            except allowed as error:
                assert str(error)

        return check

    trace = place.folder / "trace.jsonl"
    return (
        _query_line(place),
        _decoders(place),
        Target(
            "records of a run",
            lines(variants(_RECORD)).map(lambda line: line + b"\n"),
            reads(QUERIES_NAME, lambda: read_records(place.folder), RunUnusable),
        ),
        Target(
            "card of a run",
            lines(objects("stages", "measures", "notes", "dataset", "options")),
            reads(CARD_NAME, lambda: read_card(place.folder), RunUnusable),
        ),
        Target(
            "saved search",
            lines(objects(*_TRACE_NAMES)),
            reads(trace.name, lambda: open_trace(trace, place.library), TraceUnreadable),
        ),
    )


def _check_model_object(answer: dict[str, Any]) -> None:
    for read in (
        parsing.read_intent,
        parsing.read_imagined_words,
        parsing.read_imagined_picture,
        lambda found: parsing.read_propositions(found, has_reference=False),
        lambda found: parsing.read_propositions(found, has_reference=True),
        lambda found: parsing.read_verdict(found, PhotoId(1)),
    ):
        told = str(read(answer))
        assert len(told) < 100_000


def _check_model_text(text: str) -> None:
    for is_cut in (False, True):
        found = read_object(text, is_cut=is_cut)
        assert found is None or isinstance(found, dict)
    caption = read_caption(text)
    assert isinstance(caption, CaptionAnswer)
    assert caption.text == printable(caption.text)
    assert bool(caption.text) != bool(caption.problem)


def _check_wire_line(line: bytes) -> None:
    message = decode_line(line)
    if message is not None:
        decode_event(message)


def _check_options(line: bytes) -> None:
    try:
        options_from_json(line.decode("ascii"))
    except (KeyError, TypeError, ValueError):
        return


def _check_reply(parts: tuple[bytes, bytes]) -> None:
    try:
        reply_from_wire(*parts)
    except MalformedMessage:
        return


def _check_filter(fields: dict[str, Any]) -> None:
    try:
        filter_from_wire(fields)
    except TypeError:
        return


_SAID = st.text(max_size=200) | st.builds(
    lambda before, inner, after: f"{before}{json.dumps(inner)}{after}",
    st.sampled_from(["", "Sure! ", "```json\n", "<think>x</think>", "<think>", "Caption: "]),
    values(*_ANSWER_NAMES),
    st.sampled_from(["", "\n```", "...", "<|im_end|>", "</think>"]),
)
_DEEP_SAID = st.sampled_from(["[" * 20_000, '{"a":' * 10_000, "<think>" * 5_000, "**" * 20_000])

_PURE = (
    Target("object of a model", objects(*_ANSWER_NAMES), _check_model_object),
    Target("text of a model", _SAID | _DEEP_SAID, _check_model_text),
    Target("line of the indexer", lines(variants(_EVENT)), _check_wire_line),
    Target("options of the indexer", lines(variants(_OPTIONS)), _check_options),
    Target("reply of a decoder", st.tuples(lines(variants(_REPLY)), st.binary()), _check_reply),
    Target("filter", variants(asdict(PhotoFilter())), _check_filter),
    Target("foreign text", st.text() | mutations(b"").map(str), lambda text: _check_shown(text)),
)


def _check_shown(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert "\x1b" not in shown
