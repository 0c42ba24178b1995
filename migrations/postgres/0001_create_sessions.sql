-- A signed-in browser. In clear only what sessions are searched and swept by; claims and tokens are sealed with a key
-- that needs the browser's handle.
CREATE TABLE sessions (
    handle_hash BYTEA  PRIMARY KEY CHECK (octet_length(handle_hash) = 32),
    id          BYTEA  NOT NULL UNIQUE CHECK (octet_length(id) = 16),
    profile     TEXT   NOT NULL,
    person      TEXT   NOT NULL,
    sid         TEXT,
    user_agent  TEXT,
    created_at  BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    -- Never after expires_at, so that one index finds all that is over.
    idle_until  BIGINT NOT NULL CHECK (idle_until <= expires_at),
    expires_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1,
    identity    BYTEA  NOT NULL,
    tokens      BYTEA  NOT NULL,
    lease_owner BYTEA,
    -- By the database's clock, unlike the other times.
    lease_until BIGINT
);
-- Sealed bytes do not compress.
ALTER TABLE sessions ALTER COLUMN identity SET STORAGE EXTERNAL;
ALTER TABLE sessions ALTER COLUMN tokens SET STORAGE EXTERNAL;
CREATE INDEX sessions_by_person ON sessions (profile, person);
CREATE INDEX sessions_by_sid ON sessions (profile, sid) WHERE sid IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (idle_until);

-- What may be used once: the hash of a state, the id of a logout token.
CREATE TABLE used_once (
    purpose     SMALLINT NOT NULL,
    hash        BYTEA    NOT NULL CHECK (octet_length(hash) = 32),
    recorded_by BYTEA    NOT NULL,
    until       BIGINT   NOT NULL,
    PRIMARY KEY (purpose, hash)
);
CREATE INDEX used_once_by_end ON used_once (until);

-- The directory tenant that an authority's address was first seen with.
CREATE TABLE tenant_pins (
    authority TEXT PRIMARY KEY,
    tenant    TEXT NOT NULL
);
