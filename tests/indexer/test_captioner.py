from __future__ import annotations

import asyncio
import os
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from indexer.captions.captioner import Captioner, Clocks
from indexer.captions.desk import CaptionDesk
from indexer.captions.prompt import caption_prompt
from indexer.control import Control
from indexer.decoding.pool import DecodePool
from indexer.events import (
    CaptionerReady,
    CaptionerUnavailable,
    CaptionFailed,
    CaptionProgress,
    CaptionsCommitted,
)
from indexer.folders.scanner import Scanner
from indexer.formats import PHOTO_EXTENSIONS
from indexer.models.chat_types import ChatMalformed
from indexer.photos.pipeline import Pipeline
from storage.library import Library
from storage.records import PhotoFilter
from storage.thumbnails import THUMBNAIL_SIDE, ThumbnailCache
from tests.decoding_here import decoding_here
from tests.indexer.scripted_chat import ScriptedServer
from tests.pictures import paint
from tests.world.gallery import BagEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from indexer.captions.prompt import CaptionPrompt
    from indexer.events import IndexEvent
    from storage.records import ContentId

_PATIENCE_SECONDS = 20.0


class RenamedEncoder(BagEncoder):
    """The same vectors under another name."""

    encoder_id = "world/renamed"


class Bench:
    """An indexed folder, and a captioner that is stepped as the run does."""

    def __init__(self, base: Path) -> None:
        self.photos = base / "photos"
        self.photos.mkdir()
        self.library = Library.open_writer(base / "library")
        with self.library.atomic():
            self.library.roots.add(self.photos)
        self.encoder = BagEncoder()
        self.server = ScriptedServer()
        self.control = Control()
        self.events: list[IndexEvent] = []
        self.pauses: list[float] = []
        self.pauses_max: int | None = None
        self.ahead = 0.0
        self._thumbnails = ThumbnailCache(base / "thumbnails", 10**9)
        self._pool = DecodePool(
            picture_input=self.encoder.picture_input, thumbnail_side=THUMBNAIL_SIDE, workers=1
        )

    def add(self, name: str, colour: str, *, age: int = 0) -> Path:
        path = paint(self.photos / name, colour)
        moment = 1_600_000_000 - age
        os.utime(path, (moment, moment))
        return path

    def index(self) -> None:
        Scanner(self.library, PHOTO_EXTENSIONS).scan_root(self.library.roots.all()[0])
        pipeline = Pipeline(
            self.library, self._pool, self._thumbnails, self.encoder, self.events.append, self._now
        )
        with self.library.atomic():
            self.library.settings.put("encoder_id", self.encoder.encoder_id)
        while pipeline.step():
            pass
        pipeline.close()

    def _now(self) -> float:
        return time.time() + self.ahead

    def captioner(self, prompt: CaptionPrompt | None = None) -> Captioner:
        """One that has begun to work."""

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            # So the server can be seen to come back after any number of tries.
            if len(self.pauses) == 4:
                self.server.is_down = False
            if len(self.pauses) == self.pauses_max:
                await asyncio.Event().wait()

        captioner = Captioner(
            self.library,
            self._pool,
            self.encoder,
            self.events.append,
            Clocks(wall=self._now, steady=lambda: time.monotonic() + self.ahead),
        )
        captioner.use(
            CaptionDesk(
                open_model=self.server.open,
                prompt=prompt or caption_prompt(),
                wake=self.control.wake,
                pause=pause,
            )
        )
        return captioner

    def step_until(self, captioner: Captioner, is_enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_enough():
            assert time.monotonic() < deadline, self.events
            if not captioner.step():
                self.control.wait(0.5)

    def work_off(self, prompt: CaptionPrompt | None = None) -> None:
        captioner = self.captioner(prompt)
        try:
            self.step_until(captioner, lambda: captioner.is_settled and not captioner.step())
        finally:
            captioner.close()

    def content_at(self, name: str) -> ContentId:
        photo = self.library.photos.at(self.photos / name)
        assert photo is not None
        assert photo.content_id is not None
        return photo.content_id

    def text_of(self, name: str) -> str | None:
        caption = self.library.captions.of(self.content_at(name))
        return caption.text if caption else None

    def told(self, kind: type[IndexEvent]) -> list[IndexEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def close(self) -> None:
        self._pool.close()
        self.library.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with decoding_here():
        made = Bench(tmp_path)
        yield made
        made.close()


def other_prompt() -> CaptionPrompt:
    return replace(caption_prompt(), id="caption-another")


def test_each_photo_gets_a_caption_its_vector_and_its_words(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.add("b.png", "blue")
    bench.index()
    bench.work_off()
    assert (bench.text_of("a.png"), bench.text_of("b.png")) == (
        "A plain red wall.",
        "A plain blue wall.",
    )
    origin = bench.library.captions.active_id()
    assert bench.library.vectors.count("world/bag", kind="caption", origin=origin) == 2
    [match] = bench.library.words.search(["blue"], PhotoFilter(), limit=9)
    assert bench.library.photos.by_ids([match.photo_id])[match.photo_id].path == "b.png"
    assert bench.told(CaptionerReady) == [CaptionerReady(model="scripted")]
    committed = [e.captions for e in bench.events if isinstance(e, CaptionsCommitted)]
    assert sum(committed) == 2
    last = bench.told(CaptionProgress)[-1]
    assert isinstance(last, CaptionProgress)
    assert (last.done, last.total) == (2, 2)


def test_the_request_says_what_is_asked_and_carries_a_small_jpeg(bench: Bench) -> None:
    from io import BytesIO

    from PIL import Image

    path = paint(bench.photos / "large.png", "green", (2400, 1200))
    assert path.is_file()
    bench.index()
    bench.work_off()
    [request] = bench.server.asked
    assert "caption" in request.text
    assert request.system == caption_prompt().system
    with Image.open(BytesIO(request.pictures[0].jpeg)) as sent:
        assert (sent.format, max(sent.size)) == ("JPEG", 768)


def test_copies_share_one_caption(bench: Bench) -> None:
    original = bench.add("a.png", "red")
    shutil.copy(original, bench.photos / "copy.png")
    bench.index()
    bench.work_off()
    assert len(bench.server.asked) == 1
    assert bench.text_of("copy.png") == bench.text_of("a.png") == "A plain red wall."
    assert bench.library.counts().captioned == 2
    assert len(bench.library.words.search(["wall"], PhotoFilter(), limit=9)) == 2


def test_the_newest_are_captioned_first(bench: Bench) -> None:
    for age, colour in enumerate(("blue", "red", "yellow", "green")):
        bench.add(f"{colour}.png", colour, age=age)
    bench.index()
    bench.server.parallel = 1
    bench.work_off()
    assert bench.server.colours == ["blue", "red", "yellow", "green"]


def test_nothing_is_asked_twice_over_two_runs(bench: Bench) -> None:
    for number in range(5):
        bench.add(f"{number}.png", ("red", "blue")[number % 2], age=number)
        paint(bench.photos / f"{number}.png", ("red", "blue")[number % 2], (20 + number, 20))
    bench.index()
    bench.work_off()
    bench.work_off()
    assert len(bench.server.asked) == 5


@pytest.mark.parametrize("parallel", [1, 6])
def test_requests_in_flight_reach_the_depth_that_the_server_likes(
    bench: Bench, parallel: int
) -> None:
    for number in range(14):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.index()
    bench.server.parallel, bench.server.is_held = parallel, True
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: bench.server.in_flight == parallel)
    bench.server.release()
    bench.step_until(captioner, lambda: captioner.is_settled)
    captioner.close()
    assert bench.server.most_in_flight == parallel
    assert bench.library.counts().captioned == 14


def test_answers_are_committed_after_a_second_also_when_others_are_awaited(bench: Bench) -> None:
    for number in range(3):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.index()
    bench.server.parallel = 1
    bench.server.holds_after = 1
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: len(bench.server.asked) == 2)
    bench.ahead += 1.0
    bench.step_until(captioner, lambda: bench.library.counts().captioned == 1)
    assert bench.server.in_flight == 1
    bench.server.release()
    bench.step_until(captioner, lambda: captioner.is_settled)
    captioner.close()


def test_another_prompt_captions_beside_the_old_and_takes_over_when_complete(bench: Bench) -> None:
    bench.add("a.png", "red", age=1)
    bench.add("b.png", "blue", age=2)
    bench.index()
    bench.work_off()
    bench.server.parallel = 1
    bench.server.script.extend(["One crimson shed.", "One azure shed."])
    captioner = bench.captioner(other_prompt())
    bench.step_until(captioner, lambda: len(bench.told(CaptionsCommitted)) >= 2)
    captioner.close()
    counts = bench.library.captions.count_by_origin()
    if len(counts) == 2 and counts[1].captions == 1:
        assert bench.text_of("a.png") == "A plain red wall."
        assert bench.library.words.search(["shed"], PhotoFilter(), limit=9) == ()
    bench.work_off(other_prompt())
    assert (bench.text_of("a.png"), bench.text_of("b.png")) == (
        "One crimson shed.",
        "One azure shed.",
    )
    assert bench.library.words.search(["wall"], PhotoFilter(), limit=9) == ()
    [left] = bench.library.captions.count_by_origin()
    assert (left.origin.prompt_id, left.captions) == ("caption-another", 2)
    assert len(bench.server.asked) == 4


def test_an_unfinished_set_is_not_shown_while_the_old_one_is_there(bench: Bench) -> None:
    for number in range(12):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.index()
    bench.work_off()
    bench.server.model, bench.server.parallel = "another model", 2
    bench.server.script.extend(["A shed."] * 4)
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: len(bench.server.asked) >= 14)
    bench.server.is_held = True
    bench.step_until(captioner, lambda: bench.server.in_flight == 2)
    bench.ahead += 2.0
    captioner.collect()
    assert bench.library.words.search(["shed"], PhotoFilter(), limit=99) == ()
    assert {bench.text_of(f"{n}.png") for n in range(12)} == {"A plain red wall."}
    assert bench.library.counts().captioned == 12
    bench.server.release()
    bench.step_until(captioner, lambda: captioner.is_settled and not captioner.step())
    captioner.close()
    active = bench.library.captions.active()
    assert active is not None
    assert active.model_id == "another model"


