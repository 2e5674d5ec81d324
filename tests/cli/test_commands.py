from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from imagescope_tui import health
from tests.cli.conftest import SECRET
from tests.pictures import paint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope, Outcome, Shelf


@pytest.fixture
def indexed_here(imagescope: Imagescope, photos: Path) -> Imagescope:
    """A library of photos that the test may change."""
    done = imagescope("index", photos)
    assert done.status == 0, done.err
    return imagescope


def names(outcome_paths: str) -> list[str]:
    return [path.rsplit("/", 1)[-1] for path in outcome_paths.splitlines()]


def test_indexing_says_what_it_did_on_stderr_only(imagescope: Imagescope, photos: Path) -> None:
    done = imagescope("index", photos)
    assert (done.status, done.out) == (0, "")
    assert "4 photos" in done.err
    again = imagescope("index")
    assert again.status == 0
    assert "nothing new" in again.err


def test_quiet_says_nothing(imagescope: Imagescope, photos: Path) -> None:
    done = imagescope("--quiet", "index", photos)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_index_json_prints_one_event_per_line(imagescope: Imagescope, photos: Path) -> None:
    import json

    done = imagescope("index", photos, "--json")
    events = [json.loads(line)["event"] for line in done.out.splitlines()]
    assert events[-1] == "index_up_to_date"
    assert "photos_committed" in events


def test_search_json_has_what_programs_rely_on(indexed: Imagescope) -> None:
    done = indexed("search", "something yellow", "--format", "json")
    assert done.status == 0
    found = done.json
    assert {
        "schema",
        "query",
        "filters",
        "reference",
        "strategy",
        "encoder",
        "intent",
        "propositions",
        "results",
        "rankings",
        "degraded",
        "seconds",
        "model_calls",
    } <= set(found)
    first = found["results"][0]
    assert first["path"].endswith("IMG_0001.png")
    assert {"rank", "path", "score", "stage", "caption", "answers", "verdict"} <= set(first)
    assert found["rankings"]["1"][0] == first["path"]


def test_search_jsonl_prints_events_as_they_happen(indexed: Imagescope) -> None:
    import json

    done = indexed("search", "red rose", "--format", "jsonl")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["search_started", "search_finished"]
    assert events[-1]["ranking"][0]["path"].endswith("rose.png")


def test_folder_names_file_names_and_years_are_found(indexed: Imagescope) -> None:
    assert names(indexed("search", "lisbon", "--format", "paths").out)[:2] in (
        ["IMG_0001.png", "IMG_0002.png"],
        ["IMG_0002.png", "IMG_0001.png"],
    )
    assert names(indexed("search", "0002", "--format", "paths").out)[0] == "IMG_0002.png"


def test_paths_can_end_in_nul(indexed: Imagescope) -> None:
    out = indexed("search", "yellow", "-0", "-k", "2").out
    assert out.count("\0") == 2
    assert "\n" not in out


def test_in_and_k_limit_what_is_found(indexed: Imagescope, shelf: Shelf) -> None:
    done = indexed("search", "red", "--in", shelf.photos / "garden", "--format", "paths")
    assert set(names(done.out)) == {"rose.png", "sky.png"}
    assert len(names(indexed("search", "red", "-k", "1", "--format", "paths").out)) == 1


def test_like_finds_similar_pictures_but_not_the_picture_itself(
    indexed: Imagescope, shelf: Shelf
) -> None:
    done = indexed("search", "--like", shelf.photos / "garden/rose.png", "--format", "paths")
    assert names(done.out)[0] == "IMG_0002.png"
    assert "rose.png" not in names(done.out)
    outside = paint(indexed.base / "outside.png", "deepskyblue")
    assert names(indexed("search", "--like", outside, "--format", "paths").out)[0] == "sky.png"


def test_ranking_by_one_side_alone_stays_available(indexed: Imagescope) -> None:
    words = indexed("search", "red rose", "--rank", "words", "--format", "paths")
    assert names(words.out) == ["rose.png"]
    picture = indexed("search", "red lisbon", "--rank", "picture", "--format", "json").json
    assert all(hit["parts"]["words"] is None for hit in picture["results"])


def test_stages_that_cannot_run_are_told(indexed: Imagescope) -> None:
    done = indexed("search", "red", "--stages", "3", "--format", "json")
    assert [item["stage"] for item in done.json["degraded"]] == [2, 3]


