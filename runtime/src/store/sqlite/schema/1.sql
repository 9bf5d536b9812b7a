-- Times are milliseconds since 1970. Texts that end in JSON are JSON.

-- What runs: each artifact once, by the SHA-256 of its file.
CREATE TABLE artifacts (
    version INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    added_at INTEGER NOT NULL,
    bytes BLOB NOT NULL
);

-- Narrow, because people page through it: the event is elsewhere. No write may fail for what is in the tables, or
-- nothing after it would ever be written: the ids are unique, but that is not checked.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    flow TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_name TEXT NOT NULL,
    -- queued, running, succeeded, failed, cancelled
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- Whether who waited for its answer was given another one.
    late INTEGER NOT NULL DEFAULT 0,
    -- The run that began it.
    parent INTEGER,
    -- What it counts under, where its flow limits how many go on at a time.
    lane TEXT,
    result TEXT,
    error TEXT,
    -- Where in the source it failed.
    place TEXT
);
CREATE INDEX runs_id ON runs (id);
CREATE INDEX runs_open ON runs (version) WHERE ended_at IS NULL;
CREATE INDEX runs_in_lanes ON runs (number) WHERE lane IS NOT NULL AND ended_at IS NULL;
CREATE INDEX runs_ended ON runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX runs_failed ON runs (number) WHERE status = 'failed';

-- What runs began with.
CREATE TABLE events (
    run INTEGER PRIMARY KEY,
    event TEXT NOT NULL
);

-- Events that came, by what makes one the same as another.
CREATE TABLE dedupe (
    key TEXT PRIMARY KEY,
    run INTEGER NOT NULL,
    -- For ever where there is none.
    until INTEGER
) WITHOUT ROWID;
CREATE INDEX dedupe_until ON dedupe (until) WHERE until IS NOT NULL;

-- Suspended runs. The state comes last: what is asked about all of them is read without it.
CREATE TABLE frames (
    run INTEGER PRIMARY KEY,
    -- When its next timer fires.
    due INTEGER,
    -- Whether something is in flight.
    awake INTEGER NOT NULL,
    state BLOB NOT NULL
);
CREATE INDEX frames_due ON frames (due) WHERE due IS NOT NULL AND awake = 0;
CREATE INDEX frames_awake ON frames (run) WHERE awake = 1;

-- What happened in runs. Rows of one run lie together.
CREATE TABLE journal (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    entry TEXT NOT NULL,
    kind TEXT GENERATED ALWAYS AS (entry ->> 'kind') VIRTUAL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- What was sent to runs and they have not taken note of. No number is given twice.
CREATE TABLE messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    message BLOB NOT NULL
);
CREATE INDEX messages_run ON messages (run);

-- Calls with a key that say once.
CREATE TABLE once (
    key TEXT PRIMARY KEY,
    -- The step that has the key.
    owner TEXT NOT NULL,
    -- under_way, done, unknown
    state TEXT NOT NULL,
    result TEXT
) WITHOUT ROWID;

-- How far triggers have come.
CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What flows keep.
CREATE TABLE kv (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    -- For ever where there is none.
    until INTEGER,
    PRIMARY KEY (space, key)
) WITHOUT ROWID;
CREATE INDEX kv_until ON kv (until) WHERE until IS NOT NULL;

CREATE TABLE files (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    run INTEGER,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX files_run ON files (run) WHERE run IS NOT NULL;

-- Values are encrypted: a nonce, then the text and its tag. The name is authenticated with it.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    -- Which key: the beginning of its SHA-256.
    key_id TEXT NOT NULL,
    value BLOB NOT NULL,
    changed_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
