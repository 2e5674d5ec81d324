"""A library that an earlier version wrote, and the command that its errors name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.storage.first_library import make_first_library

if TYPE_CHECKING:
    from tests.cli.conftest import Imagescope


def test_to_index_is_what_brings_an_older_library_up_to_date(imagescope: Imagescope) -> None:
    make_first_library(imagescope.library)
    refused = imagescope("status")
    assert refused.status == 2
    assert refused.err.strip().endswith("an older imagescope wrote this library — imagescope index")
    # One of its photos could not be read: it is tried again once its folder is there.
    assert imagescope("index").status == 0
    assert imagescope("status").status == 0
