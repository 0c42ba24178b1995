//! Requests that are refused: checks before anything is decided, and callers whose sign-in is not strong or fresh enough.

use std::fmt::Write as _;
use std::net::IpAddr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

use crate::domain::own_path::OwnPath;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::route::{Route, StepUp};
use crate::web::extract::parameters::STEP_UP_FOR;
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
    /// The query of the check has parameters that look like rules and are none; which there are.
    UnknownRule {
        /// The names.
        unknown: Vec<String>,
        /// The rules that there are.
        known: [&'static str; 5],
    },
    /// An entry of the list of tenants that is no GUID.
    NoTenant(String),
    /// A list of tenants for a profile whose authority names none.
    NoTenants(ProfileId),
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
            Self::UnknownRule { unknown, known } => {
                tracing::warn!(
                    ?unknown,
                    ?known,
                    "a forward-auth check was refused: its query names a rule that there is not"
                );
                let sentence = "Refused: the query of the check names a rule that there is not.\n";
                text(StatusCode::BAD_REQUEST, sentence)
            }
            Self::NoTenants(profile) => {
                tracing::warn!(
                    profile.id = %profile,
                    "a forward-auth check was refused: the tokens of this profile's authority name no tenant, so allow_tenants would let nobody pass; take it out of the check"
                );
                let sentence = "Refused: allow_tenants in the query of the check means nothing at this profile.\n";
                text(StatusCode::BAD_REQUEST, sentence)
            }
            Self::NoTenant(entry) => {
                tracing::warn!(
                    entry,
                    "a forward-auth check was refused: allow_tenants takes directory (tenant) ids, such as 72f988bf-86f1-41af-91ab-2d7cd011db47"
                );
                let sentence = "Refused: allow_tenants in the query of the check has an entry that is no GUID.\n";
                text(StatusCode::BAD_REQUEST, sentence)
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

/// 401 for a script whose person is signed in, but not strongly or freshly enough (RFC 9470 §3). The page itself leads the
/// person to `sign_in_url`, with a `return_to` of its own.
pub fn insufficient(profile: &Profile, route: &Route, step_up: &StepUp) -> HttpResponse {
    let url = &profile.public_url;
    let path = OwnPath::SignIn.with_query(url, &[(STEP_UP_FOR, &route.path)]);
    let body = json!({
        "signed_in": true,
        "error": "insufficient_user_authentication",
        "sign_in_url": format!("{}{path}", url.origin()),
    });
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, challenge(step_up)))
        .json(body)
}

fn challenge(step_up: &StepUp) -> String {
    let mut text = "Bearer error=\"insufficient_user_authentication\", error_description=\"A stronger or more recent sign-in is required\"".to_owned();
    if !step_up.acr.is_empty() {
        // Writing into a text cannot fail.
        let _ = write!(text, ", acr_values=\"{}\"", step_up.acr.join(" "));
    }
    if let Some(max_age) = step_up.max_age {
        let _ = write!(text, ", max_age=\"{}\"", max_age.as_secs());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_challenge_names_what_is_demanded_and_nothing_else() {
        let words = |acr: &[&str], max_age| {
            challenge(&StepUp {
                acr: acr.iter().map(|&one| one.to_owned()).collect(),
                max_age,
            })
        };
        let both = words(&["c1", "c2"], Some(Duration::from_hours(1)));
        assert!(both.starts_with("Bearer error=\"insufficient_user_authentication\", "));
        assert!(both.ends_with(", acr_values=\"c1 c2\", max_age=\"3600\""));
        assert!(!words(&["c1"], None).contains("max_age"));
        assert!(!words(&[], Some(Duration::from_mins(1))).contains("acr_values"));
    }
}
