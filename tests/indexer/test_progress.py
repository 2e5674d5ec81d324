from __future__ import annotations

from indexer.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left_come_from_what_was_done_lately() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.aim(0, 100)
    clock.now += 2
    event = progress.report(20, 1)
    assert event is not None
    assert (event.done, event.total, event.failed) == (20, 100, 1)
    assert (event.photos_per_second, event.seconds_left) == (10.0, 8.0)


def test_reports_are_spaced_but_the_last_one_is_always_told() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.aim(0, 3)
    clock.now += 1
    assert progress.report(1, 0) is not None
    assert progress.report(2, 0) is None
    assert progress.report(3, 0) is not None


def test_a_pause_does_not_count_into_the_pace() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.aim(0, 100)
    clock.now += 1
    progress.report(10, 0)
    clock.now += 1000
    paused = progress.report(10, 0, paused=True)
    assert paused is not None
    assert paused.seconds_left is None
    clock.now += 1
    event = progress.report(20, 0)
    assert event is not None
    assert event.photos_per_second == 10.0


def test_more_than_was_aimed_at_is_all_of_it() -> None:
    progress = Progress(Clock())
    progress.aim(0, 1)
    event = progress.report(5, 0)
    assert event is not None
    assert (event.total, event.seconds_left) == (5, None)
