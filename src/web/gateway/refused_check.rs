//! Checks that are refused before anything is decided, and the short answers of checks.

use std::net::IpAddr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;

use crate::domain::profile::ProfileId;
use crate::web::gateway::original_request::OriginalRefusal;

/// Why a check is refused before anything is decided.
#[derive(Debug)]
pub enum Refused {
    /// The peer is no trusted proxy.
    Peer(Option<IpAddr>),
    /// No host, or several.
    Host,
    /// The original request is not clear.
    Original(OriginalRefusal),
    /// No profile has the host and path.
    NoProfile(String),
    /// The profile's file cannot be read.
    BrokenProfile(ProfileId),
    /// A rule occurs twice in the query of the check.
    RuleTwice,
}

impl Refused {
    /// 400, 403, 404 or 503, with one line in the log.
    pub fn answer(self) -> HttpResponse {
        match self {
            Self::Peer(peer) => {
                tracing::warn!(
                    peer = ?peer,
                    "a forward-auth check came from a peer that is not in trusted_proxies; it was refused"
                );
                let only = "Checks are answered for proxies in the setting trusted_proxies only.\n";
                text(StatusCode::FORBIDDEN, only)
            }
            Self::Host => text(StatusCode::BAD_REQUEST, "The check names no host.\n"),
            Self::Original(refusal) => {
                tracing::warn!(error = %refusal, "a forward-auth check was refused");
                text(StatusCode::BAD_REQUEST, &format!("Refused: {refusal}.\n"))
            }
            Self::NoProfile(host) => {
                tracing::warn!(host, "a check for a host and path of no profile");
                text(
                    StatusCode::NOT_FOUND,
                    "There is no profile for this address.\n",
                )
            }
            Self::BrokenProfile(id) => {
                tracing::error!(profile.id = %id, "a check for a profile whose file is broken: run `gatehouse check`");
                unknown()
            }
            Self::RuleTwice => {
                let twice = "Refused: a rule in the query of the check occurs twice.\n";
                text(StatusCode::BAD_REQUEST, twice)
            }
        }
    }
}

/// 503: nobody can tell.
pub fn unknown() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((RETRY_AFTER, "5"))
        .content_type("text/plain; charset=utf-8")
        .body("Nobody can tell just now whether you are signed in. Please try again.\n")
}

/// A short answer in plain text.
pub fn text(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(text.to_owned())
}
