//! The journeys, through the public door: the real application over HTTP against the simulator.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]

mod api_answers;
mod api_call;
mod attacks;
mod b2c;
mod chromium;
mod harness;
mod id_token;
mod outages;
mod reload;
mod scenarios;
mod screens;
mod sessions;
mod tabs;
