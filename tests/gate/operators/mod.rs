//! What operators see: sessions at the admin listener, the log, the audit stream.

mod access_line;
mod admin_listener;
mod audit;
mod audit_words;
mod dashboard;
mod logs;
pub mod metrics;
mod sessions;
mod traces;
mod warnings;
