from __future__ import annotations

from typing import TYPE_CHECKING

import storage.caption_upkeep
from storage.caption_upkeep import catch_up_words, drop_superseded, switch_captions
from storage.library import DATABASE_NAME, Library
from storage.records import (
    NO_ORIGIN,
    Caption,
    CaptionOrigin,
    ContentId,
    Embedding,
    PhotoFilter,
)
from storage.schema import create_tables, migrate
from storage.sql import Sql
from tests.storage.conftest import ENCODER, Shelf, file_state, unit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from storage.contents import PendingPhoto

OLD = CaptionOrigin(model_id="old model", prompt_id="p")
NEW = CaptionOrigin(model_id="new model", prompt_id="p")
_LATER = 10.0**12


def caption(content_id: ContentId, text: str, origin: CaptionOrigin = OLD) -> Caption:
    return Caption(
        content_id=content_id, text=text, model_id=origin.model_id, prompt_id=origin.prompt_id
    )


def write(shelf: Shelf, *captions: Caption) -> None:
    with shelf.library.atomic(changes_photos=False) as revision:
        shelf.library.captions.put(captions)
        shelf.library.vectors.put(
            [
                Embedding(
                    content_id=item.content_id,
                    kind="caption",
                    encoder_id=ENCODER,
                    vector=unit(item.content_id + 100),
                    origin=item.origin,
                )
                for item in captions
            ],
            revision,
        )
        contents = [item.content_id for item in captions]
        shelf.library.words.refresh(shelf.library.photos.ids_holding(contents))


def read(shelf: Shelf, count: int) -> list[ContentId]:
    """So many photos, the last one the newest."""
    found = []
    for number in range(count):
        shelf.add("", file_state(f"{number}.jpg", inode=number, mtime_ns=10**18 + number))
        found.append(shelf.read(f"hash {number}", seed=number))
    return found


def found_by_word(library: Library, word: str) -> int:
    return len(library.words.search([word], PhotoFilter(), limit=99))


def waiting(library: Library, origin: CaptionOrigin, *, now: float = 0.0) -> list[PendingPhoto]:
    with library.atomic(changes_photos=False):
        origin_id = library.captions.origin_id(origin)
    found = library.contents.without_caption(origin_id, now=now, after=None, limit=99)
    assert len(found) == library.contents.count_without_caption(origin_id, now=now)
    return found


def test_the_first_captions_count_as_soon_as_they_are_committed(shelf: Shelf) -> None:
    content, _ = read(shelf, 2)
    assert shelf.library.captions.active() is None
    write(shelf, caption(content, "a red barn"))
    assert shelf.library.captions.of(content) == caption(content, "a red barn")
    assert shelf.library.counts().captioned == 1
    assert found_by_word(shelf.library, "barn") == 1


def test_another_set_grows_unseen_and_takes_over_at_the_switch(shelf: Shelf) -> None:
    first, second = read(shelf, 2)
    write(shelf, caption(first, "a red barn"), caption(second, "a green tree"))
    write(shelf, caption(first, "one crimson shed", NEW))
    library = shelf.library
    assert library.captions.of(first) == caption(first, "a red barn")
    assert (found_by_word(library, "barn"), found_by_word(library, "shed")) == (1, 0)
    write(shelf, caption(second, "one olive bush", NEW))
    switch_captions(library, NEW)
    assert library.captions.of(second) == caption(second, "one olive bush", NEW)
    assert (found_by_word(library, "barn"), found_by_word(library, "shed")) == (0, 1)
    assert library.counts().captioned == 2
    assert [item.captions for item in library.captions.count_by_origin()] == [2, 2]
    assert drop_superseded(library)
    assert not drop_superseded(library)
    assert [item.origin for item in library.captions.count_by_origin()] == [NEW]
    with library.atomic(changes_photos=False):
        old = library.captions.origin_id(OLD)
    assert library.vectors.count(ENCODER, kind="caption", origin=old) == 0


def test_what_has_no_new_caption_keeps_its_old_one(shelf: Shelf) -> None:
    first, second = read(shelf, 2)
    write(shelf, caption(first, "a barn"), caption(second, "a tree"))
    write(shelf, caption(first, "a shed", NEW))
    switch_captions(shelf.library, NEW)
    while drop_superseded(shelf.library):
        pass
    counts = shelf.library.captions.count_by_origin()
    assert [(item.origin, item.captions) for item in counts] == [(NEW, 1), (OLD, 1)]


