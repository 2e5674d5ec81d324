"""Somebody else indexes the library: who it is, and that nothing is lost by asking."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from storage.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Imagescope


@pytest.mark.parametrize("words", [(), ("--watch",)], ids=["once", "watching"])
def test_a_second_indexer_is_2_and_says_who_has_the_library(
    imagescope: Imagescope, photos: Path, words: tuple[str, ...]
) -> None:
    with Library.open_writer(imagescope.library) as library:
        told = imagescope("index", photos, *words)
        assert library.roots.all() == ()
    assert told.status == 2
    [line] = [line for line in told.err.splitlines() if line.startswith("imagescope: ")]
    assert f"another imagescope has this library open for indexing (process {os.getpid()})" in line
    assert "wait for it, or close the other window" in line
