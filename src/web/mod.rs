//! The web application, on actix-web: read a request, call one flow, answer.
//!
//! Owns addresses, cookies, headers and pages. It knows no SQL and no protocol. Only [`errors`] chooses the status of an
//! error.

pub mod admin;
pub mod answer;
pub mod app_state;
pub mod client;
pub mod cookies;
pub mod errors;
pub mod extract;
pub mod handlers;
pub mod middleware;
pub mod pages;
pub mod routes;
