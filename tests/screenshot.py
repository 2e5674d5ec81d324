"""Makes the README's picture of the real screen: `python -m tests.screenshot`.

Draws photos, indexes them through the real child process with the encoder that comes along, opens
the app on them and has Textual export what it shows.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from textual import constants

from imagescope_tui.indexer_client import IndexerClient
from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.settings import UiSettings
from imagescope_tui.wiring import engine_beside_indexer
from indexer.options import IndexerOptions
from tests.ui.scenes import scene
from tests.ui.waiting import settled, until

TARGET = Path(__file__).parents[1] / "docs" / "screenshot.svg"
QUERY = "yellow flower"
SIZE = (140, 40)

_COUNT = 48
_TAKEN, _MAKER, _MODEL = 0x9003, 0x010F, 0x0110
_TRIPS = ("2019 Allgäu", "2020 garden", "2021 Lisbon")


def draw_photos(folder: Path) -> None:
    """A few years of photos, with dates and a camera."""
    for number in range(_COUNT):
        trip = _TRIPS[number % len(_TRIPS)]
        path = folder / trip / f"IMG_{4100 + number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = scene(number).image
        exif = image.getexif()
        exif[_MAKER], exif[_MODEL] = "Fujifilm", "X-T3"
        exif.get_ifd(0x8769)[_TAKEN] = f"{trip[:4]}:07:{1 + number % 28:02} 16:{number:02}:00"
        image.save(path, quality=90, exif=exif)


async def index(options: IndexerOptions) -> None:
    """Bring the library up to date."""
    client = IndexerClient(options, on_event=lambda _: None)
    await client.start()
    await client.wait()
    await client.stop()


async def photograph(library: Path) -> str:
    """The screen with the answer to the query, as SVG."""
    settings = UiSettings(
        library=library,
        indexer_options=IndexerOptions(library=library, encoder="pocket", serve=True, workers=1),
        make_engine=lambda client: engine_beside_indexer(client, library),
        encoder="pocket",
    )
    # A picture has all colours, whatever terminal it is made in.
    constants.COLOR_SYSTEM = "truecolor"  # type: ignore[misc]
    app = ImagescopeApp(settings, "blocks")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.index.encoder_id is not None)
        await pilot.press(*("space" if sign == " " else sign for sign in QUERY))
        await settled(pilot)
        await pilot.press("escape", "d")
        await settled(pilot)
        return app.export_screenshot(title="imagescope-tui ~/Photos")


def main() -> None:
    """Draw, index, open, export."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ["HOME"] = name
        draw_photos(home / "Photos")
        library = home / "library"
        options = IndexerOptions(
            library=library, folders=(home / "Photos",), encoder="pocket", workers=1
        )
        asyncio.run(index(options))
        TARGET.write_text(asyncio.run(photograph(library)), "utf-8")


if __name__ == "__main__":
    main()
