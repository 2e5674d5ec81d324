from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from indexer.folders.coalescer import Coalescer

ROOT, OTHER = Path("/photos"), Path("/more")
QUIET, LONGEST = 0.5, 2.0

NOTES = st.lists(
    st.tuples(
        st.floats(0, 3, allow_nan=False),
        st.sampled_from((ROOT, OTHER)),
        st.none() | st.frozensets(st.sampled_from([ROOT / name for name in "abcd"]), min_size=1),
    ),
    max_size=30,
)


def coalescer() -> Coalescer:
    return Coalescer(quiet_seconds=QUIET, longest_seconds=LONGEST)


def test_nothing_is_due_before_anything_happened() -> None:
    changes = coalescer()
    assert changes.take_due(100.0) == {}
    assert changes.next_due_at() is None


def test_change_is_due_after_quiet() -> None:
    changes = coalescer()
    changes.note(ROOT, frozenset({ROOT / "a"}), 10.0)
    assert changes.take_due(10.49) == {}
    assert changes.next_due_at() == 10.5
    assert changes.take_due(10.5) == {ROOT: frozenset({ROOT / "a"})}
    assert changes.take_due(99.0) == {}


def test_steady_stream_is_reported_after_the_longest_time() -> None:
    changes = coalescer()
    reported_at = []
    for step in range(100):
        now = step / 10
        changes.note(ROOT, frozenset({ROOT}), now)
        if changes.take_due(now):
            reported_at.append(now)
    assert reported_at == [2.0, 4.1, 6.2, 8.3]


def test_whole_root_takes_all_its_folders_in() -> None:
    changes = coalescer()
    changes.note(ROOT, frozenset({ROOT / "a"}), 0.0)
    changes.note(ROOT, None, 0.1)
    changes.note(ROOT, frozenset({ROOT / "b"}), 0.2)
    assert changes.take_due(9.0) == {ROOT: None}


def test_forgotten_root_is_not_reported() -> None:
    changes = coalescer()
    changes.note(ROOT, None, 0.0)
    changes.note(OTHER, None, 0.0)
    changes.forget(ROOT)
    assert changes.take_due(9.0) == {OTHER: None}


@given(NOTES)
def test_every_change_is_reported_once_and_in_time(
    notes: list[tuple[float, Path, frozenset[Path] | None]],
) -> None:
    changes = coalescer()
    now = 0.0
    noted: dict[Path, float] = {}
    owed: dict[Path, set[Path]] = {}
    for wait, root, folders in notes:
        until = now + wait
        while (due_at := changes.next_due_at()) is not None and due_at <= until:
            for reported, found in changes.take_due(due_at).items():
                assert due_at <= noted.pop(reported) + LONGEST
                assert found is None or found == owed[reported]
                owed.pop(reported)
        now = until
        changes.note(root, folders, now)
        noted.setdefault(root, now)
        owed.setdefault(root, set()).update(folders or ())
    assert set(changes.take_due(now + LONGEST)) == set(noted)
