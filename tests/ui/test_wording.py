"""Numbers, times and facts as people read them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from imagescope_tui.counting import counted
from imagescope_tui.ui import wording
from storage.records import Facts, Photo, PhotoId, RootId


def photo(**changes: object) -> Photo:
    fields: dict[str, object] = {
        "id": PhotoId(1),
        "root_id": RootId(1),
        "root": Path("/photos"),
        "path": "a.jpg",
        "size_bytes": 4_200_000,
        "mtime_ns": 0,
    }
    return Photo(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (40, "40 s"),
        (59.6, "1 min"),
        (660, "11 min"),
        (3600, "1 h"),
        (12_000, "3 h 20 min"),
        (86_400, "1 day"),
        (200_000, "2 days"),
    ],
)
def test_durations_are_told_in_the_largest_unit(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "1 ms"), (0.004, "4 ms"), (0.12, "0.12 s"), (3.42, "3.4 s")]
)
def test_short_times_are_told_exactly(seconds: float, text: str) -> None:
    assert wording.elapsed(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 byte"),
        (812, "812 bytes"),
        (4_200_000, "4.2 MB"),
        (999_600, "1.0 MB"),
        (2e12, "2000 GB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_fits(size: int, text: str) -> None:
    assert wording.size(int(size)) == text


def test_counts_have_their_plural_and_their_commas() -> None:
    assert counted(1, "photo") == "1 photo"
    assert counted(48_213, "photo") == "48,213 photos"


@pytest.mark.parametrize(("seconds", "text"), [(0.004, "1/250 s"), (2.5, "2.5 s"), (0.5, "0.5 s")])
def test_exposures_are_told_as_photographers_say_them(seconds: float, text: str) -> None:
    assert wording.exposure(seconds) == text


def test_a_photo_without_a_date_has_that_of_its_file() -> None:
    assert wording.moment_of(photo(mtime_ns=1_595_000_000_000_000_000)) is not None
    taken = wording.moment_of(photo(taken_at="2020-07-18T16:02:00+02:00"))
    assert taken is not None
    assert wording.day_and_time(taken) == "18 July 2020 16:02"


@pytest.mark.parametrize("broken", ["", "2020-99-99T00:00:00", "yesterday"])
def test_a_broken_date_breaks_nothing(broken: str) -> None:
    moment = wording.moment_of(photo(taken_at=broken, mtime_ns=2**62))
    assert moment is None or moment.year > 1970


def test_facts_that_are_not_known_are_not_told() -> None:
    assert wording.exposure_sentence(Facts(iso=400)) == "ISO 400"
    assert wording.place_sentence(Facts(latitude=47.0)) == ""
    assert wording.frame_sentence(photo(), None) == "4.2 MB"


def test_the_readers_home_is_a_tilde() -> None:
    home = Path("/home/ada")
    assert wording.short_path(home / "Photos", home) == "~/Photos"
    assert wording.short_path(home, home) == "~"
    assert wording.short_path(Path("/mnt"), home) == "/mnt"


names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Mn", "Cf")), max_size=40)


@given(names, st.integers(0, 30))
def test_a_fitted_text_never_takes_more_cells_than_it_may(text: str, cells: int) -> None:
    for fit in (wording.fit, wording.fit_end):
        fitted = fit(text, cells)
        assert cell_len(fitted) <= cells
        assert fitted == text or cells == 0 or "…" in fitted
        if cell_len(text) <= cells:
            assert fitted == text


def test_a_cut_name_keeps_its_end() -> None:
    assert wording.fit("IMG_20200718_160203.JPG", 15) == "IMG_202…203.JPG"


@pytest.mark.parametrize(
    ("taken_at", "told", "month", "day"),
    [
        ("1985", "1985", "1985", ""),
        ("1985-07", "July 1985", "July 1985", "Jul"),
        ("1985-07-18", "18 July 1985", "July 1985", "18 Jul"),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(
    taken_at: str, told: str, month: str, day: str
) -> None:
    moment = wording.moment_of(photo(taken_at=taken_at))
    assert moment is not None
    assert wording.day_and_time(moment) == told
    assert wording.month(moment) == month
    assert wording.short_day(moment) == day


@pytest.mark.parametrize(
    ("dated_by", "told"),
    [
        ("file name", "18 July 2019 16:02 (from the file’s name)"),
        ("folder", "18 July 2019 16:02 (from the folder’s name)"),
        (None, "18 July 2019 16:02 (the file’s own time)"),
    ],
)
def test_who_tells_a_date_is_told_where_it_is_not_the_photo(
    dated_by: str | None, told: str
) -> None:
    moment = "2019-07-18T16:02:00.25"
    assert wording.taken(photo(moment=moment, dated_by=dated_by)) == told
    own = photo(moment=moment, taken_at="2019-07-18T16:02:00", dated_by="original")
    assert wording.taken(own) == "18 July 2019 16:02"