def test_copies_are_shown_once_and_listed(indexed_here: Imagescope, photos: Path) -> None:
    shutil.copy(photos / "garden/sky.png", photos / "copy of sky.png")
    indexed_here("index")
    found = indexed_here("search", "blue sky", "--format", "json").json["results"]
    [sky] = [hit for hit in found if hit["path"].endswith("sky.png")]
    assert len(sky["copies"]) == 1
    assert indexed_here("status", "--json").json["photos"] == 5


def test_no_match_is_1(indexed: Imagescope) -> None:
    done = indexed("search", "xyzzy")
    assert (done.status, done.out) == (1, "")
    assert "xyzzy" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("search",),
        ("search", "red", "--format", "xml"),
        ("search", "red", "--stages", "4"),
        ("index", "/no/such/folder"),
        ("juggle",),
        ("search", "--like", "/no/such/photo.jpg"),
        ("index", "--config", "/no/such/file.toml"),
    ],
)
def test_wrong_usage_is_2_and_one_line(imagescope: Imagescope, words: tuple[str, ...]) -> None:
    done = imagescope(*words)
    assert done.status == 2
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1, done.err


@pytest.mark.parametrize("words", [("search", "red"), ("status",), ("index",), ("purge",)])
def test_no_library_is_3_and_says_what_to_do(
    imagescope: Imagescope, words: tuple[str, ...]
) -> None:
    done = imagescope(*words)
    assert done.status == 3
    assert "imagescope index FOLDER" in done.err


def test_a_missing_model_is_4_and_words_are_still_searched(
    indexed: Imagescope, shelf: Shelf
) -> None:
    missing = "open_clip:local-dir:/no/such/folder"
    for words in (("index", shelf.photos), ("search", "rose", "--stages", "1")):
        done = indexed(*words, "--encoder", missing)
        assert done.status == 4, done.err
        assert len(done.err.strip().splitlines()) == 1
    assert names(done.out) == ["rose.png"]


def test_a_setting_that_names_no_encoder_is_2(indexed: Imagescope) -> None:
    done = indexed("search", "rose", "--encoder", "zip")
    assert done.status == 2, done.err
    assert len(done.err.strip().splitlines()) == 1


def test_some_failed_is_5_and_status_says_which(imagescope: Imagescope, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"no photo")
    assert imagescope("index", photos).status == 5
    status = imagescope("status", "--failures", "--json").json
    assert (status["photos"], status["embedded"], status["failed"]) == (5, 4, 1)
    [failure] = status["failures"]
    assert failure["path"].endswith("broken.jpg")
    assert failure["reason"]
    assert "broken.jpg" in imagescope("status", "--failures").out


