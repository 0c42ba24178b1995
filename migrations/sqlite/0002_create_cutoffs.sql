-- Ends many sessions at once: every session that matches and began before the cutoff is over, although its row is deleted
-- later, in batches. NULL matches everything.
CREATE TABLE cutoffs (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    profile TEXT,
    person  TEXT,
    sid     TEXT,
    -- The id of a session that stays.
    spared  BLOB,
    at      INTEGER NOT NULL
) STRICT;
-- The newest cutoff when the session began. NULL in the rows of earlier releases, which are compared by time.
ALTER TABLE sessions ADD COLUMN began_after INTEGER;
