"""The tables of a library, as numbered steps.

In: nothing. Out: `MIGRATIONS`; step n takes a library of format n - 1 to format n, `FORMAT` is the newest.

- A published step is never edited: a change of the tables is a new step.
- Paths are blobs, the bytes of `os.fsencode`, so that names which are not text survive.
- Facts are JSON, {"title": ["Nebula", "tag"], …}: those of `files` as read from that file, those of `tracks` as
  resolved from its files and the user's corrections. What tables beside the music say is in a file is JSON too,
  {"piano": true, …}; the user's own judgements lie apart.
- Vectors are float16 blobs. What search needs of a track lies in `features`, what only the best need in `segments`.
"""

from __future__ import annotations

MIGRATIONS = (
    """
    CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), changes INTEGER NOT NULL, stamp TEXT NOT NULL);
    INSERT INTO state VALUES (1, 0, lower(hex(randomblob(8))));
    CREATE TABLE tracks (
        id TEXT PRIMARY KEY NOT NULL, duration REAL NOT NULL, path BLOB NOT NULL, facts TEXT NOT NULL,
        folded TEXT NOT NULL, missing INTEGER NOT NULL DEFAULT 0, added REAL NOT NULL
    );
    CREATE TABLE files (
        path BLOB PRIMARY KEY NOT NULL, track TEXT NOT NULL REFERENCES tracks (id), size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL, facts TEXT NOT NULL, present INTEGER NOT NULL DEFAULT 1
    ) WITHOUT ROWID;
    CREATE INDEX files_of_track ON files (track);
    CREATE TABLE corrections (
        track TEXT NOT NULL REFERENCES tracks (id), name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (track, name)
    ) WITHOUT ROWID;
    CREATE TABLE features (
        track TEXT PRIMARY KEY NOT NULL REFERENCES tracks (id),
        encoder TEXT NOT NULL, version TEXT NOT NULL, settings TEXT NOT NULL, quality TEXT NOT NULL,
        dim INTEGER NOT NULL, tag_count INTEGER NOT NULL,
        pooled BLOB NOT NULL, mean_tags BLOB NOT NULL, energy BLOB NOT NULL,
        bpm REAL, bpm_strength REAL NOT NULL, second_bpm REAL, second_bpm_strength REAL NOT NULL,
        beat_strength REAL NOT NULL, key INTEGER, mode TEXT, key_strength REAL NOT NULL,
        loudness REAL, loudness_range REAL, valence REAL NOT NULL, arousal REAL NOT NULL
    );
    CREATE TABLE segments (
        track TEXT PRIMARY KEY NOT NULL REFERENCES features (track),
        starts BLOB NOT NULL, embeddings BLOB NOT NULL, tags BLOB NOT NULL
    );
    CREATE TABLE errors (
        path BLOB PRIMARY KEY NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL,
        size INTEGER NOT NULL, changed_ns INTEGER NOT NULL, time REAL NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, pid INTEGER NOT NULL, started REAL NOT NULL, updated REAL NOT NULL,
        total INTEGER NOT NULL, done INTEGER NOT NULL, state TEXT NOT NULL
    );
    ALTER TABLE tracks ADD COLUMN duplicate_of TEXT REFERENCES tracks (id);
    ALTER TABLE features ADD COLUMN compared INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE twins (a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY (a, b), CHECK (a < b)) WITHOUT ROWID;
    CREATE INDEX features_not_compared ON features (compared) WHERE compared = 0;
    """,
    """
    ALTER TABLE segments ADD COLUMN beats BLOB NOT NULL DEFAULT x'';
    ALTER TABLE segments ADD COLUMN downbeats BLOB NOT NULL DEFAULT x'';
    ALTER TABLE segments ADD COLUMN borders BLOB NOT NULL DEFAULT x'';
    ALTER TABLE segments ADD COLUMN lifts BLOB NOT NULL DEFAULT x'';
    ALTER TABLE segments ADD COLUMN rises BLOB NOT NULL DEFAULT x'';
    """,
    """
    CREATE TABLE judgements (
        track TEXT NOT NULL REFERENCES tracks (id), concept TEXT NOT NULL, holds INTEGER NOT NULL,
        PRIMARY KEY (track, concept)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE files ADD COLUMN judged TEXT NOT NULL DEFAULT '{}';
    """,
)

FORMAT = len(MIGRATIONS)