def test_another_encoder_embeds_the_captions_anew_without_asking_the_model(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.add("b.png", "blue")
    bench.index()
    bench.work_off()
    asked = len(bench.server.asked)
    bench.encoder = RenamedEncoder()
    bench.index()
    captioner = Captioner(
        bench.library,
        bench._pool,
        bench.encoder,
        bench.events.append,
        Clocks(wall=time.time, steady=time.monotonic),
    )
    while captioner.step():
        pass
    origin = bench.library.captions.active_id()
    assert bench.library.vectors.count("world/renamed", kind="caption", origin=origin) == 2
    assert len(bench.server.asked) == asked


@pytest.mark.parametrize(
    "rubbish",
    ["I'm sorry, I can't help with that.", "", "<think>a wall, or", "word " * 500, "…", "{}"],
)
def test_rubbish_is_asked_once_more_in_other_words(bench: Bench, rubbish: str) -> None:
    bench.add("a.png", "red")
    bench.index()
    bench.server.script.append(rubbish)
    bench.work_off()
    assert bench.text_of("a.png") == "A plain red wall."
    prompt = caption_prompt()
    assert [request.text for request in bench.server.asked] == [
        prompt.question,
        prompt.question_again,
    ]


def test_a_photo_that_gets_no_caption_is_a_failure_and_the_others_go_on(bench: Bench) -> None:
    path = bench.add("a.png", "red", age=0)
    bench.add("b.png", "blue", age=1)
    bench.index()
    bench.server.parallel = 1
    bench.server.script.extend(["I'm sorry.", ChatMalformed("the model answered nothing")])
    bench.work_off()
    assert (bench.text_of("a.png"), bench.text_of("b.png")) == (None, "A plain blue wall.")
    [failure] = bench.library.failures.page(offset=0, limit=9)
    assert (failure.path, failure.step) == (path, "caption")
    assert failure.retry_after is not None
    assert bench.told(CaptionFailed) == [
        CaptionFailed(path=str(path), reason="the model answered nothing")
    ]
    bench.work_off()
    assert len(bench.server.asked) == 3
    bench.ahead = failure.retry_after - time.time() + 1
    bench.work_off()
    assert bench.text_of("a.png") == "A plain red wall."
    assert bench.library.counts().failed == 0


def test_nothing_of_an_answer_can_steer_a_terminal(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.index()
    bench.server.script.append("A \x1b[31mred\x1b[0m\u202e wall\x07\nwith a door.")
    bench.work_off()
    assert bench.text_of("a.png") == "A red wall with a door."


def test_a_server_that_is_down_is_asked_again_with_growing_waits_and_photos_remain(
    bench: Bench,
) -> None:
    bench.add("a.png", "red")
    bench.index()
    bench.server.is_down = True
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: captioner.is_settled)
    captioner.close()
    assert bench.pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert bench.told(CaptionerUnavailable) == [
        CaptionerUnavailable(reason="nobody listens", hint="imagescope serve")
    ]
    assert bench.text_of("a.png") == "A plain red wall."
    assert bench.library.counts().failed == 0


def test_a_server_that_dies_amid_the_work_loses_nothing(bench: Bench) -> None:
    for number in range(9):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.index()
    bench.server.parallel, bench.server.is_held = 3, True
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: bench.server.in_flight == 3)
    bench.server.is_down = True
    bench.server.release()
    bench.step_until(captioner, lambda: captioner.is_settled)
    captioner.close()
    assert bench.library.counts().captioned == 9
    assert len(bench.told(CaptionerUnavailable)) == 1
    assert len(bench.told(CaptionerReady)) == 2


