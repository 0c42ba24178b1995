//! The SQL that both databases speak, and the column lists of `sessions`. What only one of them speaks stands in
//! `postgres/` and `sqlite/`.
//!
//! Parameters are written `$N`, which SQLite accepts as well. Statements are macros where a part of them is the
//! database's own: the expression of its clock, or what is wrapped around the statement.

/// The columns of [`crate::store::row::rows::IdentityColumns`].
macro_rules! identity_columns {
    () => {
        "id, profile, seen_at, idle_until, version, identity"
    };
}
pub(in crate::store) use identity_columns;

/// The columns of [`crate::store::row::rows::WholeColumns`].
macro_rules! whole_columns {
    () => {
        concat!($crate::store::row::sql::identity_columns!(), ", tokens")
    };
}
pub(in crate::store) use whole_columns;

/// The columns of [`crate::store::row::rows::TokensColumns`].
macro_rules! tokens_columns {
    () => {
        "id, profile, version, tokens"
    };
}
pub(in crate::store) use tokens_columns;

/// The columns of [`crate::store::row::rows::ListedColumns`].
macro_rules! listed_columns {
    () => {
        "handle_hash, id, profile, person, sid, created_at, seen_at, idle_until, expires_at, user_agent, listed"
    };
}
pub(in crate::store) use listed_columns;

/// Whether no cutoff ended the session; see `store/end_filter.rs`.
macro_rules! not_cut_off {
    () => {
        "NOT EXISTS (SELECT 1 FROM cutoffs c
                     WHERE (c.profile IS NULL OR c.profile = sessions.profile)
                       AND (c.person IS NULL OR c.person = sessions.person)
                       AND (c.sid IS NULL OR c.sid = sessions.sid)
                       AND (c.spared IS NULL OR c.spared <> sessions.id)
                       AND coalesce(c.number > sessions.began_after, c.at >= sessions.created_at))"
    };
}
pub(in crate::store) use not_cut_off;

/// Inserts a session; fails if its handle or its id is taken. `$1` is the handle of the session that the new one
/// replaces, so that a new column does not renumber it. [`bind_new_row`] gives the values.
macro_rules! insert_session {
    () => {
        "INSERT INTO sessions (handle_hash, id, profile, person, sid, listed,
                               created_at, seen_at, idle_until, expires_at, identity, tokens, began_after)
         VALUES ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                 (SELECT coalesce(max(number), 0) FROM cutoffs))"
    };
}
pub(in crate::store) use insert_session;

/// The keys of the person's oldest sessions beyond those that are kept beside the new one, a hundred at most. The
/// parameters are those of [`insert_session`].
macro_rules! excess_sessions {
    ($database:ident) => {
        concat!(
            "SELECT handle_hash FROM sessions WHERE profile = $4 AND ",
            $crate::store::row::rows::among!($database, "person", "$15"),
            " AND ($1 IS NULL OR handle_hash <> $1)
             ORDER BY created_at DESC, handle_hash LIMIT 100 OFFSET $14"
        )
    };
}
pub(in crate::store) use excess_sessions;

/// Binds the parameters of [`insert_session`] to a query of either database.
macro_rules! bind_new_row {
    ($query:expr, $row:expr, $ended:expr, $texts:expr) => {{
        let row: &$crate::store::row::rows::NewRow = $row;
        let ended: Option<&$crate::domain::session::HandleHash> = $ended;
        $query
            .bind(ended.map(|hash| hash.0.as_slice()))
            .bind(row.hash.0.as_slice())
            .bind(row.id.as_bytes().as_slice())
            .bind(row.profile.as_str())
            .bind(row.person_text())
            .bind(row.sid_text())
            .bind(row.listed.as_slice())
            .bind(row.created_at)
            .bind(row.seen_at)
            .bind(row.idle_until)
            .bind(row.expires_at)
            .bind(row.identity.as_slice())
            .bind(row.tokens.as_slice())
            .bind(row.others_kept)
            .bind($texts(&row.person))
    }};
}
pub(in crate::store) use bind_new_row;

/// Reads a session without its tokens.
pub(in crate::store) const READ: &str = concat!(
    "SELECT ",
    identity_columns!(),
    " FROM sessions WHERE handle_hash = $1 AND ",
    not_cut_off!()
);

/// Reads the tokens of a session.
pub(in crate::store) const READ_TOKENS: &str = concat!(
    "SELECT ",
    tokens_columns!(),
    " FROM sessions WHERE handle_hash = $1 AND ",
    not_cut_off!()
);

