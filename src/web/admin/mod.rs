//! The admin listener: health, metrics and session administration.
//!
//! Owns what operators read and do over HTTP. It listens on an address of its own, and whoever reaches that address may do
//! all it offers (`docs/decisions/0006-the-admin-listener-asks-nobody.md`), but no page of a foreign site may. Knows no page and no cookie.

pub mod health;
pub mod host;
pub mod sessions;
