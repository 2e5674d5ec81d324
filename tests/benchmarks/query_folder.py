"""A folder of photos as a person keeps them, for first queries: trips, pets, scans, a phone's roll.

What is where, when it was taken and what it shows stands in query_folder.csv, written by looking at
the photos. `shows` names only what the queries ask for. A date is either fixed, or one that moves
with the calendar: `yesterday`, `last week` (its Sunday), `last summer`.
"""

from __future__ import annotations

import csv
import functools
import os
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import numpy as np
from PIL import ExifTags, Image, ImageDraw

from tests.conftest import SHARED_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT_NAME: Final = "Photos"
_TABLE = Path(__file__).with_suffix(".csv")
_AS_A_MAC_WRITES = frozenset({"서울 여행", "Αθήνα", "India"})
"""Folders whose names are decomposed, and so are those in them."""
_COPIED_AT = datetime.fromisoformat("2023-05-01T12:00")
"""The files' own date where the photo tells one."""
_AUTUMN: Final = 9
_SCREEN = (585, 1266)
_SCREENSHOTS: Final = (
    ("Screenshot_20220110-101010.png", "boarding pass"),
    ("Screenshot_20220214-083000.png", "weather"),
    ("Screenshot_20220301-190501.png", "recipe"),
    ("Screenshot_20230620-120000.png", "map"),
)
_FILMS: Final = (
    ("dog running.mp4", "2017-05-06T15:00:00", "dog", ("Camera/IMG_9890.JPG", "Pets/IMG_4003.JPG")),
    ("MVI_2044.mp4", "2016-08-20T11:00:00", "beach", ("2018-04 Lisbon/P4120033.JPG",)),
)
_FILM_RATE: Final = 10
_FILM_SECONDS_PER_SCENE: Final = 3
_BROKEN: Final = "Camera/IMG_0404.JPG"
_CUT_FROM: Final = "Camera/IMG_9890.JPG"
_BROKEN_AT: Final = 300
_SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"{rating}>
   <dc:subject><rdf:Bag>{keywords}</rdf:Bag></dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of the folder, and what is true of it."""

    path: str
    """Below the root, composed (NFC)."""
    taken: datetime
    camera: str = ""
    keywords: frozenset[str] = frozenset()
    rating: int | None = None
    shows: frozenset[str] = frozenset()
    is_video: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    kept: Kept
    source: str
    description: str
    cut: int


def is_possible() -> bool:
    """Whether the real photos are beside the project."""
    return (SHARED_DATA / "photos").is_dir() and (SHARED_DATA / "captioned").is_dir()


@functools.cache
def kept_files(today: date) -> tuple[Kept, ...]:
    """All that can be found in the folder on a day.

    The file that was cut off shows nothing, and is found by the date and the camera that it tells.

    Raises:
        OSError: the table cannot be read.
    """
    photos = [row.kept for row in _rows(today)]
    whole = next(photo for photo in photos if photo.path == _CUT_FROM)
    return (
        *photos,
        replace(whole, path=_BROKEN, shows=frozenset()),
        *(
            Kept(path=f"Screenshots/{name}", taken=_of_name(name), shows=frozenset({"screen"}))
            for name, _ in _SCREENSHOTS
        ),
        *(
            Kept(
                path=f"Videos/{name}",
                taken=datetime.fromisoformat(taken),
                shows=frozenset({shown}),
                is_video=True,
            )
            for name, taken, shown, _ in _FILMS
        ),
    )


def make_query_folder(parent: Path, today: date) -> Path:
    """The folder, made anew below `parent`: about 380 files, 12 MB.

    Raises:
        FileNotFoundError: the real photos are not beside the project.
        ImportError: PyAV, of the extra video, is not installed.
    """
    root = parent / ROOT_NAME
    for row in _rows(today):
        _write_photo(root, row)
    for name, text in _SCREENSHOTS:
        path = _place(root, f"Screenshots/{name}")
        _draw_screen(text).save(path)
        _date(path, _of_name(name))
    for name, taken, _, scenes in _FILMS:
        path = _place(root, f"Videos/{name}")
        _write_film(path, [root / scene for scene in scenes])
        _date(path, datetime.fromisoformat(taken))
    broken = _place(root, _BROKEN)
    broken.write_bytes((root / _CUT_FROM).read_bytes()[:_BROKEN_AT])
    _date(broken, _COPIED_AT)
    return root


def summer_before(today: date) -> int:
    """The year of the last summer that is over; it ends with August."""
    return today.year if today.month >= _AUTUMN else today.year - 1


@functools.cache
def _rows(today: date) -> tuple[_Row, ...]:
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple(_row(cells, today) for cells in csv.DictReader(stream))


def _row(cells: dict[str, str], today: date) -> _Row:
    kept = Kept(
        path=unicodedata.normalize("NFC", cells["path"]),
        taken=_moment(cells["taken"], today),
        camera=cells["camera"],
        keywords=_parts(cells["keywords"]),
        rating=int(cells["rating"]) if cells["rating"] else None,
        shows=_parts(cells["shows"]),
    )
    return _Row(kept, cells["source"], cells["description"], int(cells["cut"] or 0))


def _parts(cell: str) -> frozenset[str]:
    return frozenset(part.strip() for part in cell.split(";") if part.strip())


def _moment(told: str, today: date) -> datetime:
    day, _, time = told.rpartition("T")
    if day.startswith("last summer"):
        day = f"{summer_before(today)}-{day.split()[-1]}"
    elif day.startswith("last week"):
        day = str(today - timedelta(days=today.isoweekday()))
    elif day.startswith("yesterday"):
        day = str(today - timedelta(days=1))
    return datetime.fromisoformat(f"{day}T{time}")


def _of_name(screenshot: str) -> datetime:
    told = Path(screenshot).stem.removeprefix("Screenshot_")
    return datetime.fromisoformat(told.replace("-", "T"))


def _place(root: Path, path: str) -> Path:
    is_decomposed = path.partition("/")[0] in _AS_A_MAC_WRITES
    place = root / (unicodedata.normalize("NFD", path) if is_decomposed else path)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _date(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def _write_photo(root: Path, row: _Row) -> None:
    """A photo without a camera tells nothing of itself: only its file has a date."""
    kept = row.kept
    path = _place(root, kept.path)
    with Image.open(SHARED_DATA / row.source) as image:
        picture = image.convert("RGB")
    picture = picture.crop((row.cut, 0, picture.width, picture.height - row.cut))
    picture.save(path, "JPEG", quality=92, exif=_facts(row) if kept.camera else Image.Exif())
    if kept.keywords or kept.rating:
        _write_sidecar(path, kept)
    _date(path, _COPIED_AT if kept.camera else kept.taken)


def _facts(row: _Row) -> Image.Exif:
    exif = Image.Exif()
    make, _, model = row.kept.camera.partition(" ")
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = make, model
    if row.description:
        exif[ExifTags.Base.ImageDescription] = row.description
    taken = row.kept.taken.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    return exif


def _write_sidecar(path: Path, kept: Kept) -> None:
    keywords = "".join(f"<rdf:li>{escape(word)}</rdf:li>" for word in sorted(kept.keywords))
    rating = f' xmp:Rating="{kept.rating}"' if kept.rating else ""
    text = _SIDECAR.format(keywords=keywords, rating=rating)
    path.with_name(path.name + ".xmp").write_text(text, encoding="utf-8")


def _draw_screen(text: str) -> Image.Image:
    """A phone's screen: bars, a title, lines of text."""
    screen = Image.new("RGB", _SCREEN, "white")
    pen = ImageDraw.Draw(screen)
    pen.rectangle((0, 0, _SCREEN[0], 60), fill="#222222")
    pen.text((20, 20), "10:10", fill="white", font_size=24)
    for line in range(12):
        pen.text((40, 120 + 80 * line), f"{text} {line + 1}", fill="black", font_size=32)
    return screen


def _write_film(path: Path, scenes: Sequence[Path]) -> None:
    import av  # optional: only the films need it

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=_FILM_RATE)
        stream.width = stream.height = 224
        stream.pix_fmt = "yuv420p"
        for scene in scenes:
            with Image.open(scene) as image:
                picture = image.convert("RGB").resize((224, 224))
            frame = np.asarray(picture)
            for _ in range(_FILM_RATE * _FILM_SECONDS_PER_SCENE):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame)))
        container.mux(stream.encode(None))