/// Replaces the sealed columns only while the row still has the version that was read.
pub(in crate::store) const RESEAL: &str = "
UPDATE sessions SET identity = $3, tokens = $4 WHERE handle_hash = $1 AND version = $2";

/// Deletes one session, of this profile only. The caller announces it in the same transaction.
macro_rules! delete_session {
    () => {
        concat!(
            "DELETE FROM sessions WHERE handle_hash = $1 AND profile = $2 AND ",
            $crate::store::row::sql::not_cut_off!(),
            " RETURNING ",
            $crate::store::row::sql::whole_columns!()
        )
    };
}
pub(in crate::store) use delete_session;

/// Whether a `sid` at a profile belongs to somebody else than `$3`.
macro_rules! sid_has_other_person {
    ($database:ident) => {
        concat!(
            "SELECT EXISTS (SELECT 1 FROM sessions WHERE profile = $1 AND ",
            $crate::store::row::rows::among!($database, "sid", "$2"),
            " AND NOT ",
            $crate::store::row::rows::among!($database, "person", "$3"),
            " AND ",
            $crate::store::row::sql::not_cut_off!(),
            ")"
        )
    };
}
pub(in crate::store) use sid_has_other_person;

/// Lists the sessions that live at `$1`, most recently used first.
macro_rules! list {
    ($database:ident) => {
        concat!(
            "SELECT ",
            $crate::store::row::sql::listed_columns!(),
            " FROM sessions WHERE idle_until > $1 AND ($2 IS NULL OR profile = $2) AND ($3 IS NULL OR ",
            $crate::store::row::rows::among!($database, "person", "$3"),
            ") AND ($4 IS NULL OR ",
            $crate::store::row::rows::among!($database, "sid", "$4"),
            ") AND ",
            $crate::store::row::sql::not_cut_off!(),
            " ORDER BY seen_at DESC, id LIMIT $5"
        )
    };
}
pub(in crate::store) use list;

/// The rows of a batch, from after the key `$1` to the key `$2`, that were not sealed for lists, or by another key than
/// `$3`.
pub(in crate::store) const READ_TO_SEAL_ANEW: &str = concat!(
    "SELECT ",
    listed_columns!(),
    " FROM sessions WHERE handle_hash > $1 AND handle_hash <= $2
        AND (listed IS NULL OR substr(listed, 2, 4) <> $3) AND ",
    not_cut_off!()
);

/// Stores what was sealed anew, unless another replica was faster or a cutoff has ended the session: with another hash
/// it would escape the cutoff.
pub(in crate::store) const SEAL_ANEW: &str = concat!(
    "UPDATE sessions SET person = $3, sid = $4, user_agent = NULL, listed = $5
     WHERE handle_hash = $1 AND person = $2 AND ",
    not_cut_off!()
);

/// Counts the sessions that live at `$1`.
pub(in crate::store) const COUNT: &str = concat!(
    "SELECT count(*) FROM sessions WHERE idle_until > $1 AND ",
    not_cut_off!()
);

/// Counts the sessions with a column that another key than `$1` sealed. A sealed column begins with its format (one
/// byte) and the id of its key (four bytes).
pub(in crate::store) const COUNT_OTHER_KEYS: &str = "
SELECT count(*) FROM sessions WHERE substr(identity, 2, 4) <> $1 OR substr(tokens, 2, 4) <> $1
   OR substr(listed, 2, 4) <> $1";

