//! Layer 1: sessions at rest. The only SQL of the gateway.
//!
//! Owns the rows of sessions with their sealed claims and tokens, the lease that lets one replica exchange tokens,
//! the marks of what was used once, the pinned tenants, the read-through cache and its invalidation, and the sweep.
//! It does not know what a claim means, when tokens are due, or who asks.
//!
//! [`SessionStore`] is the only door. Behind it stands `Rows`, implemented for Postgres (deployments) and SQLite (one
//! machine); both pass the same acceptance suite, `tests/store`.
//!
//! What holds:
//! - A trouble of the database is [`StoreError::Unavailable`], never "no session".
//! - A session found in the cache makes no database call. What ends a session on one replica is believed by all
//!   within a second; while a replica cannot hear the others, it believes nothing that is older than two seconds.
//! - A session is inserted once and never written again unless it is still there: what ended stays ended.
//! - No connection is held longer than one statement or transaction.
//!
//! Metrics (the recorder must be installed before [`SessionStore::connect`]):
//!
//! | name | what |
//! |---|---|
//! | `gatehouse_session_cache_hits_total`, `…_misses_total` | session checks with and without a database call |
//! | `gatehouse_session_cache_entries` | sessions in memory |
//! | `gatehouse_store_errors_total` | answers that did not come, by `kind` |
//! | `gatehouse_store_listening` | 1 while other replicas are heard |
//! | `gatehouse_store_cache_flushes_total` | how often everything was forgotten |
//! | `gatehouse_store_clock_drift_seconds` | the database's clock before ours |
//! | `gatehouse_session_touches_total` | uses handed to the database |
//! | `gatehouse_refresh_leases_total` | leases asked for, by `outcome` |
//! | `gatehouse_store_swept_total` | rows that were over, by `table` |

mod cache;
mod clock;
mod end_sessions;
mod error;
mod lease;
mod maintenance;
mod metrics;
mod options;
mod postgres;
mod replay;
mod row;
mod session_store;
mod sqlite;
mod touch_buffer;

pub use clock::StoreClock;
pub use end_sessions::{EndedByLogoutToken, EndedBySid, LogoutTokenUse};
pub use error::{Cause, StoreError};
pub use lease::{Lease, Waited};
pub use maintenance::StoreStatus;
pub use options::StoreOptions;
pub use replay::{FirstUse, ReplayScope};
pub use row::database_trait::{LeaseOwner, Replaced, SessionFilter, SessionSummary, Swept};
pub use row::sealed_row::{EndedSession, NewSession, StoredTokens};
pub use session_store::SessionStore;
pub use sqlite::sqlite_file;
