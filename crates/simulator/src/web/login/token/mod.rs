//! The token endpoint: each grant becomes a token answer.
//!
//! Owns the order of the checks of every grant and the shape of the answers. Does not authenticate applications: `client_auth` does.

mod application;
mod code;
mod device_code;
mod endpoint;
mod minted;
mod on_behalf_of;
mod password;
mod refresh;
mod requested;
mod response;

pub(crate) use endpoint::answer;
pub(crate) use minted::{Minted, answer_minted};
