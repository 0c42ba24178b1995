//! A Postgres database for one test.

/// A database of one test's own on the test server.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    pub async fn create() -> Self {
        use sqlx::Connection as _;
        let server = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL names a Postgres server; `make test` starts one");
        let name = format!("gate_{}", uuid::Uuid::new_v4().simple());
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let statement = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
        Self { server, name }
    }

    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).unwrap();
        url.set_path(&self.name);
        url.to_string()
    }
}

/// Whether Postgres tests can run; `make test` insists.
pub fn postgres_is_there() -> bool {
    let there = std::env::var_os("TEST_DATABASE_URL").is_some();
    assert!(
        there || std::env::var_os("TEST_REQUIRE_POSTGRES").is_none(),
        "TEST_DATABASE_URL is not set"
    );
    if !there {
        eprintln!("skipped: no TEST_DATABASE_URL; `make test` starts a Postgres of its own");
    }
    there
}
