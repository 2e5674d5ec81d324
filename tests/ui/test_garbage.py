"""Garbage is looked for while nobody waits."""

from __future__ import annotations

import gc

import pytest

from imagescope_tui import garbage


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(garbage, "time", clock)
    return clock


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that everything is looked through."""
    looks: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: looks.append("look"))
    monkeypatch.setattr(gc, "get_count", lambda: (700, 3, 2))
    return looks


def test_a_moment_after_a_key_is_not_for_tidying(clock: Clock, looks: list[str]) -> None:
    moments = garbage.QuietMoments()
    moments.note_input()
    clock.now += 0.5
    moments.tidy()
    assert looks == []


def test_a_quiet_moment_is(clock: Clock, looks: list[str]) -> None:
    moments = garbage.QuietMoments()
    moments.note_input()
    clock.now += 1.5
    moments.tidy()
    assert looks == ["look"]


def test_where_nothing_became_old_nothing_is_looked_through(
    looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "get_count", lambda: (700, 3, 0))
    garbage.QuietMoments().tidy()
    assert looks == []
