//! Sign-in, API call and sign-out at every kind of authority, over HTTP and in a real browser.

mod chromium;
mod every_kind;
mod screens;
