"""The tables, as migrations: a migration is never edited once it has been released."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from storage.errors import LibraryTooNew

if TYPE_CHECKING:
    import sqlite3

    from sqlite_utils import Database

_SET = "imagescope"


def create_tables(database: Database) -> None:
    """Roots, photos and what is known of their contents."""
    for statement in _TABLES:
        database.conn.execute(statement)


# `photos.folder` and `photos.name` are BLOBs: a file name is bytes, and not always UTF-8.
# `photos.moment` is the local time that the timeline is ordered by: taken, or else last written.
# `photos.pending` marks files that must be read (again); it is the indexer's queue.
_TABLES = (
    """
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        is_mount INTEGER NOT NULL DEFAULT 0,
        offline_since REAL,
        scanned_at REAL
    )""",
    """
    CREATE TABLE mounts (
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        folder BLOB NOT NULL,
        PRIMARY KEY (root_id, folder)
    ) WITHOUT ROWID""",
    """
    CREATE TABLE unreadable (
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        folder BLOB NOT NULL,
        PRIMARY KEY (root_id, folder)
    ) WITHOUT ROWID""",
    """
    CREATE TABLE contents (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        width INTEGER,
        height INTEGER
    )""",
    """
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY,
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        extension TEXT NOT NULL,
        content_id INTEGER REFERENCES contents(id),
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        ctime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        moment TEXT NOT NULL,
        pending INTEGER NOT NULL DEFAULT 1,
        deleted_at REAL,
        offline_since REAL,
        UNIQUE (root_id, folder, name)
    )""",
    "CREATE INDEX photos_timeline ON photos (moment DESC, id DESC) WHERE deleted_at IS NULL",
    "CREATE INDEX photos_content ON photos (content_id, deleted_at)",
    "CREATE INDEX photos_pending ON photos (mtime_ns DESC) WHERE pending AND deleted_at IS NULL",
    "CREATE INDEX photos_inode ON photos (inode, size_bytes)",
    """
    CREATE TABLE facts (
        content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
        format TEXT NOT NULL,
        taken_at TEXT,
        camera TEXT,
        lens TEXT,
        focal_length_mm REAL,
        aperture REAL,
        exposure_seconds REAL,
        iso INTEGER,
        latitude REAL,
        longitude REAL,
        altitude_m REAL,
        orientation INTEGER,
        title TEXT,
        description TEXT,
        keywords TEXT NOT NULL DEFAULT '[]'
    )""",
    "CREATE TABLE encoders (id INTEGER PRIMARY KEY, encoder_id TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE embeddings (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        encoder INTEGER NOT NULL REFERENCES encoders(id),
        revision INTEGER NOT NULL,
        vector BLOB NOT NULL
    )""",
    "CREATE UNIQUE INDEX embeddings_content ON embeddings (content_id, encoder, kind)",
    "CREATE INDEX embeddings_revision ON embeddings (encoder, kind, revision)",
    """
    CREATE TABLE captions (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        model_id TEXT NOT NULL,
        prompt_id TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (content_id, model_id, prompt_id)
    ) WITHOUT ROWID""",
    """
    CREATE TABLE failures (
        photo_id INTEGER PRIMARY KEY REFERENCES photos(id) ON DELETE CASCADE,
        step TEXT NOT NULL,
        reason TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        retry_after REAL
    )""",
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE VIRTUAL TABLE words USING fts5 (
        names, caption, facts, tokenize = "porter unicode61 remove_diacritics 2"
    )""",
)


def tell_captions_apart(database: Database) -> None:
    """Captions and their vectors by origin, so that a second set can grow beside the one in use."""
    for statement in _ORIGINS:
        database.conn.execute(statement)


# The origin of a vector is 0 where it rests on no caption. The captions that count are those of
# the setting `caption_origin`.
_ORIGINS = (
    """
    CREATE TABLE origins (
        id INTEGER PRIMARY KEY,
        model_id TEXT NOT NULL,
        prompt_id TEXT NOT NULL,
        UNIQUE (model_id, prompt_id)
    )""",
    """
    INSERT INTO origins (model_id, prompt_id)
    SELECT DISTINCT model_id, prompt_id FROM captions ORDER BY model_id, prompt_id""",
    "ALTER TABLE captions RENAME TO captions_before",
    """
    CREATE TABLE captions (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        origin INTEGER NOT NULL REFERENCES origins(id),
        text TEXT NOT NULL,
        PRIMARY KEY (content_id, origin)
    ) WITHOUT ROWID""",
    """
    INSERT INTO captions (content_id, origin, text)
    SELECT content_id, origins.id, text
    FROM captions_before JOIN origins USING (model_id, prompt_id)""",
    "DROP TABLE captions_before",
    "CREATE INDEX captions_origin ON captions (origin)",
    """
    INSERT INTO settings (key, value)
    SELECT 'caption_origin', CAST(max(id) AS TEXT) FROM origins HAVING count(*) > 0""",
    "ALTER TABLE embeddings ADD COLUMN origin INTEGER NOT NULL DEFAULT 0",
    "DROP INDEX embeddings_content",
    "DROP INDEX embeddings_revision",
    "CREATE UNIQUE INDEX embeddings_content ON embeddings (content_id, encoder, kind, origin)",
    "CREATE INDEX embeddings_revision ON embeddings (encoder, kind, origin, revision)",
)


def add_frames(database: Database) -> None:
    """Further moments of moving pictures, each with a vector of its own."""
    for statement in _FRAMES:
        database.conn.execute(statement)


# `contents.second` is where in a moving picture its thumbnail and its vector in `embeddings` are
# from; NULL for a still. Animated GIFs that were read before count as lacking their frames.
_FRAMES = (
    "ALTER TABLE contents ADD COLUMN second REAL",
    "ALTER TABLE contents ADD COLUMN further_frames INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX contents_moving ON contents (id) WHERE further_frames > 0",
    "ALTER TABLE facts ADD COLUMN duration_seconds REAL",
    """
    CREATE TABLE frames (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        encoder INTEGER NOT NULL REFERENCES encoders(id),
        second REAL NOT NULL,
        revision INTEGER NOT NULL,
        vector BLOB NOT NULL
    )""",
    "CREATE UNIQUE INDEX frames_content ON frames (content_id, encoder, second)",
    "CREATE INDEX frames_revision ON frames (encoder, revision)",
    """
    UPDATE contents SET further_frames = 1
    WHERE id IN (SELECT content_id FROM facts WHERE format = 'GIF')""",
)


def tell_drives_apart(database: Database) -> None:
    """Which file system each root is on, and where in it: so it is known wherever it turns up."""
    for statement in _DRIVES:
        database.conn.execute(statement)


# Empty where the file system has no identity. `inside` is a path in the file system itself.
_DRIVES = (
    "ALTER TABLE roots ADD COLUMN volume TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE roots ADD COLUMN inside BLOB NOT NULL DEFAULT X''",
)


def add_companions(database: Database) -> None:
    """Files that go by another one's name, and files in which their owner says what they show."""
    for statement in _COMPANIONS:
        database.conn.execute(statement)


