//! A database for one test, stores on it, and people to sign in.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use gatehouse::domain::api::ApiName;
use gatehouse::domain::clock::{Clock, FixedClock, Timestamp};
use gatehouse::domain::identity::{Identity, PersonBy};
use gatehouse::domain::profile::{AuthorityFingerprint, ProfileId};
use gatehouse::domain::random::Random;
use gatehouse::domain::secret::{AccessToken, IdToken, RefreshToken, SecretUrl};
use gatehouse::domain::session::{Session, SessionHandle, SessionId};
use gatehouse::domain::token_set::{AccessGrant, StatedLifetime, TokenSet};
use gatehouse::seal::{KeyRing, OsRandom, hex, new_key_text};
use gatehouse::store::{NewSession, SessionStore, StoreOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Whatever is waited for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// The profile at which most people sign in.
pub static STAFF: LazyLock<ProfileId> = LazyLock::new(|| ProfileId::parse("staff").unwrap());

/// One test's database.
pub struct Database {
    pub url: String,
    pub clock: Arc<FixedClock>,
    /// The texts of the keys, newest first.
    pub keys: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Database {
    fn at(url: String, folder: tempfile::TempDir) -> Self {
        let start = Timestamp::from_timestamp_millis(1_800_000_000_000).unwrap();
        Self {
            url,
            clock: Arc::new(FixedClock::at(start)),
            keys: vec![new_key_text(&OsRandom)],
            _folder: folder,
        }
    }

    /// The same clock and keys at another address.
    pub fn at_another(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            clock: Arc::clone(&self.clock),
            keys: self.keys.clone(),
            _folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// A migrated store with memory for so many usual sessions, that does nothing by itself.
    pub async fn quiet_replica_with_memory(&self, cache_entries: u64) -> SessionStore {
        let options = StoreOptions {
            cache_entries,
            ..StoreOptions::default()
        };
        let store = self.replica_of(&self.keys, &options);
        store.migrate().await.unwrap();
        store
    }

    /// A store that does nothing by itself.
    pub fn replica_with(&self, keys: &[String]) -> SessionStore {
        self.replica_of(keys, &StoreOptions::default())
    }

    fn replica_of(&self, keys: &[String], options: &StoreOptions) -> SessionStore {
        let options = StoreOptions {
            follow_database_clock: false,
            ..options.clone()
        };
        SessionStore::connect(
            &SecretUrl::new(self.url.clone()),
            options,
            Arc::new(KeyRing::parse(keys).unwrap()),
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            Arc::new(OsRandom),
        )
        .unwrap()
    }

    /// A migrated store that does nothing by itself.
    pub async fn quiet_replica(&self) -> SessionStore {
        let store = self.replica_with(&self.keys);
        store.migrate().await.unwrap();
        store
    }

    /// A migrated store that hears the others.
    pub async fn replica(&self) -> SessionStore {
        let store = self.quiet_replica().await;
        store.start();
        eventually("the replica listens", async || store.status().listening).await;
        store
    }

    /// Does something to the database behind the store's back.
    pub async fn meddle(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        }
    }

    /// Copies one row into `count` rows that no browser has the handle of.
    pub async fn multiply_sessions(&self, count: u32) {
        let columns = "profile, person, sid, created_at, seen_at, idle_until, expires_at, identity, tokens, listed";
        let (keys, numbers) = if self.is_postgres() {
            (
                "sha256(n::text::bytea), decode(md5(n::text), 'hex')",
                format!("SELECT n FROM generate_series(1, {count}) AS g (n)"),
            )
        } else {
            (
                "randomblob(32), randomblob(16)",
                format!(
                    "WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {count}) SELECT n FROM g"
                ),
            )
        };
        self.meddle(&format!(
            "INSERT INTO sessions (handle_hash, id, {columns}, began_after)
             SELECT {keys}, {columns}, began_after
             FROM (SELECT * FROM sessions LIMIT 1) AS one, ({numbers}) AS many"
        ))
        .await;
    }

    /// Everything that a thief of the database gets: on Postgres every table as text, on SQLite the files.
    pub async fn dump(&self) -> Vec<u8> {
        let Some(path) = self.url.strip_prefix("sqlite://") else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let tables: Vec<String> = sqlx::query_scalar(
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            assert!(tables.len() >= 4, "{tables:?}");
            let mut dump = String::new();
            for table in tables {
                let sql = format!("SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t");
                let text: String = sqlx::query_scalar(AssertSqlSafe(sql))
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
                dump.push_str(&text);
            }
            return dump.into_bytes();
        };
        let file = |end| std::fs::read(format!("{path}{end}")).unwrap_or_default();
        [file(""), file("-wal")].concat()
    }

    /// One whole number out of the database.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
    }

    /// A completed sign-in of `person` at `profile`.
    pub fn sign_in(&self, profile: &str, person: &str) -> NewSession {
        let now = self.now();
        let session = Session {
            id: SessionId::generate(&OsRandom),
            profile: ProfileId::parse(profile).unwrap(),
            fingerprint: AuthorityFingerprint([3; 32]),
            identity: identity(person, "Ada \u{1f98a} \"Lovelace\""),
            created_at: now,
            seen_at: now,
            idle_until: now + Duration::from_hours(1),
            expires_at: now + Duration::from_hours(24),
        };
        NewSession {
            handle: SessionHandle::generate(&OsRandom),
            session,
            tokens: token_set("first", now),
            sid: None,
            user_agent: Some("Mozilla/5.0 (test)".to_owned()),
            network: None,
            ended: None,
        }
    }
}

/// Signs `person` in at `profile` and keeps the handle, as a browser does.
pub async fn signed_in(
    database: &Database,
    store: &SessionStore,
    profile: &str,
    person: &str,
) -> SessionHandle {
    let new = database.sign_in(profile, person);
    let handle = new.handle.clone();
    store.create(new).await.unwrap();
    handle
}

pub fn identity(person: &str, name: &str) -> Identity {
    let claims = serde_json::json!({
        "iss": "https://authority.example", "sub": person, "name": name,
        "secret_claim": "a-claim-nobody-may-read",
    });
    let serde_json::Value::Object(claims) = claims else {
        panic!("an object")
    };
    Identity::from_claims(&claims, PersonBy::Subject).unwrap()
}

pub fn token_set(label: &str, now: Timestamp) -> TokenSet {
    let grant = |api: Option<&str>, text: String| {
        AccessGrant::new(
            api.map(|name| ApiName::parse(name).unwrap()),
            AccessToken::new(text),
            vec!["User.Read".to_owned()],
            now,
            StatedLifetime {
                expires_in: Some(Duration::from_hours(1)),
                refresh_in: Some(Duration::from_mins(30)),
            },
        )
    };
    TokenSet {
        id_token: IdToken::new(format!("{label}-id-token")),
        refresh: Some(RefreshToken::new(format!("{label}-refresh-token"))),
        access: vec![
            grant(Some("graph"), format!("{label}-graph-token")),
            grant(None, format!("{label}-access-token")),
        ],
    }
}

/// What a machine with two busy cores may add to a promised time.
const SLACK: Duration = Duration::from_secs(3);

/// Less than the promised time has passed since `begun`, but for what a busy machine adds.
pub fn assert_within(begun: Instant, promised: Duration) {
    let took = begun.elapsed();
    assert!(took < promised + SLACK, "{took:?} of {promised:?}");
}

/// Waits until `holds` is true.
pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn on_sqlite<T, F>(test: T)
where
    T: FnOnce(Arc<Database>) -> F,
    F: Future<Output = ()>,
{
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/gatehouse.db", folder.path().display());
    test(Arc::new(Database::at(url, folder))).await;
}

/// Runs a test on a database of its own at `TEST_DATABASE_URL` and drops the database whatever happens.
pub async fn on_postgres<T, F>(test: T)
where
    T: FnOnce(Arc<Database>) -> F,
    F: Future<Output = ()>,
{
    let Some(server) = postgres_server() else {
        return;
    };
    let mut random = [0; 8];
    OsRandom.fill(&mut random);
    let name = format!("gatehouse_test_{}", hex(&random));
    administer(&server, &format!("CREATE DATABASE {name}")).await;
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    let database = Database::at(url.to_string(), tempfile::tempdir().unwrap());
    let outcome = AssertUnwindSafe(test(Arc::new(database)))
        .catch_unwind()
        .await;
    administer(
        &server,
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// A statement at the server, outside of any test's database.
pub async fn administer(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
}

/// The server at which databases may be made.
pub fn postgres_server() -> Option<String> {
    let server = std::env::var("TEST_DATABASE_URL").ok();
    if server.is_none() {
        let required = std::env::var("TEST_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "TEST_REQUIRE_POSTGRES=1, but TEST_DATABASE_URL names no server"
        );
        eprintln!(
            "SKIPPED on Postgres: set TEST_DATABASE_URL to a server where databases can be made"
        );
    }
    server
}
