"""Who may have photos left alone, and what ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from indexer import manners
from indexer.pauses import Pauses
from storage.errors import LibraryReadOnly
from storage.pause_mark import is_paused, put_pause

if TYPE_CHECKING:
    from pathlib import Path


class Plug:
    """A laptop whose plug somebody pulls, and a clock that jumps past the next look."""

    def __init__(self) -> None:
        self.is_pulled = False
        self.now = 0.0

    def pull(self, is_pulled: bool) -> None:
        self.is_pulled = is_pulled
        self.now += 60.0


def pauses_with(plug: Plug, library: Path) -> Pauses:
    return Pauses(
        library,
        spare_battery=True,
        is_unplugged=lambda: plug.is_pulled,
        clock=lambda: plug.now,
    )


def test_an_order_outlives_the_one_who_took_it(tmp_path: Path) -> None:
    Pauses(tmp_path).ask(True)
    assert Pauses(tmp_path).reason == "asked"
    Pauses(tmp_path).ask(False)
    assert Pauses(tmp_path).reason is None


def test_an_order_of_another_process_is_noticed_and_can_be_taken_back_here(tmp_path: Path) -> None:
    pauses = Pauses(tmp_path)
    assert pauses.reason is None
    put_pause(tmp_path, True)
    assert pauses.reason == "asked"
    pauses.ask(False)
    assert pauses.reason is None
    assert not is_paused(tmp_path)
    put_pause(tmp_path, False)


def test_where_the_folder_cannot_be_written_an_order_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "touch", refuse)
    with pytest.raises(LibraryReadOnly, match="cannot be written: Permission denied"):
        put_pause(tmp_path, True)
    pauses = Pauses(tmp_path)
    pauses.ask(True)
    assert pauses.reason == "asked"
    pauses.ask(False)
    assert pauses.reason is None


def test_on_battery_it_pauses_until_the_plug_is_back(tmp_path: Path) -> None:
    plug = Plug()
    pauses = pauses_with(plug, tmp_path)
    assert pauses.reason is None
    plug.pull(True)
    assert pauses.reason == "battery"
    plug.pull(False)
    assert pauses.reason is None
    assert not is_paused(tmp_path)


def test_whoever_says_go_on_means_it_until_the_plug_was_back(tmp_path: Path) -> None:
    plug = Plug()
    pauses = pauses_with(plug, tmp_path)
    plug.pull(True)
    pauses.ask(False)
    assert pauses.reason is None
    plug.pull(False)
    assert pauses.reason is None
    plug.pull(True)
    assert pauses.reason == "battery"


def test_who_does_not_spare_the_battery_never_looks() -> None:
    def never() -> bool:
        raise AssertionError

    assert Pauses(is_unplugged=never).reason is None


@pytest.mark.parametrize(("plugged", "is_told"), [(True, False), (False, True), (None, False)])
def test_a_battery_counts_only_where_the_system_says_that_it_is_in_use(
    plugged: bool | None, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Battery:
        power_plugged = plugged

    monkeypatch.setattr(psutil, "sensors_battery", Battery, raising=False)
    assert manners.is_on_battery() is is_told


def test_a_machine_without_a_battery_never_runs_on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    assert not manners.is_on_battery()
    monkeypatch.delattr(psutil, "sensors_battery")
    assert not manners.is_on_battery()
