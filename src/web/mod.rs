//! Layer 3: actix-web. Parse, call one flow, answer.
//!
//! Owns addresses, cookies, headers and pages. Knows no SQL and no protocol; decides no status but in
//! [`error_response`].

pub mod admin;
pub mod app_state;
pub mod asked;
pub mod assets;
pub mod browser;
pub mod call_api;
pub mod callback;
pub mod client;
pub mod cookie_layer;
pub mod error_response;
pub mod form;
pub mod frame;
pub mod home;
pub mod limits;
pub mod logout_notice;
pub mod memo;
pub mod navigation;
pub mod notice;
pub mod outage_page;
pub mod pages;
pub mod panic_guard;
pub mod posted_answer;
pub mod problem_page;
pub mod profile;
pub mod provider_help;
pub mod quick_check;
pub mod request_span;
pub mod response_headers;
pub mod rounds;
pub mod routes;
pub mod session_json;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
pub mod token_details;
pub mod unheeded;
