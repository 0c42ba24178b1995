//! One session: begun, found, used, ended.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use gatehouse::domain::session::Session;
use gatehouse::store::{SessionFilter, StoreError};

use crate::harness::{Database, STAFF, identity, signed_in};

/// The deadline of a use at this moment.
fn idle(database: &Database) -> gatehouse::domain::clock::Timestamp {
    database.now() + Duration::from_hours(1)
}

fn same(one: &Session, other: &Session) {
    assert_eq!(one.id, other.id);
    assert_eq!(one.profile, other.profile);
    assert_eq!(one.fingerprint, other.fingerprint);
    assert_eq!(one.identity, other.identity);
    assert_eq!(one.created_at, other.created_at);
    assert_eq!(one.seen_at, other.seen_at);
    assert_eq!(one.idle_until, other.idle_until);
    assert_eq!(one.expires_at, other.expires_at);
}

pub async fn a_session_is_read_back_with_everything_it_was_given(database: Arc<Database>) {
    let (writer, reader) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    let new = database.sign_in("staff", "ada");
    let (handle, session) = (new.handle.clone(), new.session.clone());
    writer.create(new).await.unwrap();
    for store in [&writer, &reader] {
        let found = store.find(&handle).await.unwrap().unwrap();
        same(&found, &session);
    }
}

// proves: D25
pub async fn a_session_survives_a_restart(database: Arc<Database>) {
    let before = database.replica().await;
    let handle = signed_in(&database, &before, "staff", "ada").await;
    before.close().await;
    drop(before);
    let after = database.replica().await;
    assert!(after.find(&handle).await.unwrap().is_some());
}

// proves: C78
pub async fn a_new_sign_in_ends_the_session_it_takes_the_place_of(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.quiet_replica().await);
    let old = signed_in(&database, &here, "staff", "ada").await;
    let mut new = database.sign_in("staff", "eve");
    new.ended = Some(old.clone());
    let handle = new.handle.clone();
    here.create(new).await.unwrap();
    for store in [&here, &there] {
        assert!(store.find(&old).await.unwrap().is_none());
        let found = store.find(&handle).await.unwrap().unwrap();
        assert!(found.identity.person().as_str().ends_with("#eve"));
    }
}

pub async fn an_idle_session_is_none(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    database.clock.turn(TimeDelta::seconds(3599));
    assert!(store.find(&handle).await.unwrap().is_some());
    database.clock.turn(TimeDelta::seconds(1));
    assert!(store.find(&handle).await.unwrap().is_none());
}

pub async fn a_session_used_through_another_replica_is_not_idle_here(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    database.clock.turn(TimeDelta::minutes(50));
    there.touch(&handle, database.now(), idle(&database));
    there.flush_touches().await.unwrap();
    database.clock.turn(TimeDelta::minutes(50));
    assert!(here.find(&handle).await.unwrap().is_some());
}

pub async fn a_session_past_its_lifetime_is_none_however_much_it_is_used(database: Arc<Database>) {
    let (here, there) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    let handle = signed_in(&database, &here, "staff", "ada").await;
    for _ in 0..24 {
        assert!(here.find(&handle).await.unwrap().is_some());
        here.touch(&handle, database.now(), idle(&database));
        here.flush_touches().await.unwrap();
        database.clock.turn(TimeDelta::seconds(3590));
    }
    database.clock.turn(TimeDelta::seconds(240));
    assert!(here.find(&handle).await.unwrap().is_none());
    assert!(there.find(&handle).await.unwrap().is_none());
}

// proves: C88
pub async fn a_hundred_uses_in_a_minute_are_one_write(database: Arc<Database>) {
    let store = database.replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    store.touch(&handle, database.now(), idle(&database));
    assert_eq!(store.status().waiting_touches, 0, "just begun");
    database.clock.turn(TimeDelta::minutes(1));
    let seen = database.now();
    for _ in 0..100 {
        store.touch(&handle, seen, idle(&database));
    }
    assert_eq!(store.status().waiting_touches, 1);
    assert_eq!(store.find(&handle).await.unwrap().unwrap().seen_at, seen);
    store.flush_touches().await.unwrap();
    database.clock.turn(TimeDelta::seconds(59));
    store.touch(&handle, database.now(), idle(&database));
    assert_eq!(store.status().waiting_touches, 0);
    let listed = store.list(&SessionFilter::default()).await.unwrap();
    assert_eq!(listed[0].seen_at, seen);
}

// proves: C88
pub async fn two_replicas_together_write_once_a_minute(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    assert!(there.find(&handle).await.unwrap().is_some());
    database.clock.turn(TimeDelta::minutes(1));
    let first = database.now();
    here.touch(&handle, first, idle(&database));
    here.flush_touches().await.unwrap();
    database.clock.turn(TimeDelta::seconds(59));
    there.touch(&handle, database.now(), idle(&database));
    there.flush_touches().await.unwrap();
    let listed = here.list(&SessionFilter::default()).await.unwrap();
    assert_eq!(listed[0].seen_at, first);
}

