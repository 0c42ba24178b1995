//! The simulator over HTTP: one listener that tells its services apart by `Host`.
//!
//! Owns requests, responses, pages and the dispatch. Does not own any rule of a token, a key or a directory.

pub(crate) mod apis;
mod control;
mod cors;
pub(crate) mod dispatch;
pub(crate) mod incoming;
pub(crate) mod login;
pub(crate) mod managed_identity;
pub(crate) mod pages;
pub(crate) mod response;
mod tunnel;
