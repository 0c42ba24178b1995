//! What is measured: the table of metrics, their first values, the metrics of requests and of calls to other servers.
//!
//! Owns the names, labels and help of every metric, and how operations become samples and spans. It knows neither what a request
//! means nor where samples and spans go (`telemetry`). Every folder but `domain` may import it.

pub mod calls;
pub mod describe;
pub mod metric;
pub mod requests;
pub mod spans;
pub mod table;
pub mod trace_context;
