"""Dates that names tell, and the many numbers in names that are none."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.date_order import DateTold
from storage.name_dates import date_in_names

TIME = "2019-04-12T15:41:14"


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("IMG_20190412_154114.jpg", TIME),
        ("IMG_20190412_154114_HDR.jpg", TIME),
        ("IMG_20190412_154114~2.jpg", TIME),
        ("VID_20190412_154114.mp4", TIME),
        ("20190412_154114.jpg", TIME),
        ("20190412154114.jpg", TIME),
        ("MVIMG_20190412_154114.jpg", TIME),
        ("Screenshot_20190412-154114.png", TIME),
        ("Screenshot_2019-04-12-15-41-14-123_com.app.png", TIME),
        ("Screen Shot 2019-04-12 at 3.41.14 PM.png", TIME),
        ("Screenshot 2019-04-12 at 3.41.14\u202fPM.png", TIME),
        ("Screenshot 2019-04-12 at 15.41.14.png", TIME),
        ("Bildschirmfoto 2019-04-12 um 15.41.14.png", TIME),
        ("Capture d’écran 2019-04-12 a\u0300 15.41.14.png", TIME),
        ("Screenshot from 2019-04-12 15-41-14.png", TIME),
        ("photo_7@12-04-2019_15-41-14.jpg", TIME),
        ("signal-2019-04-12-154114.jpg", TIME),
        ("signal-2019-04-12-15-41-14-123.jpg", TIME),
        ("WhatsApp Image 2019-04-12 at 15.41.14.jpeg", TIME),
        ("WhatsApp Image 2019-04-12 at 15.41.14 (2).jpeg", TIME),
        ("2019-04-12 15.41.14.jpg", TIME),
        ("2019-04-12 15.41.14-1.jpg", TIME),
        ("photo_2019-04-12_15-41-14.jpg", TIME),
        ("WP_20190412_15_41_14_Pro.jpg", TIME),
        ("DJI_20190412154114_0001.jpg", TIME),
        ("IMG-20190412-WA0003.jpg", "2019-04-12"),
        ("VID-20190412-WA0003.mp4", "2019-04-12"),
        ("Photo_20190412.jpg", "2019-04-12"),
        ("20190412 Lake.jpg", "2019-04-12"),
        ("2019-04-12.jpg", "2019-04-12"),
        ("Lake 2019-04-12 (3).jpg", "2019-04-12"),
        ("scan 2019.04.12.tif", "2019-04-12"),
    ],
)
def test_names_of_cameras_phones_and_messengers_are_dates(name: str, date: str) -> None:
    assert date_in_names("", name) == DateTold(date, "file name")


def test_milliseconds_of_a_name_are_kept() -> None:
    assert date_in_names("", "PXL_20190412_154114120.jpg") == DateTold(TIME, "file name", "12")


@pytest.mark.parametrize(
    "name",
    [
        "DSC01273.jpg",
        "20191301.jpg",
        "IMG_20199999.jpg",
        "20190230_101010.jpg",
        "2019.jpg",
        "holiday 2019.jpg",
        "FB_IMG_1555083674123.jpg",
        "mmexport1555083674123.jpg",
        "+4915120190412.jpg",
        "order 20190412.jpg",
        "1920190412.jpg",
        "201904121541140007.jpg",
        "v1.2019.04.12.jpg",
        "12-04-2019.jpg",
        "1920x1080.jpg",
        "5f3a20190412bc.png",
        "",
    ],
)
def test_numbers_that_merely_look_so_are_no_dates(name: str) -> None:
    assert date_in_names("", name) is None


@pytest.mark.parametrize(
    ("folder", "date"),
    [
        ("2019-04-12 Lake", "2019-04-12"),
        ("Photos/2019-04-12 Lake/best", "2019-04-12"),
        ("20190412 Lake", "2019-04-12"),
        ("2019-04 Easter", "2019-04"),
        ("2019/04", "2019-04"),
        ("2019/04 April", "2019-04"),
        ("Photos/2019/04/12", "2019-04-12"),
        ("2019/2019-04/12", "2019-04-12"),
        ("2019/holiday", "2019"),
        ("2019", "2019"),
        ("2018/2019-04-12", "2019-04-12"),
    ],
)
def test_folders_tell_a_day_a_month_or_a_year(folder: str, date: str) -> None:
    assert date_in_names(folder, "scan01.jpg") == DateTold(date, "folder")


@pytest.mark.parametrize("folder", ["", "04", "2019 photos of cats", "04/12", "2019-13", "1234"])
def test_other_folders_tell_nothing(folder: str) -> None:
    assert date_in_names(folder, "scan01.jpg") is None


def test_a_files_name_goes_before_its_folders() -> None:
    told = date_in_names("2018/07", "IMG-20190412-WA0003.jpg")
    assert told == DateTold("2019-04-12", "file name")


MOMENTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001
    datetime(2099, 12, 31),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0))


@given(
    MOMENTS,
    st.sampled_from(("IMG_", "Screenshot_", "", "signal-", "any words ")),
    st.sampled_from(("%Y%m%d_%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d-%H%M%S", "%Y_%m_%d_%H_%M_%S")),
)
def test_every_time_that_a_name_tells_is_read_back(
    moment: datetime, prefix: str, form: str
) -> None:
    name = f"{prefix}{moment.strftime(form)}.jpg"
    assert date_in_names("", name) == DateTold(moment.isoformat(), "file name")


@given(st.text(), st.text())
def test_no_name_raises(folder: str, name: str) -> None:
    date_in_names(folder, name)