# A row with `companion_of` is no item: it is not found or counted, and never pending; one that is
# pending when its pair is found loses its content. `sidecars.said` is JSON; `sidecar_facts` is what
# follows from it.
_COMPANIONS = (
    "ALTER TABLE photos ADD COLUMN companion_of INTEGER REFERENCES photos(id) ON DELETE SET NULL",
    "CREATE INDEX photos_companions ON photos (companion_of) WHERE companion_of IS NOT NULL",
    "DROP INDEX photos_timeline",
    "DROP INDEX photos_content",
    """
    CREATE INDEX photos_timeline ON photos (moment DESC, id DESC)
    WHERE deleted_at IS NULL AND companion_of IS NULL""",
    "CREATE INDEX photos_content ON photos (content_id, deleted_at, companion_of)",
    """
    CREATE TABLE sidecars (
        id INTEGER PRIMARY KEY,
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        ctime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        pending INTEGER NOT NULL DEFAULT 1,
        said TEXT,
        UNIQUE (root_id, folder, name)
    )""",
    "CREATE INDEX sidecars_pending ON sidecars (root_id, folder) WHERE pending",
    """
    CREATE TABLE sidecar_facts (
        photo_id INTEGER PRIMARY KEY REFERENCES photos(id) ON DELETE CASCADE,
        taken_at TEXT,
        camera TEXT,
        lens TEXT,
        latitude REAL,
        longitude REAL,
        altitude_m REAL,
        title TEXT,
        description TEXT,
        keywords TEXT,
        people TEXT,
        rating INTEGER,
        label TEXT
    )""",
    "ALTER TABLE facts ADD COLUMN people TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE facts ADD COLUMN rating INTEGER",
    "ALTER TABLE facts ADD COLUMN label TEXT",
)