def test_a_picture_the_server_chokes_on_does_not_stop_the_rest(bench: Bench) -> None:
    for number in range(8):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.add("bad.png", "green")
    bench.index()
    bench.server.never_answers_for, bench.server.parallel = "green", 3
    bench.work_off()
    assert bench.library.counts().captioned == 8
    [failure] = bench.library.failures.page(offset=0, limit=9)
    assert (failure.path.name, failure.step) == ("bad.png", "caption")


def test_also_the_last_picture_that_nobody_can_answer_for_is_let_go(bench: Bench) -> None:
    bench.add("bad.png", "green")
    bench.index()
    bench.server.never_answers_for = "green"
    bench.work_off()
    assert bench.pauses == [1.0, 2.0]
    assert bench.library.counts().failed == 1


def test_a_model_that_never_writes_a_caption_is_not_asked_about_every_photo(bench: Bench) -> None:
    for number in range(40):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.index()
    bench.server.script.extend([ChatMalformed("this model takes no pictures")] * 1000)
    bench.pauses_max = 3
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: captioner.has_given_up)
    assert captioner.has_left_photos
    captioner.close()
    assert len(bench.server.asked) < 40
    told = bench.told(CaptionerUnavailable)[-1]
    assert isinstance(told, CaptionerUnavailable)
    assert "this model takes no pictures" in told.reason