// proves: C87
pub async fn a_use_does_not_revive_an_ended_session(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    database.clock.turn(TimeDelta::minutes(1));
    here.touch(&handle, database.now(), idle(&database));
    there.end(&handle, &STAFF).await.unwrap().unwrap();
    here.flush_touches().await.unwrap();
    assert!(there.find(&handle).await.unwrap().is_none());
    assert_eq!(there.count().await.unwrap(), 0);
}

// proves: C87
pub async fn a_late_use_does_not_revive_an_idle_session(database: Arc<Database>) {
    let (here, cold) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    let handle = signed_in(&database, &here, "staff", "ada").await;
    database.clock.turn(TimeDelta::hours(2));
    for store in [&here, &cold] {
        store.touch(&handle, database.now(), idle(&database));
        store.flush_touches().await.unwrap();
        assert!(store.find(&handle).await.unwrap().is_none());
    }
    assert_eq!(here.count().await.unwrap(), 0);
}

pub async fn a_cached_session_makes_no_database_call(database: Arc<Database>) {
    let (store, cold) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &store, "staff", "ada").await;
    assert!(store.tokens(&handle).await.unwrap().is_some());
    database.meddle("DROP TABLE sessions").await;
    for _ in 0..100 {
        assert!(store.find(&handle).await.unwrap().is_some());
        assert!(store.tokens(&handle).await.unwrap().is_some());
    }
    assert!(cold.find(&handle).await.is_err(), "there is no row to read");
}

pub async fn many_first_requests_of_one_session_are_one_reading(database: Arc<Database>) {
    let (writer, reader) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &writer, "staff", "ada").await;
    let found = join_all((0..200).map(|_| reader.find(&handle))).await;
    let first = found[0].as_ref().unwrap().as_ref().unwrap();
    for session in &found {
        let session = session.as_ref().unwrap().as_ref().unwrap();
        assert!(Arc::ptr_eq(session, first), "one reading serves all");
    }
}

// proves: B181, B182
pub async fn a_trouble_of_the_database_is_never_no_session(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = database.sign_in("staff", "ada").handle;
    assert!(store.find(&handle).await.unwrap().is_none());
    database.meddle("DROP TABLE sessions").await;
    let unavailable = |error: StoreError| matches!(error, StoreError::Unavailable(_));
    assert!(unavailable(store.find(&handle).await.unwrap_err()));
    assert!(unavailable(store.tokens(&handle).await.unwrap_err()));
    assert!(unavailable(store.end(&handle, &STAFF).await.unwrap_err()));
    assert!(unavailable(store.count().await.unwrap_err()));
}

// proves: D24
pub async fn a_sign_in_that_cannot_be_written_leaves_nothing(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let old = signed_in(&database, &store, "staff", "ada").await;
    let twin = database.sign_in("staff", "bob");
    let mut new = database.sign_in("staff", "eve");
    // The id is taken, so the insert fails after the old row was deleted.
    new.session.id = twin.session.id;
    new.ended = Some(old.clone());
    let handle = new.handle.clone();
    store.create(twin).await.unwrap();
    assert!(store.create(new).await.is_err());
    assert!(store.find(&handle).await.unwrap().is_none());
    assert!(store.find(&old).await.unwrap().is_some());
    assert_eq!(store.count().await.unwrap(), 2);
}

// proves: E7
pub async fn large_claims_do_not_take_the_memory_of_all(database: Arc<Database>) {
    let store = database.quiet_replica_with_memory(100).await;
    for number in 0..50 {
        let mut new = database.sign_in("staff", &format!("person-{number}"));
        new.session.identity = identity("ada", &"x".repeat(50_000));
        store.create(new).await.unwrap();
    }
    let cached = store.status().cached_sessions;
    assert!(cached <= 3, "{cached} sessions of 100 kB in 150 kB");
    for number in 0..50 {
        signed_in(&database, &store, "staff", &format!("usual-{number}")).await;
    }
    assert!(store.status().cached_sessions >= 40);
}

pub async fn the_name_of_a_browser_is_cut_and_printable(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let mut new = database.sign_in("staff", "ada");
    new.user_agent = Some(format!("a\u{0}b\n{}", "é".repeat(1000)));
    store.create(new).await.unwrap();
    let listed = store.list(&SessionFilter::default()).await.unwrap();
    let shown = listed[0].user_agent.as_ref().unwrap();
    assert!(shown.starts_with("abé"));
    assert_eq!(shown.chars().count(), 300);
}
