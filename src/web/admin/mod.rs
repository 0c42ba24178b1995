//! The admin listener: health, metrics and session administration.
//!
//! Owns what operators read and do over HTTP. It listens on an address of its own, and every client that reaches the address may do
//! everything (`docs/decisions/0006-the-admin-listener-asks-nobody.md`). Knows no page and no cookie.

pub mod health;
pub mod sessions;