def test_a_client_that_breaks_loses_no_photo(bench: Bench) -> None:
    bench.add("a.png", "red", age=0)
    bench.add("b.png", "blue", age=1)
    bench.index()
    bench.server.script.append(RuntimeError("nobody foresaw this"))
    bench.work_off()
    assert bench.library.counts().captioned == 2


def test_a_file_that_was_changed_meanwhile_gets_no_caption_for_what_it_was(bench: Bench) -> None:
    bench.add("a.png", "red")
    bench.index()
    before = bench.content_at("a.png")
    bench.add("a.png", "blue", age=-50)
    bench.work_off()
    assert bench.library.captions.of(before) is None
    assert bench.library.counts().failed == 0
    bench.index()
    bench.work_off()
    assert bench.text_of("a.png") == "A plain blue wall."


def test_photos_that_are_not_there_just_now_are_left_alone(bench: Bench) -> None:
    path = bench.add("a.png", "red")
    bench.index()
    path.rename(bench.photos.parent / "elsewhere.png")
    bench.work_off()
    assert bench.server.asked == []
    assert bench.library.counts().failed == 0


def test_the_server_that_comes_back_with_another_model_starts_a_set_of_its_own(
    bench: Bench,
) -> None:
    for number in range(6):
        paint(bench.photos / f"{number}.png", "red", (20 + number, 20))
    bench.index()
    bench.server.parallel, bench.server.is_held = 2, True
    captioner = bench.captioner()
    bench.step_until(captioner, lambda: bench.server.in_flight == 2)
    bench.server.is_down, bench.server.model = True, "another model"
    bench.server.release()
    bench.step_until(captioner, lambda: captioner.is_settled and not captioner.step())
    captioner.close()
    [count] = bench.library.captions.count_by_origin()
    assert (count.origin.model_id, count.captions) == ("another model", 6)
