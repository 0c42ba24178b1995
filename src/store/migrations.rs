//! The migrations of both databases, built into the binary; `migrations/README.md` has their rules.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration, MigrationType, Migrator};

/// The table in which the applied migrations are recorded. The name is ours, unlike `schema_migrations`, which other
/// applications use as well.
pub(in crate::store) const TABLE: &str = "gatehouse_migrations";

/// One step, written for each database.
struct Step {
    version: i64,
    description: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

const STEPS: [Step; 3] = [
    Step {
        version: 1,
        description: "create sessions",
        postgres: include_str!("../../migrations/postgres/0001_create_sessions.sql"),
        sqlite: include_str!("../../migrations/sqlite/0001_create_sessions.sql"),
    },
    Step {
        version: 2,
        description: "create cutoffs",
        postgres: include_str!("../../migrations/postgres/0002_create_cutoffs.sql"),
        sqlite: include_str!("../../migrations/sqlite/0002_create_cutoffs.sql"),
    },
    Step {
        version: 3,
        description: "seal listed",
        postgres: include_str!("../../migrations/postgres/0003_seal_listed.sql"),
        sqlite: include_str!("../../migrations/sqlite/0003_seal_listed.sql"),
    },
];

/// The migrator for Postgres. `schema` is the quoted name of our schema.
pub(in crate::store) fn postgres(schema: &str) -> Migrator {
    migrator(format!("{schema}.{TABLE}"), |step| step.postgres)
}

/// The migrator for SQLite.
pub(in crate::store) fn sqlite() -> Migrator {
    migrator(format!("main.{TABLE}"), |step| step.sqlite)
}

/// Whether every step of `migrator` is among the applied ones, unchanged. There may be more: those of a newer version.
pub(in crate::store) fn are_applied(migrator: &Migrator, applied: &[AppliedMigration]) -> bool {
    migrator.iter().all(|step| {
        applied
            .iter()
            .any(|applied| applied.version == step.version && applied.checksum == step.checksum)
    })
}

/// Takes every step that has not been taken.
pub(in crate::store) async fn run<C: Migrate>(
    migrator: &Migrator,
    connection: &mut C,
) -> Result<(), MigrateError> {
    // Not `run`: its bound on the connection is not general enough inside of an async trait method (sqlx 0.9).
    migrator.run_direct(None, connection, false).await
}

/// Records the steps up to `version` as taken, without taking them.
pub(in crate::store) async fn skip_to<C: Migrate>(
    version: i64,
    migrator: &Migrator,
    connection: &mut C,
) -> Result<(), MigrateError> {
    migrator.run_direct(Some(version), connection, true).await
}

fn migrator(table: String, sql: fn(&Step) -> &'static str) -> Migrator {
    let migration = |step: &Step| {
        Migration::new(
            step.version,
            Cow::Borrowed(step.description),
            MigrationType::Simple,
            sql(step).into_sql_str(),
            false,
        )
    };
    let mut migrator = Migrator::with_migrations(STEPS.iter().map(migration).collect());
    migrator.dangerous_set_table_name(table);
    // A newer version may have migrated already; it only expands the schema.
    migrator.set_ignore_missing(true);
    migrator
}
