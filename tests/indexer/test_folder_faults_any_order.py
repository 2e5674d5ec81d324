"""Whatever happens to folders, in whatever order; longer: `python -m tests.soak folders`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.indexer.folder_machine import FolderMachine


def test_the_library_is_what_a_fresh_one_would_be_and_no_content_is_decoded_twice() -> None:
    run_state_machine_as_test(
        FolderMachine,
        settings=settings(
            max_examples=5,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
