//! Databases that are not as they should be: earlier releases, tables of other applications, writes that fail.

use std::sync::Arc;

use gatehouse::seal::{OsRandom, new_key_text};
use gatehouse::store::{SessionStore, StoreError};

use crate::harness::{Database, STAFF, eventually, signed_in};

/// What the release before sqlx's migrator recorded.
const EARLIER_MIGRATIONS: &str = "
    DROP TABLE gatehouse_migrations;
    DROP TABLE cutoffs;
    ALTER TABLE sessions DROP COLUMN began_after;
    ALTER TABLE sessions DROP COLUMN listed;
    CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL DEFAULT 0);
    INSERT INTO schema_migrations (version) VALUES (1)";

pub async fn a_database_of_an_earlier_release_is_taken_over(database: Arc<Database>) {
    let before = database.quiet_replica().await;
    let handle = signed_in(&database, &before, "staff", "ada").await;
    before.close().await;
    database.meddle(EARLIER_MIGRATIONS).await;
    let stores: Vec<_> = (0..3)
        .map(|_| database.replica_with(&database.keys))
        .collect();
    for migrated in futures_util::future::join_all(stores.iter().map(SessionStore::migrate)).await {
        migrated.unwrap();
    }
    for store in &stores {
        store.ready().await.unwrap();
        assert!(store.find(&handle).await.unwrap().is_some());
    }
    let steps = "SELECT max(version) - count(*) FROM gatehouse_migrations";
    assert_eq!(database.number(steps).await, 0);
    let kept = "SELECT count(*) FROM schema_migrations";
    assert_eq!(
        database.number(kept).await,
        1,
        "for replicas of that release"
    );
}

pub async fn the_migrations_table_of_another_application_does_not_count(database: Arc<Database>) {
    let store = database.replica_with(&database.keys);
    database
        .meddle(
            "CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL);
             INSERT INTO schema_migrations VALUES (12, false)",
        )
        .await;
    assert!(matches!(store.ready().await, Err(StoreError::Migration(_))));
    store.migrate().await.unwrap();
    store.ready().await.unwrap();
    let handle = signed_in(&database, &store, "staff", "ada").await;
    assert!(store.find(&handle).await.unwrap().is_some());
}

pub async fn a_step_that_was_edited_after_its_release_is_refused(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let other = if database.is_postgres() {
        "'\\x00'::bytea"
    } else {
        "x'00'"
    };
    database
        .meddle(&format!(
            "UPDATE gatehouse_migrations SET checksum = {other}"
        ))
        .await;
    let migrated = store.migrate().await;
    assert!(
        matches!(migrated, Err(StoreError::Migration(_))),
        "{migrated:?}"
    );
}

pub async fn a_store_without_a_table_is_not_ready(database: Arc<Database>) {
    for table in ["tenant_pins", "used_once", "sessions"] {
        let store = database.quiet_replica().await;
        let rename = format!("ALTER TABLE {table} RENAME TO gone");
        database.meddle(&rename).await;
        let ready = store.ready().await;
        assert!(
            matches!(ready, Err(StoreError::Unavailable(_))),
            "{table}: {ready:?}"
        );
        let back = format!("ALTER TABLE gone RENAME TO {table}");
        database.meddle(&back).await;
        store.ready().await.unwrap();
    }
}

/// Makes every insert into `table` fail, and roll back as SQLite does when the disk is full.
async fn break_inserts(database: &Database, table: &str) {
    let sql = if database.is_postgres() {
        format!(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$;
             CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    } else {
        format!(
            "CREATE TRIGGER no_room BEFORE INSERT ON {table} BEGIN SELECT RAISE(ROLLBACK, 'no room'); END"
        )
    };
    database.meddle(&sql).await;
}

async fn mend_inserts(database: &Database, table: &str) {
    let sql = if database.is_postgres() {
        format!("DROP TRIGGER no_room ON {table}; DROP FUNCTION no_room")
    } else {
        "DROP TRIGGER no_room".to_owned()
    };
    database.meddle(&sql).await;
}

pub async fn a_store_that_cannot_write_is_not_ready(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    break_inserts(&database, "used_once").await;
    let ready = store.ready().await;
    assert!(
        matches!(ready, Err(StoreError::Unavailable(_))),
        "{ready:?}"
    );
    mend_inserts(&database, "used_once").await;
    store.ready().await.unwrap();
    let left = "SELECT count(*) FROM used_once";
    assert_eq!(database.number(left).await, 0, "the proof leaves nothing");
}

pub async fn after_a_write_that_failed_the_next_one_succeeds(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let before = signed_in(&database, &store, "staff", "ada").await;
    break_inserts(&database, "sessions").await;
    for _ in 0..3 {
        let mut new = database.sign_in("staff", "ada");
        new.ended = Some(before.clone());
        let created = store.create(new).await;
        assert!(
            matches!(created, Err(StoreError::Unavailable(_))),
            "{created:?}"
        );
    }
    mend_inserts(&database, "sessions").await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    assert!(store.end(&handle, &STAFF).await.unwrap().is_some());
    let ended = store.end(&before, &STAFF).await.unwrap();
    assert!(ended.is_some(), "a sign-in that failed ended nothing");
}

pub async fn an_operator_sees_when_the_old_key_may_go(database: Arc<Database>) {
    let before = database.quiet_replica().await;
    let handle = signed_in(&database, &before, "staff", "ada").await;
    assert_eq!(before.status().sealed_with_older_keys, None, "one key only");
    let both = [vec![new_key_text(&OsRandom)], database.keys.clone()].concat();
    let counts = async |expected| {
        let rotated = database.replica_with(&both);
        rotated.migrate().await.unwrap();
        rotated.start();
        eventually("the rows are counted", async || {
            rotated.status().sealed_with_older_keys == Some(expected)
        })
        .await;
        assert!(rotated.find(&handle).await.unwrap().is_some());
    };
    counts(1).await;
    counts(0).await;
}
