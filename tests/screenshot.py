"""Makes the pictures of the real screen in docs: `python -m tests.screenshot`.

Draws photos, indexes them through the real child process with the encoder that comes along, opens
the app on them and has Textual export what it shows. One photo is real, a portrait of the United
States Navy that matplotlib brings, and free of rights. `rsvg-convert` makes a PNG of one screen.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from matplotlib import cbook
from PIL import ImageDraw, ImageFont
from textual import constants

from imagescope_tui.indexer_client import IndexerClient
from imagescope_tui.ui.app import ImagescopeApp
from imagescope_tui.ui.settings import UiSettings
from imagescope_tui.wiring import engine_beside_indexer
from indexer.options import IndexerOptions
from tests.ui.scenes import scene
from tests.ui.waiting import screen_text, settled, until

DOCS = Path(__file__).parents[1] / "docs"
QUERY, SIZE = "yellow flower", (140, 40)
WHERE_QUERY, WHERE_SIZE = "hat and uniform", (160, 50)
SIGN_QUERY, SIGN_SIZE = "lindbergh", (120, 36)

_COUNT = 48
_TAKEN, _MAKER, _MODEL = 0x9003, 0x010F, 0x0110
_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4">
<i:PersonInImage><rdf:Bag><rdf:li>Anna</rdf:li><rdf:li>Ben</rdf:li></rdf:Bag></i:PersonInImage>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
_TRIPS = ("2019 Allgäu", "2020 garden", "2021 Lisbon")


def draw_photos(folder: Path) -> None:
    """A few years of photos, with dates and a camera; and the portrait."""
    (folder / "1984").mkdir(parents=True)
    shutil.copy(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False), folder / "1984")
    for number in range(_COUNT):
        trip = _TRIPS[number % len(_TRIPS)]
        path = folder / trip / f"IMG_{4100 + number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = scene(number).image
        exif = image.getexif()
        exif[_MAKER], exif[_MODEL] = "Fujifilm", "X-T3"
        exif.get_ifd(0x8769)[_TAKEN] = f"{trip[:4]}:07:{1 + number % 28:02} 16:{number:02}:00"
        image.save(path, quality=90, exif=exif)


def draw_sign(path: Path) -> None:
    """The sign of a hotel in Lisbon, with two people that its XMP names."""
    image = scene(3).image.resize((1200, 800))
    pen = ImageDraw.Draw(image)
    pen.rectangle((220, 240, 980, 480), fill="#20324f", outline="#e8d9b0", width=12)
    font = ImageFont.load_default(96)
    pen.text((600, 360), "Hotel Lindbergh", fill="#f5edd6", font=font, anchor="mm")
    exif = image.getexif()
    exif[_MAKER], exif[_MODEL] = "Fujifilm", "X-T3"
    exif.get_ifd(0x8769)[_TAKEN] = "2021:07:29 18:20:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 42.0, 40.0), 3: "W", 4: (9.0, 8.0, 20.0)})
    image.save(path, quality=90, exif=exif, xmp=_XMP.encode())


async def index(options: IndexerOptions) -> None:
    """Bring the library up to date."""
    client = IndexerClient(options, on_event=lambda _: None)
    await client.start()
    await client.wait()
    await client.stop()


async def photograph(library: Path, query: str, size: tuple[int, int], *then: str) -> str:
    """The screen with the answer to a query, and after more keys, as SVG."""
    settings = UiSettings(
        library=library,
        indexer_options=IndexerOptions(library=library, encoder="pocket", serve=True, workers=1),
        make_engine=lambda client: engine_beside_indexer(client, library),
        encoder="pocket",
    )
    # A picture has all colours, whatever terminal it is made in.
    constants.COLOR_SYSTEM = "truecolor"  # type: ignore[misc]
    app = ImagescopeApp(settings, "blocks")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.index.encoder_id is not None)
        await pilot.press(*("space" if sign == " " else sign for sign in query))
        await settled(pilot)
        for key in ("escape", "d", *then):
            await pilot.press(key)
            await settled(pilot)
        if "w" in then:
            await until(pilot, lambda: f"{query.split()[0]} 0." in screen_text(app))
            await settled(pilot)
        return app.export_screenshot(title="imagescope-tui ~/Photos")


def main() -> None:
    """Draw, index, open, export."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ["HOME"] = name
        draw_photos(home / "Photos")
        draw_sign(home / "Photos" / "2021 Lisbon" / "IMG_4148.jpg")
        library = home / "library"
        options = IndexerOptions(
            library=library,
            folders=(home / "Photos",),
            encoder="pocket",
            workers=1,
            text_in_photos="all",
        )
        asyncio.run(index(options))
        grid = asyncio.run(photograph(library, QUERY, SIZE))
        where = asyncio.run(photograph(library, WHERE_QUERY, WHERE_SIZE, "enter", "w"))
        sign = asyncio.run(photograph(library, SIGN_QUERY, SIGN_SIZE, "enter"))
    (DOCS / "screenshot.svg").write_text(grid, "utf-8")
    write_png(where, DOCS / "where.png")
    write_png(sign, DOCS / "photo-page.png")


def write_png(svg: str, target: Path) -> None:
    """Draw an exported screen."""
    subprocess.run(
        ["rsvg-convert", "--width", "1440", "--output", str(target)],
        input=svg.encode(),
        check=True,
    )


if __name__ == "__main__":
    main()
