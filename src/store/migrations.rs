//! The migrations of both databases, built into the binary; `migrations/README.md` has their rules.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration, MigrationType, Migrator};

/// The table in which the applied migrations are recorded. The name is ours, unlike `schema_migrations`, which other
/// applications use as well.
pub(in crate::store) const TABLE: &str = "gatehouse_migrations";

/// What a migration changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// The steps that were taken now, oldest first, each as its number and description.
    pub taken: Vec<(i64, &'static str)>,
    /// Whether the tables of an earlier release were taken over.
    pub took_over: bool,
    /// The number of the newest step that this version knows.
    pub version: i64,
}

/// The change of a migration that found the steps in `before` taken.
pub(in crate::store) fn change(before: &[i64], took_over: bool) -> SchemaChange {
    let new = STEPS.iter().filter(|step| !before.contains(&step.version));
    SchemaChange {
        taken: new.map(|step| (step.version, step.description)).collect(),
        took_over,
        version: STEPS.iter().map(|step| step.version).max().unwrap_or(0),
    }
}

/// The numbers of these steps.
pub(in crate::store) fn versions(applied: Option<&[AppliedMigration]>) -> Vec<i64> {
    let applied = applied.unwrap_or_default();
    applied.iter().map(|step| step.version).collect()
}

/// The change of a migration that found every step taken.
pub(in crate::store) fn no_change() -> SchemaChange {
    let all: Vec<i64> = STEPS.iter().map(|step| step.version).collect();
    change(&all, false)
}

/// One step, written for each database.
struct MigrationStep {
    version: i64,
    description: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

const STEPS: [MigrationStep; 3] = [
    MigrationStep {
        version: 1,
        description: "create sessions",
        postgres: include_str!("../../migrations/postgres/0001_create_sessions.sql"),
        sqlite: include_str!("../../migrations/sqlite/0001_create_sessions.sql"),
    },
    MigrationStep {
        version: 2,
        description: "create cutoffs",
        postgres: include_str!("../../migrations/postgres/0002_create_cutoffs.sql"),
        sqlite: include_str!("../../migrations/sqlite/0002_create_cutoffs.sql"),
    },
    MigrationStep {
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

fn migrator(table: String, sql: fn(&MigrationStep) -> &'static str) -> Migrator {
    let migration = |step: &MigrationStep| {
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
