from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagescope_tui.search.query_language import LineContext
from storage.pairs import RAW_EXTENSIONS
from storage.records import HoursOfDay, NameCount, PhotoFilter, TimeSpan
from tests.search.reading.lines import CONTEXT, NAMES, TODAY, read

VIDEO = read("type:video").filter


def taken(first: str | None, before: str | None) -> PhotoFilter:
    return PhotoFilter(taken_from=first, taken_before=before)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("in:Rome", PhotoFilter(folder_names=("Rome",))),
        ("folder:Italy/Rome", PhotoFilter(folder_names=("Italy/Rome",))),
        ("in:/photos/2019", PhotoFilter(folders=(Path("/photos/2019"),))),
        ('in:"/my photos"', PhotoFilter(folders=(Path("/my photos"),))),
        ("in:'New York'", PhotoFilter(folder_names=("New York",))),
        ("in:“New York”", PhotoFilter(folder_names=("New York",))),
        ("in：Rome", PhotoFilter(folder_names=("Rome",))),
        ("in: Rome", PhotoFilter(folder_names=("Rome",))),
        ("IN:Rome,", PhotoFilter(folder_names=("Rome",))),
        ("in:Rome in:Paris", PhotoFilter(folder_names=("Rome", "Paris"))),
        ('camera:"iphone 13"', PhotoFilter(cameras=("iphone 13",))),
        ("lens:35mm", PhotoFilter(cameras=("35mm",))),
        ("type:heif", PhotoFilter(extensions=("heic", "heif", "hif", "heics", "heifs"))),
        ("type:JPG", PhotoFilter(extensions=("jpg", "jpeg", "jpe", "jfif"))),
        ("ext:cr2", PhotoFilter(extensions=("cr2",))),
        ("type:RAW", PhotoFilter(extensions=("raw", *sorted(set(RAW_EXTENSIONS) - {"raw"})))),
        ("type:png,cr2", PhotoFilter(extensions=("png", "cr2"))),
        ("type:png type:cr2", PhotoFilter(extensions=("png", "cr2"))),
        ("rating:4", PhotoFilter(rating_from=4)),
        ("rating:2 stars:3", PhotoFilter(rating_from=3)),
        ("has:gps", PhotoFilter(traits=("gps",))),
        ("has:place", PhotoFilter(traits=("gps",))),
        ("is:portrait is:screenshot", PhotoFilter(traits=("portrait", "screenshot"))),
        ("is:video", VIDEO),
        ("is:photo", PhotoFilter(without=(VIDEO,))),
        ("-type:video", PhotoFilter(without=(VIDEO,))),
        ("not type:video", PhotoFilter(without=(VIDEO,))),
        ("no videos", PhotoFilter(without=(VIDEO,))),
        ("-in:Pets", PhotoFilter(without=(PhotoFilter(folder_names=("Pets",)),))),
        ("-is:portrait", PhotoFilter(without=(PhotoFilter(traits=("portrait",)),))),
        ("-date:2019", PhotoFilter(without=(taken("2019-01-01", "2020-01-01"),))),
        ("-2019", PhotoFilter(without=(taken("2019-01-01", "2020-01-01"),))),
        (
            "not at Christmas 2019",
            PhotoFilter(without=(taken("2019-12-24", "2019-12-27"),)),
        ),
        ("not in 2019", PhotoFilter(without=(taken("2019-01-01", "2020-01-01"),))),
        ("date:2019", taken("2019-01-01", "2020-01-01")),
        ("date:2019-12", taken("2019-12-01", "2020-01-01")),
        ("on:2020-02-29", taken("2020-02-29", "2020-03-01")),
        ("year:1850", taken("1850-01-01", "1851-01-01")),
        ("date:2019-07..2020", taken("2019-07-01", "2021-01-01")),
        ("date:2019..", taken("2019-01-01", None)),
        ("date:..2018", taken(None, "2019-01-01")),
        ("before:2020", taken(None, "2020-01-01")),
        ("after:2019-06", taken("2019-07-01", None)),
        ("since:2019-06", taken("2019-06-01", None)),
        ("until:2019-06", taken(None, "2019-07-01")),
        ("since:2018 since:2019 before:2021", taken("2019-01-01", "2021-01-01")),
        ("after:last summer", taken("2026-09-01", None)),
        ('before:"May 2020"', taken(None, "2020-05-01")),
        ("since:yesterday", taken("2026-11-29", None)),
        ("date:summer 2020", taken("2020-06-01", "2020-09-01")),
        ("date:06:00..12:00", PhotoFilter(hours=(HoursOfDay(first=6, before=12),))),
        ("date:morning", PhotoFilter(hours=(HoursOfDay(first=5, before=12),))),
        (
            "date:2019 date:2021",
            PhotoFilter(
                spans=(
                    TimeSpan(first="2019-01-01", before="2020-01-01"),
                    TimeSpan(first="2021-01-01", before="2022-01-01"),
                )
            ),
        ),
    ],
)
def test_a_filter_is_understood_and_leaves_no_words(line: str, wanted: PhotoFilter) -> None:
    parsed = read(f"{line} dog" if line.endswith(('"', "'", "”")) else line)
    assert (parsed.filter, parsed.problems) == (wanted, ())
    assert parsed.text in ("", "dog")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("tag:cat", "in:, camera:"),
        ("iso:400", "in:, camera:"),
        ("-tag:cat", '"tag:cat"'),
        ("rating:9", "rating:5"),
        ("stars:superb", "rating:5"),
        ("type:foo", "type:jpg"),
        ("ext:xmp", "type:jpg"),
        ("is:blurred", "is:screenshot"),
        ("date:soon", "date:2019"),
        ("date:2019-13", "date:2019"),
        ("after:99999", "date:2019"),
        ("before:2019..2020", "date:2019..2021"),
        ("in:", "in:Italy"),
        ("in:~\0", "in:Italy"),
        ("date:\x1b[31m", "date:2019"),
        ("--cat", "-cat"),
        ("cat OR", "cat OR dog"),
        ("OR cat", "cat OR dog"),
        ("in:Rome OR type:png", "in:Rome OR in:Paris"),
        ("cat OR in:Rome", "in:Rome OR in:Paris"),
        ("is:portrait OR is:square", "in:Rome OR in:Paris"),
        ("(cat OR dog) beach", "OR"),
        ("not without people", "-people"),
        ("not", "not people"),
        ("without", '"without"'),
        ("Ohne ", "Ohne people"),
    ],
)
def test_what_looks_like_an_operator_and_is_none_is_told_with_what_to_write(
    line: str, named: str
) -> None:
    (problem,) = read(line).problems
    assert named in problem
    assert problem.isprintable()
    assert ":" not in read(line).text


