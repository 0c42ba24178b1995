//! gatehouse: a multi-tenant, configuration-driven auth gateway.
//!
//! Layers, imports go down only (`tests/layers.rs` keeps it):
//! `main → app → web → flow → { oidc, store } → seal → domain`, `app → config → domain`.

pub mod command;
pub mod config;
pub mod domain;
