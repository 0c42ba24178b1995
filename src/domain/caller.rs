//! Caller: who asks for something that is guarded.

use super::identity::Identity;
use super::session::Session;

/// Who sent a request, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub enum Caller<'a> {
    /// A person with a live session of the profile.
    Person(&'a Session),
    /// A program, or a person's program, with an access token of its own that passed every check.
    Bearer(&'a BearerCaller),
    /// Nobody: no session and no token.
    Nobody,
    /// The store, or the authority's keys, gave no answer.
    Unknown,
}

/// What a verified access token says about its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerCaller {
    /// The subject with the claims of the token.
    pub identity: Identity,
    /// The client that got the token (`azp`, `appid` or `client_id`).
    pub client: Option<String>,
    /// Delegated permissions (`scp` or `scope`); empty for a caller without a person.
    pub scopes: Vec<String>,
    /// Whether the token speaks for a program alone, without a person.
    pub app_only: bool,
}
