//! The flows, through the public door: the real application over HTTP against the simulator.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod api_call;
mod bearer;
mod behind;
mod callback;
mod client_auth;
mod demo;
mod forward_auth;
mod fuzz;
mod hardening;
mod harness;
mod operators;
mod outages;
mod pages;
mod profiles;
mod refresh;
mod reverse_proxy;
mod scenarios;
mod session;
mod several_hosts;
mod sign_in;
mod sign_out;
mod single_logout;
mod user_flows;
