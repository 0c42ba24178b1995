//! Sessions in the database. The only SQL of the gateway.
//!
//! Owns the rows of sessions with their sealed identity and tokens, the lease by which one replica refreshes tokens for
//! all, the replay records, the pinned tenants, the read-through cache and its invalidation, and the sweep. It does not
//! know what a claim means, when tokens are due, or who asks.
//!
//! [`SessionStore`] is the only entrance. Behind it is the trait `Database`, implemented for Postgres (deployments) and
//! SQLite (one machine); both pass the same acceptance suite, `tests/store`.
//!
//! Guarantees:
//! - A fault of the database is [`StoreError::Unavailable`], never "no session".
//! - A session in the cache needs no database call. When a session ends on one replica, all replicas know within a
//!   second; a replica that does not receive invalidations uses no cached session older than two seconds.
//! - A session is inserted once and afterwards only updated, so an ended session is never revived.
//! - No connection is held longer than one statement or transaction.
//!
//! The recorder of metrics must be installed before [`SessionStore::connect`]; `measure/table.rs` lists the metrics.

mod background_tasks;
mod cache;
mod connect;
mod database;
mod end_filter;
mod end_sessions;
mod error;
mod lease;
mod maintenance;
mod migrations;
mod options;
mod postgres;
mod row;
mod session_names;
mod session_store;
mod shared;
mod sqlite;
mod sweep;
mod touch_buffer;

pub use database::{LeaseOwner, ReplaceResult, SessionFilter, Swept};
pub use end_sessions::{EndedByLogoutToken, EndedBySid, LogoutTokenUse};
pub use error::{Cause, StoreError};
pub use lease::{Lease, WaitResult};
pub use maintenance::StoreStatus;
pub use migrations::SchemaChange;
pub use options::StoreOptions;
pub use row::rows::{EndedSession, NewSession, SessionSummary, StoredTokens};
pub use session_store::{FirstUse, ReplayScope, SessionStore};
pub use shared::StoreClock;
#[cfg(feature = "demo")]
pub use sqlite::set_sessions_away;
pub use sqlite::sqlite_file;