def test_an_interrupted_run_is_130_and_keeps_what_it_did(
    imagescope: Imagescope, photos: Path
) -> None:
    for number in range(300):
        paint(photos / f"{number}.png", "red", (200 + number, 300))
    running = subprocess.Popen(
        [*imagescope.command, "--library", str(imagescope.library), "index", str(photos), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=imagescope.environment,
    )
    with running:
        assert running.stdout is not None
        next(line for line in running.stdout if b"photos_committed" in line)
        running.send_signal(signal.SIGINT)
        running.stdout.read()
    assert running.returncode == 130
    status = imagescope("status", "--json").json
    assert 0 < status["embedded"] <= status["photos"] == 304


def test_an_unplugged_folder_stays_searchable(indexed_here: Imagescope, photos: Path) -> None:
    photos.rename(photos.with_name("unplugged"))
    done = indexed_here("index")
    assert done.status == 0
    assert "offline" in done.err
    status = indexed_here("status", "--json").json
    assert (status["offline"], status["roots"][0]["offline"]) == (4, True)
    assert indexed_here("search", "yellow", "--format", "json").json["results"][0]["offline"]
    photos.with_name("unplugged").rename(photos)
    indexed_here("index")
    assert indexed_here("status", "--json").json["offline"] == 0


def test_purging_counts_first_and_acts_only_when_told(
    indexed_here: Imagescope, photos: Path
) -> None:
    (photos / "garden/rose.png").unlink()
    indexed_here("index")
    assert indexed_here("status", "--json").json["deleted"] == 1
    assert "--older-than 0 counts all" in indexed_here("purge").err
    assert "1 photo deleted would be" in indexed_here("purge", "--older-than", "0").err
    assert indexed_here("status", "--json").json["deleted"] == 1
    indexed_here("purge", "--older-than", "0", "--apply")
    assert indexed_here("status", "--json").json["deleted"] == 0


def test_no_escape_sequence_of_a_name_reaches_the_terminal(imagescope: Imagescope) -> None:
    folder = imagescope.base / "photos"
    odd = folder / os.fsdecode(b"\x1b]52;c;aGk=\x07 \x1b[2J red\n\xff.png")
    paint(folder / "x.png", "red")
    (folder / "x.png").rename(odd)
    (folder / "bad \x1b[31m.jpg").write_bytes(b"")
    outputs = [
        imagescope("index", folder),
        imagescope("search", "red"),
        imagescope("search", "red", "--format", "json"),
        imagescope("status", "--failures"),
        imagescope("status", "--failures", "--json"),
        imagescope("index", "--json", "--retry-failed"),
        imagescope("search", "\x1b[31mxyzzy"),
    ]
    for outcome in outputs:
        assert "\x1b" not in outcome.out + outcome.err
        assert "\x07" not in outcome.out + outcome.err
    found = imagescope("search", "red", "-0").out
    assert os.fsencode(found) == os.fsencode(odd) + b"\0"


def test_doctor_reports_and_its_json_is_json(doctor: Outcome) -> None:
    subjects = {check["subject"] for check in doctor.json["checks"]}
    assert {"library", "encoder", "torch", "formats"} <= subjects
    assert doctor.json["settings"]["encoder"]["source"] == "IMAGESCOPE_ENCODER"


def test_doctor_names_every_format_that_can_be_read(doctor: Outcome) -> None:
    formats = {check["subject"]: check for check in doctor.json["checks"]}
    told = formats["formats"]["told"]
    for name in ("JPEG", "PNG", "TIFF", "WebP", "AVIF", "HEIC", "GIF", "BMP", "JPEG 2000"):
        assert name in told
    for name in ("JPEG XL", "camera RAW", "videos"):
        assert name in told


def test_doctor_names_the_extra_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.formats.find_spec", lambda _: None)
    notes = {finding.told: finding.remedy for finding in health._formats(mock.Mock())}
    assert notes["videos are passed over: another library reads them"] == (
        "pip install 'imagescope-tui[video]'"
    )
    assert "camera RAW cannot be read: another library reads them" in notes
    assert not any("JPEG XL" in told and "can be read" in told for told in notes)


def test_a_key_is_never_shown(doctor: Outcome) -> None:
    assert SECRET not in doctor.out + doctor.err
    assert "(hidden)" in doctor.out


def test_a_pipe_that_closes_early_is_no_error(indexed: Imagescope) -> None:
    search = (
        f"{' '.join(indexed.command)} --library {indexed.library} search --quiet --stages 1 red"
    )
    line = f"{search} | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        check=False,
        capture_output=True,
        env=indexed.environment,
    )
    assert done.stderr == b""


def test_pause_and_resume_reach_whoever_indexes(imagescope: Imagescope, photos: Path) -> None:
    assert imagescope("pause").status == 3
    imagescope("index", photos)
    assert imagescope("pause").status == 0
    assert imagescope("status", "--json").json["paused"] == "asked"
    assert "paused; imagescope resume goes on" in imagescope("status").out
    waiting = subprocess.Popen(
        [*imagescope.command, "--library", str(imagescope.library), "index"],
        stderr=subprocess.PIPE,
        text=True,
        env=imagescope.environment,
    )
    assert waiting.stderr is not None
    for line in waiting.stderr:
        if "indexing is paused: imagescope resume goes on" in line:
            break
    assert waiting.poll() is None
    assert imagescope("resume").status == 0
    assert "up to date: " in waiting.communicate(timeout=60)[1]
    assert waiting.returncode == 0


def test_how_much_of_the_machine_is_used_can_be_said(imagescope: Imagescope, photos: Path) -> None:
    flags = ("--workers", 1, "--threads", 1, "--nice", 15)
    assert imagescope("index", photos, *flags).status == 0
    refused = imagescope("index", "--nice", 20)
    assert refused.status == 2
    assert "nice = 20 (command line) is not a whole number from 0 to 19" in refused.err
