//! Sign-in, API call and sign-out at every kind of authority, over HTTP and in a real browser.

mod accessibility;
mod branding;
pub mod chromium;
mod every_kind;
pub mod examiner;
mod screens;
mod sheet;
