//! The web application, on actix-web: read a request, call one flow, answer.
//!
//! Owns routes, cookies, headers and pages. Knows no SQL and no protocol. The status of an error is decided in
//! [`errors`] only.

pub mod admin;
pub mod app_state;
pub mod client;
pub mod cookies;
pub mod errors;
pub mod extract;
pub mod gateway;
pub mod handlers;
pub mod middleware;
pub mod pages;
pub mod routes;
