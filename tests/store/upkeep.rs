//! Migration, readiness, sweep, closing.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use gatehouse::seal::OsRandom;
use gatehouse::store::{Lease, LeaseOwner, ReplaceResult, ReplayScope, SessionStore, StoreError};

use crate::harness::{Database, STAFF, signed_in};

pub async fn replicas_that_migrate_at_once_agree(database: Arc<Database>) {
    let stores: Vec<_> = (0..5)
        .map(|_| database.replica_with(&database.keys))
        .collect();
    for migrated in join_all(stores.iter().map(SessionStore::migrate)).await {
        migrated.unwrap();
    }
    let steps = database
        .number("SELECT count(*) FROM gatehouse_migrations")
        .await;
    let newest = database
        .number("SELECT max(version) FROM gatehouse_migrations")
        .await;
    assert_eq!(steps, newest);
    stores[0].ensure_migrated().await.unwrap();
    stores[0].migrate().await.unwrap();
}

// proves: D59
pub async fn a_replica_works_on_the_schema_of_the_next_version(database: Arc<Database>) {
    let old = database.replica().await;
    let before = signed_in(&database, &old, "staff", "ada").await;
    // The next version expands, as migrations/README.md allows it, while this one runs.
    for statement in [
        "ALTER TABLE sessions ADD COLUMN newer TEXT",
        "ALTER TABLE used_once ADD COLUMN newer INTEGER NOT NULL DEFAULT 7",
        "CREATE TABLE something_new (id INTEGER PRIMARY KEY)",
        "INSERT INTO gatehouse_migrations (version, description, success, checksum, execution_time)
         SELECT 99, 'newer', success, checksum, 1 FROM gatehouse_migrations WHERE version = 1",
    ] {
        database.meddle(statement).await;
    }
    let until = database.now() + Duration::from_mins(15);
    // One that ran before, and one that starts after a roll back.
    for store in [old, database.replica().await] {
        store.migrate().await.unwrap();
        store.ready().await.unwrap();
        assert!(store.find(&before).await.unwrap().is_some());
        let handle = signed_in(&database, &store, "staff", "bob").await;
        let owner = LeaseOwner::generate(&OsRandom);
        let lease = store.lease(&handle, owner, Duration::from_secs(5)).await;
        let Lease::Taken(stored) = lease.unwrap() else {
            panic!("nobody else is there");
        };
        let replaced = store
            .replace_tokens(&handle, owner, stored.version, &stored.tokens, None)
            .await;
        assert!(matches!(replaced.unwrap(), ReplaceResult::Stored { .. }));
        let name = handle.expose();
        store
            .record_once(ReplayScope::State, name, until)
            .await
            .unwrap();
        assert!(store.end(&handle, &STAFF).await.unwrap().is_some());
        store.sweep(database.now()).await.unwrap();
    }
}

pub async fn before_the_migration_the_store_is_not_ready(database: Arc<Database>) {
    let store = database.replica_with(&database.keys);
    let ready = store.ready().await;
    assert!(matches!(ready, Err(StoreError::Migration(_))), "{ready:?}");
    assert!(!store.status().migrated);
    store.ensure_migrated().await.unwrap();
    store.ready().await.unwrap();
    assert!(store.status().migrated);
    assert!(
        store.status().clock_drift.is_some(),
        "readiness knows the drift"
    );
}

// proves: D29
pub async fn two_replicas_sweep_what_is_over_and_nothing_else(database: Arc<Database>) {
    let (here, there) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    for _ in 0..30 {
        signed_in(&database, &here, "staff", "ada").await;
    }
    let until = database.now() + Duration::from_mins(15);
    here.record_once(ReplayScope::State, b"old", until)
        .await
        .unwrap();
    database.clock.turn(TimeDelta::minutes(61));
    let living = signed_in(&database, &here, "staff", "bob").await;
    let until = database.now() + Duration::from_mins(15);
    here.record_once(ReplayScope::State, b"new", until)
        .await
        .unwrap();

    let early = here
        .sweep(database.now() - Duration::from_secs(61))
        .await
        .unwrap();
    assert_eq!(early.sessions, 0, "over for less than a minute");
    let now = database.now();
    let (one, other) = tokio::join!(here.sweep(now), there.sweep(now));
    let rest = here.sweep(now).await.unwrap();
    let swept = [early, one.unwrap(), other.unwrap(), rest];
    assert_eq!(swept.iter().map(|swept| swept.sessions).sum::<u64>(), 30);
    assert_eq!(
        swept.iter().map(|swept| swept.replay_records).sum::<u64>(),
        1
    );
    let fresh = database.quiet_replica().await;
    assert!(fresh.find(&living).await.unwrap().is_some());
    assert_eq!(database.number("SELECT count(*) FROM used_once").await, 1);
}

pub async fn closing_writes_the_uses_that_wait(database: Arc<Database>) {
    let store = database.replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    database.clock.turn(TimeDelta::minutes(2));
    let seen = database.now();
    store.touch(&handle, seen, seen + Duration::from_hours(1));
    store.close().await;
    assert!(
        store
            .find(&database.sign_in("staff", "x").handle)
            .await
            .is_err()
    );
    let after = database.quiet_replica().await;
    assert_eq!(after.find(&handle).await.unwrap().unwrap().seen_at, seen);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_database_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    crate::harness::on_sqlite(async |database| {
        let store = database.replica().await;
        signed_in(&database, &store, "staff", "ada").await;
        let path = database.url.strip_prefix("sqlite://").unwrap();
        for name in [path.to_owned(), format!("{path}-wal")] {
            let mode = std::fs::metadata(&name).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    })
    .await;
}
