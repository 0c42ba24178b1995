//! Statements that only Postgres speaks: its clock, NOTIFY inside of the statement that makes the change, row locks.

use crate::store::row::sql;

/// The channel of NOTIFY.
macro_rules! channel {
    () => {
        "gatehouse_sessions"
    };
}
pub(super) const CHANNEL: &str = channel!();

/// Inserts a session and deletes the person's oldest sessions beyond the bound. `excess` has their handles. Only rows that
/// go are locked: the inner query reads all sessions of a person, who may have a hundred.
macro_rules! insert_and_delete_excess {
    () => {
        concat!(
            "inserted AS (",
            sql::insert_session!(),
            "),
             excess AS (DELETE FROM sessions WHERE handle_hash IN (
                 SELECT handle_hash FROM sessions WHERE handle_hash IN (",
            sql::excess_sessions!(postgres),
            ") FOR UPDATE SKIP LOCKED) RETURNING handle_hash)"
        )
    };
}

/// Announces the deletions of `gone`, and returns their handles.
macro_rules! announce_gone {
    () => {
        concat!(
            "SELECT handle_hash, pg_notify('",
            channel!(),
            "', 's' || encode(handle_hash, 'hex')) IS NULL FROM gone"
        )
    };
}

/// Inserts a session that replaces none, deletes the person's oldest sessions beyond the bound, and announces the deletions.
/// One statement is one transaction: all of it or nothing.
pub(super) const INSERT: &str = concat!(
    "WITH ",
    insert_and_delete_excess!(),
    ", gone AS (TABLE excess) ",
    announce_gone!()
);

/// The same, and deletes the session that the new one replaces.
pub(super) const INSERT_REPLACING: &str = concat!(
    "WITH ended AS (DELETE FROM sessions WHERE handle_hash = $1 AND profile = $4 RETURNING handle_hash), ",
    insert_and_delete_excess!(),
    ", gone AS (TABLE ended UNION ALL TABLE excess) ",
    announce_gone!()
);

/// Writes many uses. Locks the rows in the order of their keys, so that the batches of two replicas cannot wait for one
/// another in a ring.
pub(super) const TOUCH: &str = "
WITH used AS (
    SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS t (hash, seen_at, idle_until)),
due AS (
    SELECT s.handle_hash, used.seen_at, LEAST(used.idle_until, s.expires_at) AS idle_until
    FROM sessions s JOIN used ON used.hash = s.handle_hash
    WHERE s.seen_at <= used.seen_at - $4 AND s.idle_until > used.seen_at
    ORDER BY s.handle_hash FOR NO KEY UPDATE OF s)
UPDATE sessions s SET seen_at = due.seen_at, idle_until = due.idle_until
FROM due WHERE s.handle_hash = due.handle_hash";

/// Deletes one session, gives its row to exactly one caller, and announces the deletion.
pub(super) const DELETE: &str = concat!(
    "WITH ended AS (",
    sql::delete_session!(),
    ")
     SELECT ended.*, pg_notify('",
    channel!(),
    "', 's' || encode($1, 'hex')) IS NULL FROM ended"
);

/// Announces many invalidations, when the transaction commits.
pub(super) const ANNOUNCE: &str = concat!(
    "SELECT pg_notify('",
    channel!(),
    "', announced) FROM unnest($1::text[]) AS announced"
);

pub(super) const TAKE_LEASE: &str =
    sql::take_lease!("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

pub(super) const RENEW_LEASE: &str =
    sql::renew_lease!("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

pub(super) const LEASE_STATE: &str =
    sql::lease_state!("(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

/// Turns this owner's lease into a back-off and announces it.
pub(super) const BACK_OFF: &str = concat!(
    "WITH backs_off AS (",
    sql::back_off!(),
    " RETURNING 1)
     SELECT pg_notify('",
    channel!(),
    "', $5) FROM backs_off"
);

/// Replaces the tokens and announces the change.
pub(super) const REPLACE_TOKENS: &str = concat!(
    "WITH replaced AS (",
    sql::replace_tokens!(),
    ")
     SELECT version, pg_notify('",
    channel!(),
    "', $6) IS NULL FROM replaced"
);

/// Lets one replica sweep at a time; the others go on without waiting.
pub(super) const LOCK_SWEEP: &str = "SELECT pg_try_advisory_xact_lock($1)";

/// Deletes a batch of expired sessions. A row that another transaction holds waits for the next batch; a row that was
/// used meanwhile stays.
pub(super) const SWEEP_SESSIONS: &str = "
DELETE FROM sessions WHERE handle_hash IN (
    SELECT handle_hash FROM sessions WHERE idle_until <= $1
    ORDER BY idle_until LIMIT $2 FOR UPDATE SKIP LOCKED)
  AND idle_until <= $1";

/// Deletes a batch of expired replay records.
pub(super) const SWEEP_REPLAY_RECORDS: &str = "
DELETE FROM used_once WHERE (purpose, hash) IN (
    SELECT purpose, hash FROM used_once WHERE until <= $1
    ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED)";
