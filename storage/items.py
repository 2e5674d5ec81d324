"""Pieces of SQL that say of a row of `photos` whether it is an item, and when it was taken."""

from __future__ import annotations

IS_ITEM = "photos.deleted_at IS NULL AND photos.companion_of IS NULL"
"""The file is there, and goes by no other one's name; the timeline's index has these rows."""

TAKEN_TOLD = """coalesce(
    (SELECT substr(taken_at, 1, 19) FROM sidecar_facts WHERE photo_id = photos.id),
    (SELECT substr(taken_at, 1, 19) FROM facts WHERE facts.content_id = photos.content_id))"""
"""When it was taken, where that is known: its sidecar's word goes first."""
