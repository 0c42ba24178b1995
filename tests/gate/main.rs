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
mod api_pauses;
mod attacks;
mod audit_words;
mod authority_outages;
mod authorize;
mod b2c;
mod back_channel;
mod callback;
mod callback_outage;
mod chromium;
mod conformance_addresses;
mod conformance_callbacks;
mod conformance_cookies;
mod conformance_disclosure;
mod conformance_headers;
mod conformance_hosts;
mod conformance_requests;
mod conformance_sessions;
mod consent;
mod credentials;
mod due_tokens;
mod entry;
mod errors;
mod expiry;
mod federation;
mod floods;
mod folder_watch;
mod harness;
mod home_notices;
mod id_token;
mod key_refetch;
mod key_rotation;
mod logout;
mod logs;
mod matrix;
mod notices;
mod operators;
mod outages;
mod own_trouble;
mod planted_handles;
mod refresh;
mod refresh_outages;
mod refresh_rests;
mod reload;
mod samples;
mod scenarios;
mod screens;
mod second_holder;
mod sessions;
mod step_up;
mod tabs;
mod trouble;
