//! The audit stream: append-only log lines of target `audit`, one for each event that changes who is signed in.
//!
//! No other file writes to that target. Fields and words are documented in `docs/logging.md`, and a test compares both. No
//! token, cookie, name or address is among them.

use std::fmt::Display;

use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::{Session, SessionId};
use crate::measure::table::REFUSALS;

/// What the audit stream says of a sign-in, read from the session before the store takes it.
#[derive(Debug)]
pub struct SignIn {
    session: SessionId,
    person: SubjectKey,
    tenant: Option<String>,
    methods: Option<String>,
}

impl SignIn {
    /// The sign-in that began `session`.
    pub fn of(session: &Session) -> Self {
        let methods = session
            .identity
            .claims()
            .get("amr")
            .map(ToString::to_string);
        Self {
            session: session.id,
            person: session.identity.person(),
            tenant: session.identity.text("tid"),
            methods,
        }
    }
}

/// Somebody signed in.
pub fn signed_in(profile: &Profile, sign_in: &SignIn) {
    tracing::info!(
        target: "audit", event = "sign_in", profile.id = %profile.id, session.id = %sign_in.session,
        person = %sign_in.person, tid = sign_in.tenant.as_deref(), amr = sign_in.methods.as_deref(), "signed in"
    );
    metrics::counter!("gatehouse_sign_ins_total", "profile" => profile.id.to_string()).increment(1);
}

/// A callback ended without a session and without a refusal; `cause` is a fixed word.
pub fn failed(profile: &ProfileId, cause: &'static str) {
    metrics::counter!("gatehouse_sign_ins_failed_total", "profile" => profile.to_string(), "cause" => cause).increment(1);
}

/// A sign-in was refused; the reason is a fixed word or an authority's code. The person is known once the ID token was accepted.
pub fn refused(profile: &Profile, reason: &str, who: Option<&SubjectKey>, cause: &dyn Display) {
    let person = who.map(tracing::field::display);
    tracing::info!(target: "audit", event = "refused", profile.id = %profile.id, reason, person, cause = %cause, "sign-in refused");
    // Any other reason is an authority's own.
    let known = REFUSALS.iter().find(|known| **known == reason);
    metrics::counter!(
        "gatehouse_sign_ins_refused_total",
        "profile" => profile.id.to_string(),
        "reason" => known.copied().unwrap_or("authority"),
    )
    .increment(1);
}

/// A refresh was refused for good: the session ended.
pub fn refresh_failed(profile: &Profile, session: &SessionId, reason: &str) {
    tracing::warn!(target: "audit", event = "refresh_failed", profile.id = %profile.id, session.id = %session, reason, "tokens could not be refreshed");
    ended("refresh", 1);
}

/// A person signed out.
pub fn signed_out(profile: &ProfileId, session: &SessionId, person: &SubjectKey) {
    tracing::info!(target: "audit", event = "sign_out", profile.id = %profile, session.id = %session, person = %person, "signed out");
    ended("sign_out", 1);
}

/// Sessions were ended by a single logout, by the person in another browser, or by an operator.
pub fn revoked(profile: Option<&ProfileId>, by: &'static str, count: u64) {
    let profile = profile.map_or("all", ProfileId::as_str);
    tracing::info!(target: "audit", event = "revoked", profile.id = profile, by, count, "sessions ended");
    ended(by, count);
}

/// One session was ended by its id. An operator need not know the profile of the session.
pub fn revoked_one(profile: Option<&ProfileId>, session: &SessionId, by: &'static str, count: u64) {
    let profile = profile.map(ProfileId::as_str);
    tracing::info!(target: "audit", event = "revoked", profile.id = profile, session.id = %session, by, count, "sessions ended");
    ended(by, count);
}

/// A session of another profile was presented.
pub fn cross_profile_session(profile: &Profile, session: &SessionId) {
    tracing::warn!(target: "audit", event = "cross_profile_session", profile.id = %profile.id, session.id = %session, "a session of another profile was presented");
}

/// A logout token broke a rule.
pub fn logout_token_refused(profile: &Profile, error: &dyn std::fmt::Display) {
    tracing::warn!(target: "audit", event = "logout_token_refused", profile.id = %profile.id, error = %error, "logout token refused");
}

/// A logout token was sent a second time.
pub fn logout_token_replayed(profile: &Profile) {
    tracing::warn!(target: "audit", event = "logout_token_replayed", profile.id = %profile.id, "logout token replayed");
}

/// A profile's file changed; the outcome is a fixed word.
pub fn reloaded(profile: &ProfileId, outcome: &'static str) {
    tracing::info!(target: "audit", event = "reload", profile.id = %profile, outcome, "profile files changed");
    metrics::counter!("gatehouse_profile_reloads_total", "outcome" => outcome).increment(1);
}

fn ended(by: &'static str, count: u64) {
    metrics::counter!("gatehouse_sessions_ended_total", "by" => by).increment(count);
}
