-- A signed-in browser. In clear only what sessions are searched and swept by; claims and tokens are sealed with a key
-- that needs the browser's handle.
CREATE TABLE sessions (
    handle_hash BLOB    NOT NULL PRIMARY KEY CHECK (length(handle_hash) = 32),
    id          BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    profile     TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    sid         TEXT,
    user_agent  TEXT,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    -- Never after expires_at, so that one index finds all that is over.
    idle_until  INTEGER NOT NULL CHECK (idle_until <= expires_at),
    expires_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    identity    BLOB    NOT NULL,
    tokens      BLOB    NOT NULL,
    lease_owner BLOB,
    -- By the database's clock, unlike the other times.
    lease_until INTEGER
) STRICT;
CREATE INDEX sessions_by_person ON sessions (profile, person);
CREATE INDEX sessions_by_sid ON sessions (profile, sid) WHERE sid IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (idle_until);

-- What may be used once: the hash of a state, the id of a logout token.
CREATE TABLE used_once (
    purpose     INTEGER NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32),
    recorded_by BLOB    NOT NULL,
    until       INTEGER NOT NULL,
    PRIMARY KEY (purpose, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_once_by_end ON used_once (until);

-- The directory tenant that an authority's address was first seen with.
CREATE TABLE tenant_pins (
    authority TEXT NOT NULL PRIMARY KEY,
    tenant    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Stands in for NOTIFY: what other processes on the same file must forget. Kept for a minute.
CREATE TABLE notices (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    text TEXT    NOT NULL
) STRICT;