def test_a_kill_amid_the_switch_leaves_a_library_that_goes_on_from_there(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.caption_upkeep, "CHUNK_PHOTOS", 2)
    contents = read(shelf, 5)
    write(shelf, *(caption(item, "an old barn") for item in contents))
    write(shelf, *(caption(item, "a new shed", NEW) for item in contents))
    switch_captions(shelf.library, NEW)
    with Library.open_reader(shelf.library.folder) as left:
        assert left.captions.active() == NEW
        assert all(left.captions.of(item) == caption(item, "a new shed", NEW) for item in contents)
        assert (found_by_word(left, "barn"), found_by_word(left, "shed")) == (3, 2)
    chunks = 0
    while catch_up_words(shelf.library):
        chunks += 1
    assert chunks == 2
    assert found_by_word(shelf.library, "barn") == 0
    assert found_by_word(shelf.library, "shed") == 5


def test_captions_are_asked_for_newest_first_and_once_for_all_copies(shelf: Shelf) -> None:
    contents = read(shelf, 3)
    shelf.add("", file_state("copy.jpg", inode=77, mtime_ns=2 * 10**18))
    shelf.read("hash 0")
    found = waiting(shelf.library, OLD)
    assert [photo.content_id for photo in found] == [contents[2], contents[1], contents[0]]
    write(shelf, caption(contents[1], "a barn"))
    assert [photo.content_id for photo in waiting(shelf.library, OLD)] == [
        contents[2],
        contents[0],
    ]
    assert len(waiting(shelf.library, NEW)) == 3


def test_deleted_offline_and_failed_photos_are_not_captioned_and_keep_what_they_have(
    shelf: Shelf,
) -> None:
    contents = read(shelf, 4)
    write(shelf, caption(contents[0], "a barn"))
    photos = {photo.content_id: photo for photo in waiting(shelf.library, NEW)}
    library = shelf.library
    with library.atomic():
        library.files.tombstone([photos[contents[1]].photo_id], when=1.0)
        library.failures.put(photos[contents[2]].photo_id, "caption", "refused", retry_after=50.0)
    assert {photo.content_id for photo in waiting(library, NEW)} == {contents[0], contents[3]}
    assert contents[2] in {photo.content_id for photo in waiting(library, NEW, now=51.0)}
    with library.atomic():
        library.roots.mark_offline(shelf.root.id, 1.0)
    assert waiting(library, NEW) == []
    assert library.captions.of(contents[0]) is not None
    assert library.counts().captioned == 1


def test_a_photo_that_got_no_caption_is_still_embedded_by_another_encoder(shelf: Shelf) -> None:
    read(shelf, 1)
    [photo] = waiting(shelf.library, OLD)
    with shelf.library.atomic():
        shelf.library.failures.put(photo.photo_id, "caption", "refused", retry_after=_LATER)
    found = shelf.library.contents.without_vector("other", now=0.0, after=None, limit=9)
    assert [item.photo_id for item in found] == [photo.photo_id]


def test_a_caption_takes_its_failure_away(shelf: Shelf) -> None:
    [content] = read(shelf, 1)
    [photo] = waiting(shelf.library, OLD)
    with shelf.library.atomic():
        shelf.library.failures.put(photo.photo_id, "caption", "refused", retry_after=1.0)
    assert shelf.library.counts().failed == 1
    with shelf.library.atomic():
        shelf.library.failures.forget_captions([content])
    assert shelf.library.counts().failed == 0


def test_captions_that_an_encoder_has_not_embedded_are_found_with_their_text(shelf: Shelf) -> None:
    first, second = read(shelf, 2)
    write(shelf, caption(first, "a barn"), caption(second, "a tree"))
    captions, origin = shelf.library.captions, shelf.library.captions.active_id()
    assert captions.without_vector(origin, ENCODER, after=ContentId(0), limit=9) == []
    other = captions.without_vector(origin, "other", after=ContentId(0), limit=1)
    assert other == [caption(first, "a barn")]
    assert captions.without_vector(origin, "other", after=first, limit=9) == [
        caption(second, "a tree")
    ]


def test_a_library_of_before_captions_had_origins_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    sql = Sql.open_for_writing(folder / DATABASE_NAME)
    _make_as_before(sql)
    sql.close()
    with Library.open_writer(folder) as library:
        assert library.captions.of(ContentId(1)) == Caption(
            content_id=ContentId(1), text="a barn", model_id="m", prompt_id="p"
        )
        assert library.vectors.since(-1, "e").ids.tolist() == [1]
        assert library.check() == ()


def _make_as_before(sql: Sql) -> None:
    from sqlite_utils import Migrations

    migrations = Migrations("imagescope")
    migrations()(create_tables)
    migrations.apply(sql.database)
    with sql.atomic():
        sql.run("INSERT INTO contents (id, hash) VALUES (1, 'h')")
        sql.run("INSERT INTO encoders (id, encoder_id) VALUES (1, 'e')")
        sql.run("INSERT INTO embeddings VALUES (1, 'image', 1, 3, ?)", [unit(1).tobytes()])
        sql.run("INSERT INTO captions VALUES (1, 'm', 'p', 'a barn')")


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    with Library.open_writer(tmp_path) as library:
        migrate(library._sql.database)
        assert library.captions.active_id() == NO_ORIGIN
