//! gatehouse: a multi-tenant, configuration-driven auth gateway.
//!
//! Layers, imports go down only (`tests/layers.rs` keeps it):
//! `main → command → app → web → { proxy, flow } → { oidc, store } → { seal, http } → measure → domain`,
//! `app → config → domain`.

pub mod app;
pub mod command;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod flow;
pub mod http;
pub mod measure;
pub mod oidc;
pub mod proxy;
pub mod seal;
pub mod store;
pub mod telemetry;
pub mod web;