def index_filters(database: Database) -> None:
    """Filters of a large library are looked up, where they were read through."""
    for statement in _FILTERS:
        database.conn.execute(statement)


_FILTERS = (
    "CREATE INDEX photos_extension ON photos (extension, content_id, deleted_at, companion_of)",
    "CREATE INDEX facts_camera ON facts (camera)",
    "CREATE INDEX facts_lens ON facts (lens)",
)


def tell_mounted_drives_apart(database: Database) -> None:
    """The same for drives that are mounted below a root."""
    for statement in _MOUNTED_DRIVES:
        database.conn.execute(statement)


_MOUNTED_DRIVES = (
    "ALTER TABLE mounts ADD COLUMN volume TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE mounts ADD COLUMN inside BLOB NOT NULL DEFAULT X''",
)


def index_words_as_written(database: Database) -> None:
    """Words as storage.search_text separates them; an index made before waits to be replaced."""
    for statement in _WORD_INDEX:
        database.conn.execute(statement)
    if database.conn.execute("SELECT 1 FROM words LIMIT 1").fetchone() is None:
        database.conn.execute("DROP TABLE words")


# All that is not ASCII counts as part of a word to the tokenizer: it only splits at the spaces.
# `names` begins with one, so that to the trigrams of `name_parts` `" dog"` begins a word. These
# keep no text themselves, and must be told what they forget. `words`, while it is there, holds
# photos that `word_index` does not hold yet; see storage.word_upkeep.
_WORD_INDEX = (
    """
    CREATE VIRTUAL TABLE word_index USING fts5 (names, caption, facts, tokenize = "ascii")""",
    """
    CREATE VIRTUAL TABLE name_parts USING fts5 (
        names, content = 'word_index', columnsize = 0, tokenize = "trigram case_sensitive 1"
    )""",
    """
    CREATE TABLE word_forms (
        stem TEXT NOT NULL,
        written TEXT NOT NULL,
        PRIMARY KEY (stem, written)
    ) WITHOUT ROWID""",
    "ALTER TABLE photos ADD COLUMN word_count INTEGER NOT NULL DEFAULT 0",
    """
    CREATE TRIGGER photos_words_go AFTER DELETE ON photos BEGIN
        INSERT INTO name_parts (name_parts, rowid, names)
        SELECT 'delete', rowid, names FROM word_index WHERE rowid = old.id;
        DELETE FROM word_index WHERE rowid = old.id;
    END""",
)


def add_signatures(database: Database) -> None:
    """What tells near-copies; of contents that were read before, it is still to be made."""
    for statement in _SIGNATURES:
        database.conn.execute(statement)


# The setting is the content up to which old ones have theirs; see indexer.photos.signatures.
_SIGNATURES = (
    """
    CREATE TABLE signatures (
        content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
        grey BLOB NOT NULL
    )""",
    "INSERT INTO settings (key, value) VALUES ('signatures_after', '0')",
)


def date_copies_alike(database: Database) -> None:
    """Copies of a file that does not say when it was taken have the oldest of their dates."""
    database.conn.execute(_DATES_OF_COPIES)
    database.conn.execute(_COPIES_ALIKE)


_DATES_OF_COPIES = """
    CREATE INDEX photos_copies ON photos (content_id, moment) WHERE deleted_at IS NULL"""
_COPIES_ALIKE = """
    UPDATE photos SET moment = coalesce((SELECT min(copy.moment) FROM photos AS copy
     WHERE copy.content_id = photos.content_id AND copy.deleted_at IS NULL
     AND copy.moment >= '1970-01-02'), moment)
    WHERE deleted_at IS NULL AND content_id IN (SELECT content_id FROM photos
     WHERE deleted_at IS NULL GROUP BY content_id HAVING count(*) > 1)
    AND (SELECT taken_at FROM facts WHERE facts.content_id = photos.content_id) IS NULL
    AND (SELECT taken_at FROM sidecar_facts WHERE photo_id = photos.id) IS NULL"""


