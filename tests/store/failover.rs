//! A failover that keeps old connections: they stay with the old primary, new ones reach the new primary.
//!
//! Two databases of one server stand for the two, behind a wire that knows which of them new connections want.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gatehouse::store::SessionStore;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{
    Database, STAFF, administer, assert_within, eventually, on_postgres, postgres_server, signed_in,
};

/// The names of both databases have the same length, so that one can take the other's place in a message.
const OLD: &str = "gatehouse_test_";
const NEW: &str = "gatehouse_next_";

/// A wire to the server. Connections made after the promotion want the new database.
struct Failover {
    promoted: Arc<AtomicBool>,
    /// As the replicas see it.
    wired: Database,
    /// The new primary, as the test sees it.
    new: Database,
}

impl Failover {
    async fn before(old: &Database) -> Self {
        let url = url::Url::parse(&old.url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut through = url.clone();
        through.set_host(Some("127.0.0.1")).unwrap();
        through
            .set_port(Some(listener.local_addr().unwrap().port()))
            .unwrap();
        through.set_query(Some("sslmode=disable"));
        let promoted = Arc::new(AtomicBool::new(false));
        tokio::spawn(accept(listener, server, Arc::clone(&promoted)));
        let new = old.at_another(&old.url.replace(OLD, NEW));
        let name = url.path().replace('/', "").replace(OLD, NEW);
        let create = format!("CREATE DATABASE {name}");
        administer(&postgres_server().unwrap(), &create).await;
        new.quiet_replica().await.close().await;
        Self {
            promoted,
            wired: old.at_another(through.as_str()),
            new,
        }
    }

    fn promote(&self) {
        self.promoted.store(true, Ordering::SeqCst);
    }

    async fn drop_new(self, stores: [&SessionStore; 2]) {
        join_all(stores.iter().map(|store| store.close())).await;
        let name = self.new.url.rsplit('/').next().unwrap().to_owned();
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        administer(&postgres_server().unwrap(), &drop).await;
    }
}

async fn accept(listener: TcpListener, server: String, promoted: Arc<AtomicBool>) {
    while let Ok((mut here, _)) = listener.accept().await {
        let mut there = TcpStream::connect(&server).await.unwrap();
        let promoted = promoted.load(Ordering::SeqCst);
        tokio::spawn(async move {
            let mut first = vec![0; 4096];
            let count = here.read(&mut first).await.unwrap();
            first.truncate(count);
            if promoted {
                let at = first
                    .windows(OLD.len())
                    .position(|part| part == OLD.as_bytes());
                first[at.unwrap()..][..NEW.len()].copy_from_slice(NEW.as_bytes());
            }
            there.write_all(&first).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
        });
    }
}

/// Ends the connections that work, and leaves those that listen.
const END_WORKING: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'gatehouse'";
const END_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'gatehouse%'";

// proves: D21
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_left_at_the_old_primary_trusts_nothing_older_than_two_seconds() {
    on_postgres(left_behind).await;
}

async fn left_behind(old: Arc<Database>) {
    let failover = Failover::before(&old).await;
    let (here, there) = (
        failover.wired.replica().await,
        failover.wired.replica().await,
    );
    let handle = signed_in(&failover.wired, &here, "staff", "ada").await;
    assert!(there.find(&handle).await.unwrap().is_some());
    failover.promote();
    // The session is not at the new primary: it has ended there, and the notice went to nobody.
    old.meddle(END_WORKING).await;
    let ended = Instant::now();
    for store in [&here, &there] {
        eventually("the ended session is none", async || {
            store.find(&handle).await.unwrap().is_none()
        })
        .await;
        assert_within(ended, Duration::from_secs(3));
        eventually("it listens at the new primary", async || {
            store.status().listening
        })
        .await;
    }
    let handle = signed_in(&failover.wired, &here, "staff", "ada").await;
    assert!(there.find(&handle).await.unwrap().is_some());
    here.end(&handle, &STAFF).await.unwrap();
    let ended = Instant::now();
    eventually("notices arrive again", async || {
        there.find(&handle).await.unwrap().is_none()
    })
    .await;
    assert_within(ended, Duration::from_secs(1));
    failover.drop_new([&here, &there]).await;
}

// proves: D21
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_not_ready_and_is_left_by_every_connection() {
    on_postgres(demoted).await;
}

async fn demoted(old: Arc<Database>) {
    let failover = Failover::before(&old).await;
    let (here, there) = (
        failover.wired.replica().await,
        failover.wired.replica().await,
    );
    let name = old.url.rsplit('/').next().unwrap();
    old.meddle(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ))
    .await;
    old.meddle(END_ALL).await;
    eventually("readiness says why not", async || {
        let error = here.ready().await.err();
        error.is_some_and(|error| error.in_full().contains("takes no writes"))
    })
    .await;
    eventually(
        "who hears only a server without writes hears nobody",
        async || !there.status().listening,
    )
    .await;
    fill_pool(&old, &there).await;
    failover.promote();
    let promoted = Instant::now();
    // One after the other: many at once would wear the old connections out together.
    for _ in 0..5 {
        signed_in(&failover.wired, &there, "staff", "ada").await;
    }
    let count = "SELECT count(*) FROM sessions";
    let written = failover.new.number(count).await;
    assert_eq!(written, 5, "none at the old primary, none failed");
    for store in [&here, &there] {
        eventually("it listens again", async || {
            store.ready().await.is_ok() && store.status().listening
        })
        .await;
    }
    assert_within(promoted, Duration::from_secs(5));
    failover.drop_new([&here, &there]).await;
}

/// Readings that wait for one another open every connection that the pool may have.
async fn fill_pool(old: &Database, store: &SessionStore) {
    let mut blocker = PgConnection::connect(&old.url).await.unwrap();
    let lock = "BEGIN READ WRITE; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE";
    blocker.execute(lock).await.unwrap();
    let full = async {
        let open = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'gatehouse'
              AND wait_event_type = 'Lock'";
        eventually("the pool is full", async || old.number(open).await >= 10).await;
        blocker.execute("ROLLBACK").await.unwrap();
    };
    let others: Vec<_> = (0..10)
        .map(|_| old.sign_in("staff", "ada").handle)
        .collect();
    let reads = join_all(others.iter().map(|handle| store.find(handle)));
    let ((), reads) = tokio::join!(full, reads);
    assert!(reads.into_iter().all(|read| read.unwrap().is_none()));
}
