//! The endpoints of the authorities: metadata, authorization, token, userinfo, sign-out.
//!
//! Owns the order of the checks at each endpoint. Does not know the shapes of addresses (`realm`) or of error codes (`failure`).

pub(crate) mod assertions;
pub(crate) mod authorize;
pub(crate) mod authorize_request;
pub(crate) mod client_auth;
pub(crate) mod device;
pub(crate) mod discovery;
pub(crate) mod interaction;
pub(crate) mod logout;
pub(crate) mod metadata;
pub(crate) mod token;
pub(crate) mod userinfo;
pub(crate) mod v1;
pub(crate) mod way_back;
