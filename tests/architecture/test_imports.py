"""What must not be loaded, looked up in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_after(statement: str) -> set[str]:
    return {module.partition(".")[0] for module in modules_after(statement)}


def modules_after(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], check=True, capture_output=True, text=True
    )
    return set(done.stdout.splitlines()[-1].split())


_HELP = (
    "from imagescope_tui.cli import app\n"
    "try:\n"
    "    app.app(['--help'], standalone_mode=False)\n"
    "except SystemExit:\n"
    "    pass"
)

_SCREEN = (
    "from imagescope_tui.cli.tui_app import tui_app\n"
    "from imagescope_tui.errors import UsageError\n"
    "try:\n"
    "    tui_app([], standalone_mode=False)\n"
    "except UsageError:\n"  # there is no terminal here
    "    import imagescope_tui.ui.app"
)


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (_HELP, {"torch", "textual", "numpy", "open_clip", "sqlite_utils", "rich"}),
        (_SCREEN, {"torch", "numpy", "openai", "pydantic", "PIL", "sqlite3", "httpx2", "babel"}),
        ("import imagescope_tui.search.query_language", {"numpy", "textual", "babel", "dateutil"}),
        ("import imagescope_tui.search.engine", {"torch", "textual", "open_clip"}),
        ("import imagescope_tui.wiring, imagescope_tui.indexer_client", {"torch", "textual"}),
        ("import imagescope_tui.ui.app", {"torch", "open_clip"}),
        ("import indexer.decoding.worker", {"torch", "open_clip", "sqlite_utils"}),
        ("import storage.library, storage.vector_index", {"torch", "textual", "hnswlib"}),
        ("import indexer.__main__", {"torch", "open_clip", "textual"}),
    ],
)
def test_heavy_libraries_stay_out(statement: str, absent: set[str]) -> None:
    assert not loaded_after(statement) & absent


def test_what_is_told_and_asked_later_is_loaded_behind_the_first_frame() -> None:
    later = {
        "indexer.events",
        "indexer.answers",
        "indexer.models.chat_types",
        "imagescope_tui.search.completion",
        "imagescope_tui.search.reading.line",
        "imagescope_tui.indexer_client",
        "imagescope_tui.ui.pictures.painting",
        "storage.library",
    }
    assert not modules_after(_SCREEN) & later