def add_own_words(database: Database) -> None:
    """What else a photo says of itself, where it was taken, and what is to be read in it."""
    from storage.moments import date_by_names

    for statement in _OWN_WORDS:
        database.conn.execute(statement)
    date_by_names(database.conn)


# `picture` tells contents of the same pixels, whatever their files say besides; NULL where it is
# not known. `facts_version` is that of the reader of the facts: what an older one read is due to be
# read again. `place_names` has what places are called by each key that leads there; see
# storage.place_names. A photo is still to be looked up where `photo_places` does not have the same
# degrees as its facts; x, y, z are these as a unit vector, for distances, and `place_id` is NULL
# where no place is near.
# `photos.taken_at`, `dated_by` and `moment` are as storage.moments.Dated has them; those of one
# moment go by their names.
# `films` holds what films that have a photo's name say of themselves, for pairs; `created` is UTC.
# `picture_texts.parts` is the text as `name_parts` has names; a content whose text is empty was
# looked at, and holds none.
_OWN_WORDS = (
    "ALTER TABLE contents ADD COLUMN picture TEXT",
    "ALTER TABLE contents ADD COLUMN facts_version INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX contents_picture ON contents (picture) WHERE picture IS NOT NULL",
    "CREATE INDEX contents_facts ON contents (facts_version)",
    *(
        f"ALTER TABLE {table} ADD COLUMN {column}"
        for table in ("facts", "sidecar_facts")
        for column in (
            "taken_by TEXT",
            "taken_fraction TEXT",
            "is_favourite INTEGER",
            "artist TEXT",
            "location TEXT",
            "city TEXT",
            "state TEXT",
            "country TEXT",
            "remarks TEXT",
            "notes TEXT",
        )
    ),
    "CREATE INDEX facts_people ON facts (people) WHERE people <> '[]'",
    "CREATE INDEX sidecar_people ON sidecar_facts (people) WHERE people IS NOT NULL",
    "UPDATE sidecars SET pending = 1",
    "ALTER TABLE photos ADD COLUMN taken_at TEXT",
    "ALTER TABLE photos ADD COLUMN dated_by TEXT",
    """
    UPDATE photos SET taken_at = coalesce(
        (SELECT taken_at FROM sidecar_facts WHERE photo_id = photos.id),
        (SELECT taken_at FROM facts WHERE facts.content_id = photos.content_id))""",
    "UPDATE photos SET dated_by = 'original' WHERE taken_at IS NOT NULL",
    "DROP INDEX photos_timeline",
    """
    CREATE INDEX photos_timeline ON photos (moment DESC, name DESC, id DESC)
    WHERE deleted_at IS NULL AND companion_of IS NULL""",
    "CREATE INDEX facts_screenshots ON facts (content_id)"
    " WHERE instr(remarks, '\"Screenshot\"') > 0",
    "ALTER TABLE facts ADD COLUMN damage TEXT",
    "ALTER TABLE facts ADD COLUMN live_id TEXT",
    """
    CREATE TABLE places (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        quarter TEXT,
        state TEXT,
        country TEXT NOT NULL,
        country_code TEXT NOT NULL,
        latitude REAL NOT NULL,
        longitude REAL NOT NULL,
        UNIQUE (name, quarter, state, country_code, latitude, longitude)
    )""",
    """
    CREATE TABLE place_names (
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (key, name)
    ) WITHOUT ROWID""",
    "CREATE INDEX place_names_name ON place_names (name)",
    """
    CREATE TABLE photo_places (
        photo_id INTEGER PRIMARY KEY REFERENCES photos(id) ON DELETE CASCADE,
        latitude REAL,
        longitude REAL,
        x REAL,
        y REAL,
        z REAL,
        place_id INTEGER REFERENCES places(id),
        distance_km REAL
    )""",
    """
    CREATE TABLE passed_over (
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        folder BLOB NOT NULL,
        films INTEGER NOT NULL,
        PRIMARY KEY (root_id, folder)
    ) WITHOUT ROWID""",
    "CREATE INDEX photo_places_place ON photo_places (place_id)",
    *(
        f"CREATE INDEX {table}_written ON {table} (location, city, state, country)"
        " WHERE coalesce(location, city, state, country) IS NOT NULL"
        for table in ("facts", "sidecar_facts")
    ),
    """
    CREATE TABLE films (
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        duration_seconds REAL,
        created TEXT,
        live_id TEXT,
        PRIMARY KEY (root_id, folder, name)
    ) WITHOUT ROWID""",
    """
    CREATE TABLE picture_texts (
        content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
        reader TEXT NOT NULL,
        text TEXT NOT NULL,
        parts TEXT NOT NULL
    )""",
    """
    CREATE VIRTUAL TABLE text_parts USING fts5 (
        parts, content = 'picture_texts', content_rowid = 'content_id', columnsize = 0,
        tokenize = "trigram case_sensitive 1"
    )""",
    """
    CREATE TRIGGER picture_texts_go AFTER DELETE ON picture_texts WHEN old.parts <> '' BEGIN
        INSERT INTO text_parts (text_parts, rowid, parts)
        VALUES ('delete', old.content_id, old.parts);
    END""",
)


