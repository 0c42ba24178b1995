//! Postgres goes away and comes back: what breaks, what holds, and how soon it mends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gatehouse::domain::clock::SystemClock;
use gatehouse::domain::secret::SecretUrl;
use gatehouse::seal::{KeyRing, OsRandom};
use gatehouse::store::{FirstUse, ReplayScope, SessionStore, StoreError, StoreOptions};
use sqlx::{Connection, Executor, PgConnection};

use crate::harness::{
    Database, STAFF, administer, assert_within, eventually, on_postgres, postgres_server, signed_in,
};

/// Ends every connection that a gateway has to this database.
const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'gatehouse%'";

fn store_at(url: &str) -> Result<SessionStore, StoreError> {
    SessionStore::connect(
        &SecretUrl::new(url),
        StoreOptions::default(),
        Arc::new(KeyRing::ephemeral(&OsRandom)),
        Arc::new(SystemClock),
        Arc::new(OsRandom),
    )
}

// proves: D21
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_cut_are_replaced_and_nothing_fails() {
    on_postgres(cut_connections).await;
}

async fn cut_connections(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handles = join_all((0..20).map(|_| signed_in(&database, &store, "staff", "ada"))).await;
    for round in 0..5_u8 {
        database.meddle(TERMINATE).await;
        let cold = join_all(handles.iter().map(|handle| store.tokens(handle))).await;
        for tokens in cold {
            assert!(tokens.unwrap().is_some(), "round {round}");
        }
        database.meddle(TERMINATE).await;
        let until = database.now() + Duration::from_mins(15);
        let used = store.record_once(ReplayScope::State, &[round], until).await;
        assert_eq!(used.unwrap(), FirstUse::Yes);
        database.meddle(TERMINATE).await;
        let handle = signed_in(&database, &store, "staff", "bob").await;
        database.meddle(TERMINATE).await;
        assert!(store.end(&handle, &STAFF).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_was_cut_off_hears_again_and_believes_nothing_older() {
    on_postgres(cut_listener).await;
}

async fn cut_listener(database: Arc<Database>) {
    let (here, there) = (database.replica().await, database.replica().await);
    let handle = signed_in(&database, &here, "staff", "ada").await;
    assert!(there.find(&handle).await.unwrap().is_some());
    // Ended behind everybody's back while nobody listens: only a flush can tell.
    database
        .meddle(&format!("{TERMINATE}; DELETE FROM sessions"))
        .await;
    for store in [&here, &there] {
        eventually("the cut-off replica refuses", async || {
            store.find(&handle).await.unwrap().is_none()
        })
        .await;
        eventually("it listens again", async || store.status().listening).await;
    }
    let handle = signed_in(&database, &here, "staff", "ada").await;
    assert!(there.find(&handle).await.unwrap().is_some());
    here.end(&handle, &STAFF).await.unwrap();
    eventually("notices arrive again", async || {
        there.find(&handle).await.unwrap().is_none()
    })
    .await;
}

// proves: D57
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_starts_before_its_database_is_ready_soon_after_it() {
    on_postgres(started_early).await;
}

async fn started_early(database: Arc<Database>) {
    let server = postgres_server().unwrap();
    let mut url = url::Url::parse(&database.url).unwrap();
    let name = format!("{}_later", url.path().trim_start_matches('/'));
    url.set_path(&name);
    let store = store_at(url.as_str()).unwrap();
    store.start();
    assert!(matches!(
        store.ready().await,
        Err(StoreError::Unavailable(_))
    ));
    administer(&server, &format!("CREATE DATABASE {name}")).await;
    let there = Instant::now();
    eventually("the store is ready", async || store.ready().await.is_ok()).await;
    assert_within(there, Duration::from_secs(3));
    store.close().await;
    administer(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

// proves: D21
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_takes_no_writes_is_an_outage_and_is_left_when_it_does() {
    on_postgres(read_only).await;
}

async fn read_only(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = signed_in(&database, &store, "staff", "ada").await;
    let name = url::Url::parse(&database.url)
        .unwrap()
        .path()
        .replace('/', "");
    let server = postgres_server().unwrap();
    let set = |value| format!("ALTER DATABASE {name} SET default_transaction_read_only = {value}");
    administer(&server, &set("on")).await;
    database.meddle(TERMINATE).await;
    let ended = store.end(&handle, &STAFF).await;
    assert!(
        matches!(ended, Err(StoreError::Unavailable(_))),
        "{ended:?}"
    );
    administer(&server, &set("off")).await;
    // No connection that refused a write was kept, so the next one writes.
    assert!(store.end(&handle, &STAFF).await.unwrap().is_some());
}

// proves: D22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_hangs_is_an_outage_within_two_and_a_half_seconds() {
    on_postgres(hanging).await;
}

async fn hanging(database: Arc<Database>) {
    let store = database.quiet_replica().await;
    let handle = database.sign_in("staff", "ada").handle;
    let mut blocker = PgConnection::connect(&database.url).await.unwrap();
    blocker
        .execute("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let begun = Instant::now();
    let found = store.find(&handle).await;
    assert!(
        matches!(found, Err(StoreError::Unavailable(_))),
        "{found:?}"
    );
    assert_within(begun, Duration::from_millis(2700));
    blocker.execute("ROLLBACK").await.unwrap();
    assert!(store.find(&handle).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_gives_no_connection_is_quoted_with_its_reason() {
    on_postgres(no_room).await;
}

async fn no_room(database: Arc<Database>) {
    drop(database.quiet_replica().await);
    let server = postgres_server().unwrap();
    let mut url = url::Url::parse(&database.url).unwrap();
    let role = format!("{}_guest", url.path().trim_start_matches('/'));
    let made = format!("CREATE ROLE {role} LOGIN PASSWORD 'guest' CONNECTION LIMIT 1");
    administer(&server, &made).await;
    let rights = format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}");
    database.meddle(&rights).await;
    url.set_username(&role).unwrap();
    url.set_password(Some("guest")).unwrap();
    let only = PgConnection::connect(url.as_str()).await.unwrap();
    let store = store_at(url.as_str()).unwrap();
    let handle = gatehouse::domain::session::SessionHandle::generate(&OsRandom);
    let begun = Instant::now();
    for error in join_all((0..20).map(|_| store.find(&handle))).await {
        let said = error.unwrap_err().in_full();
        let reason = format!("too many connections for role \"{role}\"");
        assert!(said.contains(&reason), "{said}");
    }
    assert_within(begun, Duration::from_millis(1200));
    only.close().await.unwrap();
    eventually("the connection is given", async || {
        store.find(&handle).await.is_ok()
    })
    .await;
    store.close().await;
    database.meddle(&format!("DROP OWNED BY {role}")).await;
    administer(&server, &format!("DROP ROLE {role}")).await;
}

// proves: D23
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_requests_share_ten_connections() {
    on_postgres(crowd).await;
}

async fn crowd(database: Arc<Database>) {
    let (writer, reader) = (
        database.quiet_replica().await,
        database.quiet_replica().await,
    );
    let people: Vec<String> = (0..200).map(|number| format!("person-{number}")).collect();
    let sign_in = |person| signed_in(&database, &writer, "staff", person);
    let handles = join_all(people.iter().map(|person| sign_in(person.as_str()))).await;
    let asks = (0..2000).map(|at| reader.tokens(&handles[at % handles.len()]));
    for answer in join_all(asks).await {
        assert!(answer.unwrap().is_some());
    }
}

// proves: B124, B181, B182, D19
#[tokio::test]
async fn a_database_that_is_away_is_an_outage_within_a_second_and_shows_no_password() {
    let store = store_at("postgres://gate:hunter2@127.0.0.1:1/gatehouse").unwrap();
    let begun = Instant::now();
    let handle = gatehouse::domain::session::SessionHandle::generate(&OsRandom);
    let error = store.find(&handle).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)));
    let said = error.in_full();
    assert!(said.contains("refused"), "{said}");
    let shown = format!("{said} {error:?} {store:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_within(begun, Duration::from_millis(1200));
}

#[tokio::test]
async fn an_address_that_cannot_be_one_is_refused_without_being_repeated() {
    for url in [
        "mysql://gate:hunter2@localhost/x",
        "postgres://gate:hunter2@[::1/x",
        "postgres://gate:hunter2@localhost:port/x",
        "hunter2",
        "sqlite:///no/such/folder/hunter.db",
    ] {
        let error = store_at(url).unwrap_err();
        assert!(matches!(error, StoreError::BadUrl(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
