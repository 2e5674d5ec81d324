"""Other programs are started with lists of words, never by a shell: no name can be a command."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for package in ("imagescope_tui", "indexer", "storage")
    for path in sorted((PROJECT / package).rglob("*.py"))
]
_BY_SHELL = {
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("asyncio.create_subprocess_shell", "pty.spawn", "commands.getoutput"),
}
_EVALUATING = {"eval", "exec", "pickle.load", "pickle.loads", "torch.load", "yaml.load"}


@pytest.fixture(scope="module")
def calls() -> list[tuple[Path, ast.Call]]:
    """Every call in the product."""
    return [
        (path, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]


def test_no_program_is_started_by_a_shell(calls: list[tuple[Path, ast.Call]]) -> None:
    for path, call in calls:
        assert ast.unparse(call.func) not in _BY_SHELL, (path, ast.unparse(call))
        assert "shell" not in [word.arg for word in call.keywords], (path, ast.unparse(call))


def test_nothing_that_was_read_is_run_as_code(calls: list[tuple[Path, ast.Call]]) -> None:
    for path, call in calls:
        assert ast.unparse(call.func) not in _EVALUATING, (path, ast.unparse(call))
