//! Checks of signed tokens.
//!
//! Owns the form and header of a JWT and every check of ID tokens and access tokens, each with its section. It does not
//! know how a token arrived, and it makes no request.

pub mod access_token;
pub mod id_token;
pub mod jwt;
