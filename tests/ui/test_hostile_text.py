"""Names and metadata cannot send escape sequences, markup or direction changes to the terminal."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imagescope_tui.search.events import (
    CandidateJudged,
    IntentReady,
    PropositionsReady,
    SearchFinished,
    StageDegraded,
)
from imagescope_tui.search.types import AtomicEdit, Degradation, SearchIntent
from indexer.events import (
    EncoderUnavailable,
    IndexerStarted,
    IndexHalted,
    RootOffline,
    ScanStarted,
    WatchDegraded,
)
from storage.library import Library
from storage.records import Facts
from tests.ui.library_world import add_photo
from tests.ui.scripted_search import ScriptedEngine, candidates, deep_story
from tests.ui.waiting import screen_text, settled, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imagescope_tui.search.events import SearchEvent
    from imagescope_tui.search.types import Candidate, Query, SearchOptions
    from imagescope_tui.ui.app import ImagescopeApp
    from tests.ui.conftest import Opener
    from tests.ui.library_world import StandInIndexer, World

EVIL = (
    "\x1b[31mESC\x1b]0;owned\x07 [red]mark[/red] [@click=app.quit]x[/]"
    " \u202egnp.exe\u2066 \x9b31m\x00\r\n\tend"
)
EVIL_NAME = os.fsdecode("\x1b[2J[bold]\u202e".encode() + b"\xff\xfe\n" + b"x.jpg")
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff]")


@pytest.fixture
def evil_world(world: World) -> World:
    facts = Facts(
        width=30,
        height=20,
        format=EVIL,
        taken_at="2031-07-18T16:02:00",
        camera=EVIL,
        lens=EVIL,
        title=EVIL,
        description=EVIL,
        keywords=(EVIL, EVIL),
    )
    with Library.open_writer(world.folder) as library:
        root = library.roots.all()[0]
        add_photo(
            world, library, root.id, 500, name=EVIL_NAME, folder="\x1b[31m\n[red]f", facts=facts
        )
    return world


def assert_harmless(app: ImagescopeApp) -> None:
    """What goes to the terminal holds no control, and markup stays text."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert not FORBIDDEN.search(segment.text), repr(segment.text)
            assert segment.style is None or not segment.style.meta.get("@click")


@pytest.mark.parametrize("images", ["blocks", "off"])
async def test_every_place_of_the_screen_shows_it_as_plain_text(
    evil_world: World, opened: Opener, images: str
) -> None:
    async with opened((150, 45), images=images) as (app, pilot):
        await pilot.press("escape")
        assert_harmless(app)
        assert "[bold]" in screen_text(app)
        assert "[red]mark[/red]" in screen_text(app)
        for keys in (("tab",), ("tab", "enter"), ("escape", "space", "x"), ("escape", "s")):
            await pilot.press(*keys)
            await settled(pilot)
            assert_harmless(app)
        assert "like" in screen_text(app)
        await pilot.press("y", "o")
        await settled(pilot)
        assert_harmless(app)


async def test_what_the_indexer_tells_is_plain_text(opened: Opener, client: StandInIndexer) -> None:
    async with opened((150, 45)) as (app, pilot):
        for event in (
            IndexerStarted(indexing=False, holder=EVIL),
            ScanStarted(root=EVIL),
            RootOffline(root=EVIL, photos=1, reason=EVIL),
            WatchDegraded(root=EVIL, reason=EVIL, seconds_between_scans=9.0),
            EncoderUnavailable(reason=EVIL, hint=EVIL),
            IndexHalted(reason=EVIL, hint=EVIL),
        ):
            client.on_event(event)
            await settled(pilot)
            assert_harmless(app)
        for _ in range(6):
            await pilot.press("escape", "d")
            await settled(pilot)
            assert_harmless(app)


async def test_a_pasted_query_is_plain_text(opened: Opener) -> None:
    async with opened((150, 45)) as (app, pilot):
        line = "nothing [red]like[/red] camera:[blink]x date:2020"
        app.browse._ask_anew(type(app.browse.asked)(line=line))
        await settled(pilot)
        assert_harmless(app)
        assert "[red]like[/red]" in screen_text(app)
        assert "‹camera [blink]x ✕›" in screen_text(app)


async def test_folders_that_are_offered_are_plain_text(opened: Opener, world: World) -> None:
    for name in (EVIL_NAME, "[red]folder", "\x1b[31m"):
        (Path.home() / name).mkdir()
    async with opened() as (app, pilot):
        await pilot.press("escape", "a")
        await settled(pilot)
        await until(pilot, lambda: "[red]folder" in screen_text(app))
        assert_harmless(app)


def evil_story(
    query: Query, options: SearchOptions, found: Sequence[Candidate]
) -> Iterator[SearchEvent]:
    """A deep search by models that say evil things only."""
    intent = SearchIntent(
        edits=(AtomicEdit(kind="addition", text=EVIL),), descriptions=(EVIL, f"2{EVIL}", f"3{EVIL}")
    )
    trouble = StageDegraded(degradation=Degradation(stage=3, reason=EVIL, fallback=EVIL, hint=EVIL))
    for event in deep_story(query, options, found):
        match event:
            case IntentReady():
                yield IntentReady(intent=intent)
            case PropositionsReady(propositions=propositions):
                asked = tuple(replace(one, question=EVIL, statement=EVIL) for one in propositions)
                yield PropositionsReady(propositions=asked)
            case CandidateJudged(verdict=verdict):
                yield CandidateJudged(verdict=replace(verdict, reason=EVIL))
            case SearchFinished(result=result):
                yield trouble
                yield SearchFinished(
                    result=replace(
                        result,
                        intent=intent,
                        propositions=asked,
                        verdicts=tuple(replace(one, reason=EVIL) for one in result.verdicts),
                        degradations=(trouble.degradation,),
                        encoder_id=EVIL,
                    )
                )
            case _:
                yield event


async def test_what_models_say_is_plain_text(opened: Opener, world: World) -> None:
    engine = ScriptedEngine(candidates(world.folder), deep=evil_story)
    settings = {"make_engine": lambda _: engine, "has_models": lambda: True}
    async with opened((150, 60), **settings) as (app, pilot):
        await pilot.press("escape", "c", *"dog", "enter")
        await settled(pilot)
        assert_harmless(app)
        await pilot.press(*"cat", "enter")
        await settled(pilot)
        assert_harmless(app)
        assert "[red]mark[/red]" in screen_text(app)
        await pilot.press("escape", "escape", "home", "tab", "tab")
        await settled(pilot)
        assert "Candidates" in screen_text(app)
        assert "[red]mark[/red]" in screen_text(app)
        assert_harmless(app)
        await pilot.press("enter")
        await settled(pilot)
        assert_harmless(app)
