"""What the library page says, line by line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from rich.cells import cell_len

from imagescope_tui.ui.library_page_words import folder_words, retry_words, server_words
from imagescope_tui.ui.library_report import FolderReport, LibraryReport
from imagescope_tui.ui.library_room import Room, measure_room
from imagescope_tui.ui.library_rows import Frame, LibraryPage, note_of, rows_of
from imagescope_tui.ui.settings import ModelServerView
from indexer import formats
from storage.records import (
    CaptionOrigin,
    Failure,
    FailureReason,
    FolderCounts,
    LibraryCounts,
    OriginCount,
    PhotoId,
    Root,
    RootId,
)

NOW = 1_000_000.0
HOME = Path("/home/ada")
COUNTS = FolderCounts(photos=1200, embedded=1200, captioned=744, failed=12)
PHOTOS = FolderReport(
    root=Root(id=RootId(1), path=HOME / "Photos", scanned_at=NOW - 300), counts=COUNTS
)
DRIVE = FolderReport(
    root=Root(id=RootId(2), path=Path("/media/drive"), offline_since=NOW - 3 * 86_400),
    counts=FolderCounts(photos=2, films_passed=3),
    unreadable=("private\x1b[2J",),
)
RAW = FailureReason(step="decode", reason="reading RAW photos needs rawpy", photos=1002)
FAILURE = Failure(
    photo_id=PhotoId(5), path=HOME / "Photos/2019/a\x1b[31m.cr3", step="decode", reason=RAW.reason
)
PAGE = LibraryPage(
    report=LibraryReport(
        counts=LibraryCounts(photos=1202, embedded=1200, captioned=744, failed=1002),
        folders=(PHOTOS, DRIVE),
        failures=(RAW,),
        captions=(
            OriginCount(
                origin=CaptionOrigin(model_id="vlm", prompt_id="p"), captions=744, is_active=True
            ),
            OriginCount(
                origin=CaptionOrigin(model_id="old", prompt_id="p"), captions=9, is_active=False
            ),
        ),
        encoder="pocket/1",
        vectors=1200,
    ),
    library=HOME / "library",
    room=Room(database=4_200_000, vectors=0, thumbnails=10, models=0, free=None),
    opened=replace(RAW, photos=1),
    photos=(FAILURE,),
)


def lines(page: LibraryPage, cells: int) -> list[str]:
    rows = rows_of(page, Frame(cells=cells, home=HOME, now=NOW))
    return [line.text for row in rows for line in row.lines]


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        (PHOTOS, "looked at 5 min ago · 62 % captioned · 12 failed"),
        (DRIVE, "offline for 3 days · 0 % seen · 3 videos passed over · 1 folder in it cannot be"),
        (replace(PHOTOS, not_watched="too many"), "looked at 5 min ago · not watched: too many ·"),
        (
            replace(PHOTOS, root=replace(PHOTOS.root, scanned_at=None), counts=FolderCounts()),
            "not looked at yet",
        ),
    ],
)
def test_a_folder_says_when_it_was_looked_at_and_what_is_missing(
    folder: FolderReport, said: str
) -> None:
    with mock.patch.object(formats, "find_spec", return_value=None):
        assert folder_words(folder, NOW).startswith(said)


@pytest.mark.parametrize(
    ("attempts", "retry_after", "said"),
    [
        (1, None, "1 try · again when it changes"),
        (2, NOW + 900, "2 tries · again in 15 min"),
        (2, NOW - 900, "2 tries · again soon"),
    ],
)
def test_a_failure_says_how_often_it_was_tried_and_when_again(
    attempts: int, retry_after: float | None, said: str
) -> None:
    failure = replace(FAILURE, attempts=attempts, retry_after=retry_after)
    assert retry_words(failure, NOW) == said


@pytest.mark.parametrize("cells", [36, 76, 156])
def test_no_line_is_wider_than_the_page(cells: int) -> None:
    long = replace(PHOTOS, root=replace(PHOTOS.root, path=Path("/" + "long name/" * 30)))
    page = replace(PAGE, report=replace(PAGE.report, folders=(long, DRIVE)))
    assert max(map(cell_len, lines(page, cells))) <= cells


def test_nothing_of_files_reaches_the_terminal_as_it_is() -> None:
    assert "\x1b" not in "".join(lines(PAGE, 76))
    rows = rows_of(PAGE, Frame(cells=76, home=HOME, now=NOW))
    assert not any("\x1b" in note_of(row, HOME) for row in rows)


def test_photos_that_failed_are_named_below_their_folder_and_more_are_offered() -> None:
    said = lines(PAGE, 76)
    [photo] = [line for line in said if ".cr3" in line]
    assert photo.startswith("    2019/a")
    assert "    … 1,001 more: Enter" in said


def test_captions_are_told_with_who_wrote_them() -> None:
    said = lines(PAGE, 76)
    assert "captions  by vlm, 62 % of the photos" in said
    assert "          another set by old: 9 pictures" in said


def test_a_model_server_says_what_it_does_or_what_starts_it() -> None:
    assert server_words(ModelServerView()) == "none runs: imagescope serve"
    failed = ModelServerView(state="failed", detail="no GPU\x1b")
    assert server_words(failed) == "✗ no GPU"


def test_room_is_measured_by_what_it_is_for(tmp_path: Path) -> None:
    for name, size in (
        ("library.db", 100),
        ("library.db-wal", 20),
        ("vectors.rows", 30),
        ("thumbnails/ab/x.jpg", 7),
        ("indexer.log", 1),
        ("../models/m/weights", 9),
    ):
        path = tmp_path / "library" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    room = measure_room(tmp_path / "library", tmp_path / "models")
    assert (room.database, room.vectors, room.thumbnails, room.models) == (120, 30, 7, 9)
    assert room.total == 166
    assert room.free


def test_what_takes_no_room_is_left_out_and_models_go_by_their_kind() -> None:
    said = lines(PAGE, 76)
    assert not [line for line in said if "0 bytes" in line and "10 bytes" not in line]
    assert "search by pocket, over 99 % of the photos seen" in said


def test_what_is_not_there_takes_no_room(tmp_path: Path) -> None:
    assert measure_room(tmp_path / "none", None).total == 0
