"""Every empty place names the true reason, and a key that works where it is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from imagescope_tui.search.query_language import parse_query
from imagescope_tui.search.types import Degradation, Query
from imagescope_tui.ui.emptiness import Emptiness
from imagescope_tui.ui.empty_words import without_photos
from imagescope_tui.ui.folder_look import FolderLook, look_at
from imagescope_tui.ui.index_state import IndexView, OfflineRoot, Problem
from imagescope_tui.ui.library_reader import LibrarySnapshot
from imagescope_tui.ui.nothing_found import Sieve, without_results
from imagescope_tui.ui.state import SearchView
from indexer import formats
from storage.records import (
    LibraryNames,
    NameCount,
    PhotoFilter,
    Root,
    RootId,
)

if TYPE_CHECKING:
    from imagescope_tui.ui.empty_words import EmptyWords
    from imagescope_tui.ui.folder_look import Finding

ROOT = Root(id=RootId(1), path=Path("/home/ada/Photos"))
SNAPSHOT = LibrarySnapshot(exists=True, roots=(ROOT,))
FULL = replace(SNAPSHOT, photos=40)
NAMED = LibraryNames(
    people=(NameCount(name="Anna", photos=2),), places=(NameCount(name="Rome", photos=3),)
)
DONE = IndexView(is_started=True, up_to_date=True)
DOG = Query(text="dog", filter=PhotoFilter())
NO_ENCODER = Degradation(
    stage=1,
    reason="the encoder is not there",
    fallback="only names were searched",
    lacks_encoder=True,
)


def sieves(line: str, *counts: int) -> tuple[Sieve, ...]:
    chips = parse_query(line).chips
    return tuple(Sieve(chip=chip, photos=n) for chip, n in zip(chips, counts, strict=True))


def said(words: EmptyWords | None) -> str:
    assert words is not None
    return "\n".join((words.title, *words.lines))


def found_nothing(
    line: str, *counts: int, names: LibraryNames = NAMED, is_typing: bool = False, **of_view: object
) -> str:
    parsed = parse_query(line)
    query = Query(text=parsed.text, filter=parsed.filter)
    view = SearchView(phase="done", query=query, **of_view)  # type: ignore[arg-type]
    told = sieves(line, *counts)
    return said(without_results(view, FULL, DONE, names, told, is_typing=is_typing))


def test_the_filter_that_nothing_passes_is_named_and_not_the_words() -> None:
    text = found_nothing("dog camera:leica 2019", 0, 12)
    assert "Nothing found for “dog”" in text
    assert "No photo passes ‹camera leica›." in text
    assert "‹2019›" not in text
    assert text.endswith("\nBackspace drops the last filter; a click on ✕ drops any.")
    assert "word" not in text


def test_filters_that_only_together_let_nothing_pass_are_told_with_their_counts() -> None:
    text = found_nothing("camera:fuji 2019", 30, 12)
    assert "none passes all: ‹camera fuji› 30 · ‹2019› 12" in text
    assert text.endswith("\nBackspace drops the last filter; a click on ✕ drops any.")


def test_one_filter_is_dropped_by_its_key_also_while_typing() -> None:
    assert found_nothing("camera:leica", 0).endswith("\nBackspace drops it.")
    assert found_nothing("2019 camera:leica", 12, 0).endswith("\nBackspace drops it.")
    text = found_nothing("camera:leica", 0, is_typing=True)
    assert text.endswith("\nEsc, then Backspace, drops it.")


def test_who_asks_for_people_or_places_is_told_where_none_are_known() -> None:
    nobody = LibraryNames()
    assert "No photo here names people" in found_nothing("person:Zed", 0, names=nobody)
    assert "names people" not in found_nothing("person:Zed", 0)
    assert "says where it was taken" in found_nothing("place:Atlantis", 0, names=nobody)
    assert "says where it was taken" not in found_nothing("place:Atlantis", 0)


def test_another_word_is_advised_only_where_one_can_help() -> None:
    assert "Another word" in found_nothing("zorp", words_unknown=("zorp",))
    assert "Another word" in found_nothing("dog", degradations=(NO_ENCODER,))
    assert "nother word" not in found_nothing("dog")
    assert "nother word" not in found_nothing("dog camera:leica", 0)
    assert "nother word" not in found_nothing("camera:leica", 0)


def test_where_a_model_is_missing_its_key_is_named() -> None:
    for view in ({"words_unknown": ("zorp",)}, {"degradations": (NO_ENCODER,)}):
        text = found_nothing("zorp", **view)
        assert text.endswith("\nm shows models that know more.")
    assert "the encoder is not there: only names were searched" in text


def test_photos_that_are_not_read_yet_are_a_reason() -> None:
    from indexer.events import IndexProgress

    progress = IndexProgress(done=10, total=40, failed=0, photos_per_second=2, seconds_left=15)
    index = IndexView(is_started=True, progress=progress)
    view = SearchView(phase="done", query=DOG)
    assert "Not all photos are read yet: indexing 25 %" in said(
        without_results(view, FULL, index, NAMED)
    )


def test_a_search_like_a_photo_is_called_so() -> None:
    query = Query(reference=Path("/photos/lake.jpg"), filter=PhotoFilter())
    lost = Degradation(stage=1, reason="lake.jpg cannot be read", fallback="nothing was compared")
    view = SearchView(phase="done", query=query, degradations=(lost,))
    text = said(without_results(view, FULL, DONE, NAMED))
    assert "Nothing found like lake.jpg" in text
    assert "lake.jpg cannot be read: nothing was compared" in text
    assert "nother word" not in text


def test_a_failed_search_says_why() -> None:
    view = SearchView(phase="failed", problem="disk I/O error")
    words = without_results(view, FULL, DONE, NAMED, is_typing=True)
    assert words.title == "The search failed: disk I/O error"
    assert words.lines == ("Esc, then Esc, shows all photos again.",)


def test_who_asks_for_videos_is_told_what_reads_them() -> None:
    with mock.patch.object(formats, "find_spec", return_value=None):
        for line, is_told in (("type:video", True), ("type:mkv", True), ("type:png", False)):
            text = found_nothing(line, 0)
            assert ("imagescope-tui[video]" in text) == is_told
        passed = replace(SNAPSHOT, films_passed=2)
        assert "2 videos passed over: pip install" in said(without_photos(passed, DONE))
    with mock.patch.object(formats, "find_spec", return_value=object()):
        assert "imagescope-tui[video]" not in found_nothing("type:video", 0)


@pytest.mark.parametrize("is_typing", [False, True])
@pytest.mark.parametrize("is_asked", [False, True])
def test_a_library_without_folders_says_so_whatever_is_asked(
    *, is_asked: bool, is_typing: bool
) -> None:
    view = SearchView(phase="done", query=DOG) if is_asked else SearchView()
    emptiness = Emptiness(
        view=view, index=DONE, snapshot=LibrarySnapshot(), is_asked=is_asked, has_folders=False
    )
    text = said(emptiness.words((), (), is_typing=is_typing))
    assert text.startswith("No folder yet")
    assert "word" not in text
    key = "Esc, then a," if is_typing else "a"
    assert text.endswith(f"\n{key} chooses a folder of photos.")


def test_what_is_asked_of_a_library_without_photos_is_answered_by_its_state() -> None:
    view = SearchView(phase="done", query=DOG, words_unknown=("dog",))
    emptiness = Emptiness(view=view, index=IndexView(), snapshot=SNAPSHOT, is_asked=True)
    assert "Getting to know your photos" in said(emptiness.words((), (), is_typing=True))


def test_a_library_that_cannot_be_read_is_an_empty_place_too() -> None:
    problem = Problem(reason="the file is damaged", hint="imagescope restore FILE")
    emptiness = Emptiness(view=SearchView(), index=DONE, snapshot=None, problem=problem)
    text = said(emptiness.words((), (), is_typing=False))
    assert text == "Cannot be read: the file is damaged\nimagescope restore FILE"


PROGRESS: list[tuple[IndexView, str, str]] = [
    (IndexView(), "starting …", ""),
    (IndexView(is_started=True, scanning="/home/ada/Photos"), "looking through Photos …", ""),
    (IndexView(is_started=True, is_told_to_pause=True), "Indexing is paused", "i goes on."),
    (
        IndexView(is_started=True, is_told_to_pause=True, pause_reason="battery"),
        "Indexing is paused: on battery",
        "i goes on.",
    ),
    (
        IndexView(is_started=True, is_elsewhere=True, holder="process 4711 indexes"),
        "Process 4711 indexes.",
        "The photos it finds appear here too.",
    ),
    (
        IndexView(offline=(OfflineRoot(root=str(ROOT.path), photos=0, reason="not mounted"),)),
        "/home/ada/Photos: not mounted",
        "Connect its drive; then Ctrl-R looks again.",
    ),
    (IndexView(halted=Problem(reason="the disk is full", hint="free 1 GB")), "free 1 GB", "Ctrl-R"),
    (
        IndexView(halted=Problem(reason="the indexer ended", hint="Ctrl-R starts it")),
        "Indexing stopped: the indexer ended",
        "Ctrl-R starts it",
    ),
    (replace(DONE, failed=3), "3 files could not be read", "a adds another folder."),
]


@pytest.mark.parametrize(("index", "reason", "helps"), PROGRESS)
def test_a_library_without_photos_says_why_and_what_helps(
    index: IndexView, reason: str, helps: str
) -> None:
    words = without_photos(SNAPSHOT, index)
    assert reason in said(words)
    assert helps in words.lines[-1]


LOOKS: list[tuple[Finding, str, str]] = [
    ("unreadable", "You may not read this folder", "Ctrl-R looks again."),
    ("ignored", ".imagescopeignore leaves out every photo", "Ctrl-R looks again."),
    ("empty", "The folder is empty", "a adds another folder."),
    ("other files", "JPEG, PNG", "a adds another folder."),
]


@pytest.mark.parametrize(("finding", "reason", "helps"), LOOKS)
def test_of_a_folder_that_was_looked_through_the_true_reason_is_told(
    finding: Finding, reason: str, helps: str
) -> None:
    words = without_photos(SNAPSHOT, DONE, (FolderLook(ROOT.path, finding),))
    assert reason in said(words)
    assert words.lines[-1].endswith(helps)


def test_a_look_tells_an_empty_folder_from_one_that_is_left_out(tmp_path: Path) -> None:
    assert look_at(tmp_path / "nowhere").finding == "missing"
    assert look_at(tmp_path).finding == "empty"
    (tmp_path / "notes.txt").write_text("no photo")
    assert look_at(tmp_path).finding == "other files"
    below = tmp_path / "2019" / "lake"
    below.mkdir(parents=True)
    (below / "a.JPG").touch()
    assert look_at(tmp_path).finding == "other files"
    (tmp_path / ".imagescopeignore").write_text("2019/\n")
    assert look_at(tmp_path).finding == "ignored"
    (tmp_path / "b.png").touch()
    assert look_at(tmp_path).finding == "other files"


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    with mock.patch("os.scandir", side_effect=PermissionError):
        assert look_at(tmp_path).finding == "unreadable"
