//! How each kind of authority refuses a request (microsoft-identity.md §2.5).
//!
//! Owns causes, codes, texts and the shape of error answers. Does not know HTTP, people or tokens.

mod b2c;
mod by_kind;
mod cause;
pub(crate) mod codes;
mod entra;
mod error_response;
mod openid;

pub(crate) use cause::Cause;
pub(crate) use error_response::{Failure, Trace};