/// Takes the lease if it is free, has run out by the database's clock, or is this owner's already (a repeat of the
/// statement). A back-off is over by the time `$5` of the caller.
macro_rules! take_lease {
    ($now:literal) => {
        concat!(
            "UPDATE sessions SET lease_owner = $2, lease_until = ",
            $now,
            " + $3 WHERE handle_hash = $1
                AND (lease_owner IS NULL OR lease_owner = $2
                     OR lease_until <= CASE lease_owner WHEN $4 THEN $5 ELSE ",
            $now,
            " END) AND ",
            $crate::store::row::sql::not_cut_off!(),
            " RETURNING ",
            $crate::store::row::sql::tokens_columns!()
        )
    };
}
pub(in crate::store) use take_lease;

/// Extends the lease from now by the database's clock, only while it is this owner's.
macro_rules! renew_lease {
    ($now:literal) => {
        concat!(
            "UPDATE sessions SET lease_until = ",
            $now,
            " + $3 WHERE handle_hash = $1 AND lease_owner = $2"
        )
    };
}
pub(in crate::store) use renew_lease;

/// Frees the lease, only while it is this owner's.
pub(in crate::store) const RELEASE_LEASE: &str = "
UPDATE sessions SET lease_owner = NULL, lease_until = NULL
WHERE handle_hash = $1 AND lease_owner = $2";

/// Turns this owner's lease into a back-off until `$4`.
macro_rules! back_off {
    () => {
        "UPDATE sessions SET lease_owner = $3, lease_until = $4
         WHERE handle_hash = $1 AND lease_owner = $2"
    };
}
pub(in crate::store) use back_off;

/// Replaces the tokens, and the identity if there is a new one, and frees the lease: only while the lease is this
/// owner's and the row has the version that was read.
macro_rules! replace_tokens {
    () => {
        concat!(
            "UPDATE sessions
             SET tokens = $4, identity = COALESCE($5, identity), version = version + 1,
                 lease_owner = NULL, lease_until = NULL
             WHERE handle_hash = $1 AND lease_owner = $2 AND version = $3 AND ",
            $crate::store::row::sql::not_cut_off!(),
            " RETURNING version"
        )
    };
}
pub(in crate::store) use replace_tokens;

/// Reads the columns of [`crate::store::database::LeaseState`]: whether somebody's lease has not run out by the
/// database's clock, and until when the row backs off.
macro_rules! lease_state {
    ($now:literal) => {
        concat!(
            "SELECT version,
                    lease_owner IS NOT NULL AND lease_owner <> $2 AND lease_until > ",
            $now,
            " AS leased,
                    CASE lease_owner WHEN $2 THEN lease_until END AS backs_off_until
             FROM sessions WHERE handle_hash = $1 AND ",
            $crate::store::row::sql::not_cut_off!()
        )
    };
}
pub(in crate::store) use lease_state;

/// One transaction that needs every table and every right on them, and writes. `$1` is random, so only the row in
/// `used_once` is ever touched, and it is deleted again.
pub(in crate::store) const PROVE_WRITABLE: [&str; 8] = [
    "INSERT INTO sessions SELECT * FROM sessions WHERE handle_hash = $1",
    "UPDATE sessions SET version = version WHERE handle_hash = $1",
    "DELETE FROM sessions WHERE handle_hash = $1",
    "INSERT INTO tenant_pins SELECT * FROM tenant_pins WHERE authority IS NULL",
    "INSERT INTO cutoffs (at) SELECT at FROM cutoffs WHERE number IS NULL",
    "DELETE FROM cutoffs WHERE number IS NULL",
    "INSERT INTO used_once (purpose, hash, recorded_by, until) VALUES (0, $1, $1, 0)",
    "DELETE FROM used_once WHERE purpose = 0 AND hash = $1",
];

/// Records a first use; changes no row if the use was recorded before. Of two at once, one waits for the other.
pub(in crate::store) const RECORD_USE: &str = "
INSERT INTO used_once (purpose, hash, recorded_by, until)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// Who recorded a first use.
pub(in crate::store) const RECORDED_BY: &str = "
SELECT recorded_by FROM used_once WHERE purpose = $1 AND hash = $2";

/// Pins the tenant of an authority; changes no row if one is pinned.
pub(in crate::store) const PIN_TENANT: &str = "
INSERT INTO tenant_pins (authority, tenant) VALUES ($1, $2) ON CONFLICT DO NOTHING";

/// The pinned tenant of an authority.
pub(in crate::store) const PINNED_TENANT: &str = "
SELECT tenant FROM tenant_pins WHERE authority = $1";

/// The newest cutoff from before `$1`.
pub(in crate::store) const NEWEST_CUTOFF: &str = "SELECT max(number) FROM cutoffs WHERE at < $1";

/// The last key of a batch of rows after the key `$1`; `$2` is one less than the size of the batch.
pub(in crate::store) const LAST_OF_BATCH: &str = "
SELECT handle_hash FROM sessions WHERE handle_hash > $1 ORDER BY handle_hash LIMIT 1 OFFSET $2";

/// Deletes the rows of a batch that a cutoff ended.
pub(in crate::store) const DELETE_CUT_OFF: &str = concat!(
    "DELETE FROM sessions WHERE handle_hash > $1 AND handle_hash <= $2 AND NOT ",
    not_cut_off!()
);

/// Greater than every key.
pub(in crate::store) const AFTER_ALL_KEYS: [u8; 33] = [0xff; 33];

/// Deletes the cutoffs up to the number `$1` from before `$2`.
pub(in crate::store) const FORGET_CUTOFFS: &str =
    "DELETE FROM cutoffs WHERE number <= $1 AND at < $2";