@pytest.mark.parametrize(
    "line", ["10:30 train", "http://x.y/z", r"C:\photos", "std::vector", "beach: sunset", "猫：犬"]
)
def test_colons_of_ordinary_words_make_no_filter(line: str) -> None:
    assert (read(line).text, read(line).problems) == (line, ())


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        ("in:New York dog", "New York", "dog"),
        ("in:new york", "new york", ""),
        ("in:New Orleans", "New", "Orleans"),
        ("in:Italy beach", "Italy", "beach"),
        ("in:Lake Como sunset", "Lake Como", "sunset"),
        ("in:Italy/New York dog", "Italy/New York", "dog"),
        ("in:Köln dog", "Köln", "dog"),
        ("in:2021-07 - Lake Como dog", "2021-07 - Lake Como", "dog"),
        ("in:Italy – dog", "Italy", "dog"),
        ("in:Ko\u0308ln dog", "Ko\u0308ln", "dog"),
    ],
)
def test_a_folder_whose_quotes_the_shell_took_is_known_by_its_name(
    line: str, name: str, text: str
) -> None:
    parsed = read(line, CONTEXT)
    assert (parsed.filter.folder_names, parsed.text) == ((name,), text)


def test_so_is_a_camera() -> None:
    parsed = read("camera:iphone 13 cat", CONTEXT)
    assert (parsed.filter.cameras, parsed.text) == (("iphone 13",), "cat")
    assert read("camera:iphone 13 cat").text == "13 cat"


@pytest.mark.parametrize(
    ("line", "hints"),
    [
        ("in:Itly", ("no folder is called Itly: Italy?",)),
        ("in:Comoo", ("no folder is called Comoo: Como?",)),
        ("in:Sahara", ("no folder is called Sahara",)),
        ("in:Como", ()),
        ("in:koln", ()),
        ("in:/nowhere", ("no folder of the library is at /nowhere",)),
        ("-in:~/nowhere", ("no folder of the library is at ~/nowhere",)),
        ("in:/photos/Toshio", ("no folder of the library is at /photos/Toshio",)),
        ("in:/photos", ()),
        ("in:/photos/Toshi/2019", ()),
    ],
)
def test_a_folder_that_is_not_there_is_told_with_the_nearest(
    line: str, hints: tuple[str, ...]
) -> None:
    assert read(line, CONTEXT).hints == hints
    assert read(line).hints == ()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("christmas 2016", "Christmas 2016"),
        ("dog noel 2016 snow", "Noël 2016"),
        ("2021-07 lake como", "2021-07 Lake Como"),
        ("2021-07 Lake", ""),
        ("Christmas", ""),
        ("Christmas in 2016", ""),
        ('in:"Christmas 2016"', ""),
        ('"Christmas" 2016', ""),
        ("date:2021-07 lake como", ""),
        ("new york", ""),
    ],
)
def test_a_folder_that_is_called_like_a_date_is_told_with_how_to_ask_for_it(
    line: str, name: str
) -> None:
    alike = (NameCount(name="Christmas 2016", photos=1), NameCount(name="Noël 2016", photos=1))
    names = replace(NAMES, folders=(*NAMES.folders, *alike))
    context = LineContext(today=TODAY, names=names)
    hints = (f'a folder is called {name}: in:"{name}"',) if name else ()
    assert read(line, context).hints == hints
    assert read(line, context).filter == read(line).filter


def test_a_home_of_nobody_is_a_folder_like_others() -> None:
    assert read("in:~nobody-is-called-so red").text == "red"
