//! What a row gives away, and to whom it opens.

use std::sync::Arc;

use gatehouse::domain::session::SessionHandle;
use gatehouse::seal::{OsRandom, handle_hash, hex, new_key_text};
use gatehouse::store::StoreError;

use crate::harness::{Database, signed_in};

/// A blob as both databases write it.
fn blob(database: &Database, bytes: &[u8]) -> String {
    if database.is_postgres() {
        format!("'\\x{}'::bytea", hex(bytes))
    } else {
        format!("x'{}'", hex(bytes))
    }
}

// proves: C81
pub async fn a_stolen_database_shows_no_claim_and_no_token(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    for secret in [
        "first-id-token",
        "first-refresh-token",
        "a-claim-nobody-may-read",
    ] {
        let digits = hex(secret.as_bytes());
        let hits = if database.is_postgres() {
            format!(
                "SELECT count(*) FROM sessions s WHERE s::text LIKE '%{digits}%' OR s::text LIKE '%{secret}%'"
            )
        } else {
            format!(
                "SELECT count(*) FROM sessions WHERE instr(lower(hex(identity) || hex(tokens)), '{digits}')"
            )
        };
        assert_eq!(database.number(&hits).await, 0, "{secret}");
    }
    let raw = blob(&database, handle.expose());
    let hits = format!("SELECT count(*) FROM sessions WHERE handle_hash = {raw}");
    assert_eq!(
        database.number(&hits).await,
        0,
        "the handle itself is nowhere"
    );
}

// proves: C81
pub async fn a_stolen_database_with_the_servers_keys_opens_nothing(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    // The thief has the keys and every column, but not the handle: puts the row under a handle of their own.
    let forged = SessionHandle::generate(&OsRandom);
    let (from, to) = (handle_hash(&handle), handle_hash(&forged));
    let (from, to) = (blob(&database, &from.0), blob(&database, &to.0));
    database
        .meddle(&format!(
            "UPDATE sessions SET handle_hash = {to} WHERE handle_hash = {from}"
        ))
        .await;
    let thief = database.quiet_replica().await;
    assert!(thief.find(&forged).await.unwrap().is_none());
    assert!(thief.tokens(&forged).await.unwrap().is_none());
}

pub async fn a_wrong_key_opens_nothing_and_is_no_error(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let other = database.replica_with(&[new_key_text(&OsRandom)]);
    assert!(other.find(&handle).await.unwrap().is_none());
    assert!(other.tokens(&handle).await.unwrap().is_none());
    assert!(
        store.find(&handle).await.unwrap().is_some(),
        "the row is still there"
    );
}

// proves: C76
pub async fn rows_that_were_swapped_do_not_open(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let ada = signed_in(&database, &store, "staff", "ada").await;
    let eve = signed_in(&database, &store, "staff", "eve").await;
    let (from, to) = (handle_hash(&ada), handle_hash(&eve));
    let (from, to) = (blob(&database, &from.0), blob(&database, &to.0));
    database
        .meddle(&format!(
            "UPDATE sessions SET identity = (SELECT identity FROM sessions WHERE handle_hash = {from}),
                                 tokens = (SELECT tokens FROM sessions WHERE handle_hash = {from})
             WHERE handle_hash = {to}"
        ))
        .await;
    let fresh = database.quiet_replica().await;
    assert!(fresh.find(&eve).await.unwrap().is_none());
    assert!(fresh.tokens(&eve).await.unwrap().is_none());
    assert!(fresh.find(&ada).await.unwrap().is_some());
}

// proves: C76
pub async fn a_row_copied_to_another_profile_does_not_open(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    database
        .meddle("UPDATE sessions SET profile = 'customers'")
        .await;
    let fresh = database.quiet_replica().await;
    assert!(fresh.find(&handle).await.unwrap().is_none());
    assert!(fresh.tokens(&handle).await.unwrap().is_none());
}

// proves: C90, D28
pub async fn a_rotated_key_signs_nobody_out_and_rows_are_sealed_anew(database: Arc<Database>) {
    let before = database.quiet_replica().await;
    let handle = signed_in(&database, &before, "staff", "ada").await;
    let new = new_key_text(&OsRandom);
    let both = [vec![new.clone()], database.keys.clone()].concat();
    let rotated = database.replica_with(&both);
    assert_eq!(rotated.sealed_with_older_keys().await.unwrap(), 1);
    assert!(rotated.find(&handle).await.unwrap().is_some());
    assert_eq!(rotated.seal_listed_rows_anew().await.unwrap(), 1);
    assert_eq!(rotated.sealed_with_older_keys().await.unwrap(), 0);
    let only_new = database.replica_with(&[new]);
    assert!(only_new.find(&handle).await.unwrap().is_some());
    let stored = only_new.tokens(&handle).await.unwrap().unwrap();
    assert_eq!(stored.tokens.id_token.expose(), "first-id-token");
    assert_eq!(stored.version, 1, "sealing anew is no new version");
}

// proves: C90
pub async fn after_the_old_key_is_gone_only_unused_sessions_end(database: Arc<Database>) {
    let before = database.quiet_replica().await;
    let used = signed_in(&database, &before, "staff", "ada").await;
    let unused = signed_in(&database, &before, "staff", "bob").await;
    let new = new_key_text(&OsRandom);
    let both = [vec![new.clone()], database.keys.clone()].concat();
    database
        .replica_with(&both)
        .find(&used)
        .await
        .unwrap()
        .unwrap();
    let only_new = database.replica_with(&[new]);
    assert!(only_new.find(&used).await.unwrap().is_some());
    assert!(only_new.find(&unused).await.unwrap().is_none());
}

// proves: D27
pub async fn a_row_of_a_newer_format_is_none(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let two = blob(&database, &[2]);
    database
        .meddle(&format!(
            "UPDATE sessions SET identity = {two}, tokens = {two}"
        ))
        .await;
    let fresh = database.quiet_replica().await;
    assert!(fresh.find(&handle).await.unwrap().is_none());
    assert!(fresh.tokens(&handle).await.unwrap().is_none());
}

pub async fn a_row_that_no_gateway_wrote_is_inconsistent(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    database
        .meddle("UPDATE sessions SET profile = 'No Profile!'")
        .await;
    let fresh = database.quiet_replica().await;
    let found = fresh.find(&handle).await.unwrap_err();
    let StoreError::Inconsistent { table, id } = &found else {
        panic!("{found:?}")
    };
    assert_eq!((*table, id.len()), ("sessions", 64));
}
