"""The real screen as terminals of few and of many colours show it: `python -m tests.screens OUT`.

Writes PNGs in three sizes, dark and light, for every depth of colour and way to draw pictures;
with `--photos DIR` of copies of those photos, else of drawn ones. `--docs` renews the pictures in
docs that show the depths of colour.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.pictures.terminal_answers import TerminalAnswers
from imagescope_tui.ui.settings import UiSettings
from imagescope_tui.wiring import engine_beside_indexer
from indexer.options import IndexerOptions
from tests.screenshot import DOCS, draw_photos, index
from tests.terminal_picture import terminal_picture
from tests.ui.waiting import settled, until

if TYPE_CHECKING:
    from PIL import Image

    from imagescope_tui.ui.pictures.cell_glyphs import GlyphMode
    from imagescope_tui.ui.pictures.painting import ColourDepth
    from imagescope_tui.ui.pictures.terminal_answers import Background

_SIZES = ((80, 24), (120, 35), (160, 50))
_WAYS: tuple[tuple[ColourDepth, GlyphMode], ...] = (
    ("true", "blocks"),
    ("true", "quadrants"),
    ("true", "sextants"),
    ("true", "octants"),
    ("256", "quadrants"),
    ("16", "quadrants"),
)
_BACKGROUNDS: tuple[Background, ...] = ("dark", "light")
_DOCS_LOOKS: tuple[tuple[ColourDepth, Background], ...] = (
    ("true", "light"),
    ("256", "dark"),
    ("16", "dark"),
    ("16", "light"),
)
_DOCS_SIZE = (80, 24)
_DOCS_QUERY = "hat and uniform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A terminal, and what it is asked to show."""

    size: tuple[int, int]
    background: Background
    depth: ColourDepth
    mode: GlyphMode

    @property
    def name(self) -> str:
        """Of its file."""
        width, height = self.size
        return f"{width}x{height}-{self.background}-{self.depth}-{self.mode}"


async def shown(library: Path, look: Look, query: str = "", *keys: str) -> Image.Image:
    """The screen with the answer to a query, and after more keys."""
    settings = UiSettings(
        library=library,
        indexer_options=IndexerOptions(library=library, encoder="pocket", serve=True, workers=1),
        make_engine=lambda client: engine_beside_indexer(client, library),
        encoder="pocket",
    )
    answers = TerminalAnswers(colours=look.depth, background=look.background)
    app = ImagescopeApp(settings, look.mode, answers)
    async with app.run_test(size=look.size) as pilot:
        await until(pilot, lambda: app.index.encoder_id is not None)
        for sign in query:
            await pilot.press("space" if sign == " " else sign)
        await settled(pilot)
        for key in ("escape", *keys):
            await pilot.press(key)
            await settled(pilot)
        return terminal_picture(app.screen._compositor.render_strips(), look.depth)


async def write_all(library: Path, out: Path, query: str) -> None:
    """Every look: the photos, and one of them large."""
    for size in _SIZES:
        for background in _BACKGROUNDS:
            for depth, mode in _WAYS:
                look = Look(size=size, background=background, depth=depth, mode=mode)
                for view, keys in (("grid", ()), ("large", ("enter",))):
                    picture = await shown(library, look, query, *keys)
                    picture.save(out / f"{look.name}-{view}.png")


async def write_docs(library: Path) -> None:
    """The same screen in 256 and in 16 colours, dark and light, small."""
    for depth, background in _DOCS_LOOKS:
        look = Look(size=_DOCS_SIZE, background=background, depth=depth, mode="quadrants")
        picture = await shown(library, look, _DOCS_QUERY)
        picture.quantize(128).save(DOCS / f"colours-{depth}-{background}.png", optimize=True)


def main() -> None:
    """Copy or draw, index, open, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--query", default="")
    parser.add_argument("--docs", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["HOME"] = name
        folder, library = Path(name) / "Photos", Path(name) / "library"
        if given.photos:
            shutil.copytree(given.photos, folder)
        else:
            draw_photos(folder)
        options = IndexerOptions(library=library, folders=(folder,), encoder="pocket", workers=1)
        asyncio.run(index(options))
        if given.out:
            given.out.mkdir(parents=True, exist_ok=True)
            asyncio.run(write_all(library, given.out, given.query))
        if given.docs:
            asyncio.run(write_docs(library))


if __name__ == "__main__":
    main()
