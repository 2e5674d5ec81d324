"""The whole screen as it looks, at the two sizes it is judged by.

Photos are plain colours here: what is compared is the layout, not Pillow's scaling.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from textual import constants
from textual.widgets import Input

from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.kept import KEPT_NAME
from imagescope_tui.ui.widgets.query_line import QueryInput
from indexer.answers import ChanceLine
from indexer.events import EncoderReady, IndexerStarted, IndexProgress
from storage.library import Library
from tests.ui.conftest import Opener
from tests.ui.library_world import StandInIndexer, World, build_world
from tests.ui.scenes import GROUND, PETALS, SKY, Scene
from tests.ui.scripted_search import ScriptedEngine, candidates
from tests.ui.waiting import settled, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    Compare = Callable[..., bool]
    Drive = Callable[[Pilot[int]], Awaitable[None]]

SMALL, LARGE = (80, 24), (160, 50)
COLOURS = {**SKY, **GROUND, **PETALS}
SHAPES = ((320, 213), (320, 240), (213, 320))


def plain(number: int) -> Scene:
    """A picture of one colour."""
    names = sorted(COLOURS)
    name = names[number % len(names)]
    image = Image.new("RGB", SHAPES[number % len(SHAPES)], COLOURS[name])
    return Scene(image, frozenset({name, "plain"}))


@pytest.fixture(scope="module")
def plain_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("plain"), count=40, draw=plain)


@pytest.fixture
def look(
    plain_world: World,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Callable[..., None]:
    """Compare the screen after some keys with what was accepted."""
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    monkeypatch.setattr("imagescope_tui.search.run.time.perf_counter", lambda: 0.0)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    monkeypatch.setattr(Input, "cursor_blink", False)

    def compare(
        drive: Drive,
        size: tuple[int, int],
        *,
        world: World = plain_world,
        images: str = "blocks",
        client: StandInIndexer | None = None,
        besides: str = "",
        **changes: Any,  # noqa: ANN401
    ) -> None:
        async def run(pilot: Pilot[int]) -> None:
            await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
            await settled(pilot)
            await drive(pilot)
            await settled(pilot, besides=besides)

        # The world is shared; what one test leaves marked is not for the next.
        (world.folder / KEPT_NAME).unlink(missing_ok=True)
        app = Opener(world, client or StandInIndexer(world)).app(images=images, **changes)
        assert snap_compare(app, terminal_size=size, run_before=run)

    return compare


async def nothing(pilot: Pilot[int]) -> None:
    """Look at it as it comes."""


def keys(*pressed: str) -> Drive:
    async def press(pilot: Pilot[int]) -> None:
        for key in pressed:
            await pilot.press(key)
            if key in ("enter", "escape", "right", "down"):
                await settled(pilot)

    return press


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
def test_timeline(look: Callable[..., None], size: tuple[int, int]) -> None:
    look(keys("escape", "right", "down"), size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
def test_results(look: Callable[..., None], size: tuple[int, int]) -> None:
    look(keys(*"winter", "space", *"date:2019", "enter", "right", "space", "space"), size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
def test_detail(look: Callable[..., None], size: tuple[int, int]) -> None:
    look(keys("escape", "right", "enter"), size)


def test_why(look: Callable[..., None]) -> None:
    look(keys(*"winter", "space", *"plain", "enter", "tab"), (120, 30))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
def test_light(look: Callable[..., None], size: tuple[int, int]) -> None:
    words = (*"white", "space", *"sky", "space", *"above", "space", *"snow")
    look(keys(*words, "enter", "enter", "w", *(["w"] if size == LARGE else [])), size)


def test_no_result(look: Callable[..., None]) -> None:
    look(keys(*"zebra", "space", *"camera:leica", "enter"), SMALL)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
def test_newest_first_and_what_was_refused(
    look: Callable[..., None], size: tuple[int, int]
) -> None:
    look(keys(*"winter", "space", *"tag:x", "enter", "b"), size)


def test_nothing_fits(look: Callable[..., None], plain_world: World) -> None:
    client = StandInIndexer(plain_world, chances=ChanceLine(slope=10.0, intercept=-4.5))
    look(keys(*"plain", "enter", "tab"), (120, 30), client=client)


def test_help(look: Callable[..., None]) -> None:
    look(keys("escape", "question_mark"), LARGE)


def test_indexing_with_the_encoder_that_comes_along(
    look: Callable[..., None], plain_world: World
) -> None:
    client = StandInIndexer(
        plain_world,
        first_events=(
            IndexerStarted(indexing=True),
            EncoderReady(encoder_id="pocket/1/0123456789abcdef", seconds=0.1),
            IndexProgress(
                done=610, total=1000, failed=2, photos_per_second=27.0, seconds_left=660.0
            ),
        ),
    )
    look(nothing, (120, 30), client=client)


def test_offline(look: Callable[..., None], plain_world: World, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(plain_world.folder, tmp_path / "library"))
    with Library.open_writer(folder) as library, library.atomic():
        library.roots.mark_offline(library.roots.all()[0].id, 1_600_000_000.0)
    look(keys("escape"), (120, 30), world=replace(plain_world, folder=folder))


def test_first_run(look: Callable[..., None], plain_world: World, tmp_path: Path) -> None:
    world = replace(plain_world, folder=tmp_path / "nothing")
    look(nothing, SMALL, world=world, client=StandInIndexer(world, first_events=()))


def test_half_blocks_with_256_colours(
    look: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "256")
    look(keys("escape"), SMALL)


def test_text_cards(look: Callable[..., None]) -> None:
    look(keys("escape"), SMALL, images="off")


SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
HALF_WAY = 12
"""Events of the story until seven candidates have been checked."""


def asked(engine: ScriptedEngine, *then: str) -> Drive:
    """A line and Enter, as far as the engine goes, and some keys more."""

    async def drive(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, ImagescopeApp)
        app.browse.query_one(QueryInput).value = "a dog jumping into a lake"
        await until(pilot, lambda: app.browse.view.phase == "done")
        await pilot.press("enter")
        await until(pilot, lambda: app.browse.view.phase == "done" or engine.is_waiting)
        for key in then:
            await settled(pilot, besides="search")
            await pilot.press(key)

    return drive


def models(engine: ScriptedEngine) -> dict[str, Any]:
    return {"make_engine": lambda _: engine, "has_models": lambda: True}


@SIZES
def test_deep_search_half_way(
    look: Callable[..., None], plain_world: World, size: tuple[int, int]
) -> None:
    engine = ScriptedEngine(candidates(plain_world.folder), waits_behind=HALF_WAY)
    look(asked(engine), size, besides="search", **models(engine))


@SIZES
def test_deep_search_finished(
    look: Callable[..., None], plain_world: World, size: tuple[int, int]
) -> None:
    engine = ScriptedEngine(candidates(plain_world.folder))
    to_why = ("home", "tab") if size == LARGE else ("home", "tab", "tab")
    look(asked(engine, *to_why), size, **models(engine))


@SIZES
def test_chat(look: Callable[..., None], plain_world: World, size: tuple[int, int]) -> None:
    engine = ScriptedEngine(candidates(plain_world.folder))
    said = (*"but in winter".replace(" ", "_"), "enter", "escape")
    keys_said = ("space" if key == "_" else key for key in ("c", *said))
    look(asked(engine, *keys_said), size, **models(engine))


@SIZES
def test_edit(look: Callable[..., None], size: tuple[int, int]) -> None:
    look(keys("escape", "right", "e"), size)


def test_stack_open_beside_one_that_is_closed(
    look: Callable[..., None], plain_world: World
) -> None:
    one, *two = candidates(plain_world.folder)[:3]
    other, *three = candidates(plain_world.folder)[3:6]
    found = (
        replace(one, stack=tuple(each.photo_id for each in two)),
        replace(other, stack=tuple(each.photo_id for each in three)),
        *candidates(plain_world.folder)[6:10],
    )
    engine = ScriptedEngine(found)
    look(keys(*"dog", "escape", "v", "right", "space"), SMALL, make_engine=lambda _: engine)


def test_export(look: Callable[..., None]) -> None:
    look(keys("escape", "space", "space", "x"), SMALL)
