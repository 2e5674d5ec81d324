"""A library that this version cannot read: the screen says so, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.library import Library
from tests.ui.waiting import screen_text

if TYPE_CHECKING:
    from tests.ui.conftest import Opener
    from tests.ui.library_world import World


async def test_a_library_of_a_newer_version_is_not_shown_but_told(
    world: World, opened: Opener
) -> None:
    with Library.open_writer(world.folder) as library:
        library._sql.run(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('imagescope', 'from_the_future', '2100-01-01')"
        )
        library._sql.connection.commit()
    before = (world.folder / "library.db").read_bytes()
    async with opened((112, 30)) as (app, _pilot):
        shown = " ".join(screen_text(app).split())
        assert "newer imagescope" in shown
        assert "upgrade imagescope" in shown
    assert (world.folder / "library.db").read_bytes() == before