def add_favourites(database: Database) -> None:
    """What the reader says: which pictures they like best, and which searches they keep."""
    for statement in _FAVOURITES:
        database.conn.execute(statement)


# Neither table refers to another: what the reader said outlives the photos. `hash` and `picture`
# are those of `contents`. A reader of another version may see another picture in the same file;
# the triggers let the marks follow.
# `saved_searches.key` is the name without its capitals.
_FAVOURITES = (
    """
    CREATE TABLE favourites (
        hash TEXT PRIMARY KEY,
        picture TEXT,
        is_favourite INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX favourites_picture ON favourites (picture) WHERE picture IS NOT NULL",
    "CREATE INDEX facts_favourites ON facts (content_id) WHERE is_favourite",
    "CREATE INDEX sidecar_favourites ON sidecar_facts (photo_id) WHERE is_favourite",
    """
    CREATE TRIGGER contents_seen AFTER INSERT ON contents WHEN new.picture IS NOT NULL BEGIN
        UPDATE favourites SET picture = new.picture WHERE hash = new.hash;
    END""",
    """
    CREATE TRIGGER contents_seen_anew AFTER UPDATE OF picture ON contents
    WHEN new.picture IS NOT NULL AND new.picture IS NOT old.picture BEGIN
        UPDATE favourites SET picture = new.picture
        WHERE hash = new.hash OR picture = old.picture;
    END""",
    """
    CREATE TABLE saved_searches (
        key TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        line TEXT NOT NULL,
        sorting TEXT NOT NULL
    ) WITHOUT ROWID""",
)


_STEPS = (
    create_tables,
    tell_captions_apart,
    add_frames,
    tell_drives_apart,
    add_companions,
    index_filters,
    tell_mounted_drives_apart,
    index_words_as_written,
    add_signatures,
    date_copies_alike,
    add_own_words,
    add_favourites,
)


def migrate(database: Database) -> None:
    """Bring a library up to this version's schema; a new one is there at once, or not at all."""
    from sqlite_utils import Migrations  # loads numpy; readers start without both

    refuse_newer(database.conn)
    migrations = Migrations(_SET)
    for step in _STEPS:
        migrations()(step)
    # An old library keeps each step that is done. Of a new one no reader sees the first steps
    # alone, which are what an older version has.
    with nullcontext() if is_made(database.conn) else database.atomic():
        migrations.apply(database)


def refuse_newer(connection: sqlite3.Connection) -> None:
    """Raise LibraryTooNew where a migration was applied that this version does not know."""
    if _applied(connection) - _known():
        raise LibraryTooNew(
            "this library was written by a newer imagescope", "upgrade imagescope, or use --library"
        )


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether no migration is left to apply."""
    return _known() <= _applied(connection)


def is_made(connection: sqlite3.Connection) -> bool:
    """Whether any migration was applied; before that there is no library in the file."""
    return bool(_applied(connection))


def _known() -> frozenset[str]:
    return frozenset(step.__name__ for step in _STEPS)


def _applied(connection: sqlite3.Connection) -> frozenset[str]:
    """Read as sqlite-utils writes it, without loading sqlite-utils."""
    table = "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    if connection.execute(table).fetchone() is None:
        return frozenset()
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [_SET])
    return frozenset(row[0] for row in rows)
