"""A piece of SQL that says of a row of `photos` whether it is an item."""

from __future__ import annotations

IS_ITEM = "photos.deleted_at IS NULL AND photos.companion_of IS NULL"
"""The file is there, and goes by no other one's name; the timeline's index has these rows."""
