"""What every test stands on: no settings of the person who runs it, and no network."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.privacy.guard.sitecustomize import LOG_VARIABLE, guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A busy machine is no fault of the code: laws have no time limit of their own.
settings.register_profile("imagescope", deadline=None)
settings.load_profile("imagescope")

# Test processes share the cores, where threads of numpy that wait for each other take time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

GUARD_FOLDER = Path(__file__).resolve().parent / "privacy" / "guard"
guard()

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    live_in(tmp_path_factory.mktemp("home"), monkeypatch)


def live_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a folder the home, and forgets the settings of the person."""
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in ("LIBRARY", "ENCODER", "IMAGES", "OPENER", "WORKERS", "THREADS"):
        monkeypatch.delenv(f"IMAGESCOPE_{name}", raising=False)


def pytest_configure() -> None:
    """Programs that tests start hear Ctrl-C, also where the tests run behind a shell."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _guarded_sockets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Sockets of this process and of all that it starts stay on this machine; where it is noted."""
    log = tmp_path_factory.mktemp("sockets") / "log"
    log.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LOG_VARIABLE, str(log))
        # Its sockets are opened in C++, where the guard sees none.
        patch.setenv("ORT_DISABLE_TELEMETRY", "1")
        patch.setenv("PYTHONPATH", str(GUARD_FOLDER), prepend=os.pathsep)
        yield log


@pytest.fixture(autouse=True)
def _loopback_only(_guarded_sockets: Path) -> Iterator[None]:
    before = _guarded_sockets.stat().st_size
    yield
    if _guarded_sockets.stat().st_size > before:
        pytest.fail(_guarded_sockets.read_text()[before:])


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """The folder of real test data of a name; the test is skipped where there is none."""

    def folder(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.is_dir():
            pytest.skip(f"no real test data: {name} is not beside the project")
        return path

    return folder
