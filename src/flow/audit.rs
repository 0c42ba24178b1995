//! The audit stream: append-only log lines of target `audit`, one for each thing that changes who is signed in.
//!
//! No other file writes there. Fields and words are documented in `docs/logging.md`, and a test compares. No token,
//! cookie, name or address is among them.

use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::{Session, SessionId};

/// Somebody signed in.
pub fn signed_in(profile: &Profile, session: &Session) {
    let claims = session.identity.claims();
    let methods = claims.get("amr").map(ToString::to_string);
    let tenant = session.identity.text("tid");
    tracing::info!(
        target: "audit", event = "sign_in", profile.id = %profile.id, session.id = %session.id,
        person = %session.identity.person(), tid = tenant.as_deref(), amr = methods.as_deref(), "signed in"
    );
    metrics::counter!("gatehouse_sign_ins_total", "profile" => profile.id.to_string()).increment(1);
}

/// A sign-in was refused; the reason is a fixed word or a provider's code.
pub fn refused(profile: &Profile, reason: &str) {
    tracing::info!(target: "audit", event = "refused", profile.id = %profile.id, reason, "sign-in refused");
    metrics::counter!("gatehouse_sign_ins_refused_total", "profile" => profile.id.to_string())
        .increment(1);
}

/// Tokens could not be exchanged for good: the session ended.
pub fn refresh_failed(profile: &Profile, session: &SessionId, reason: &str) {
    tracing::warn!(target: "audit", event = "refresh_failed", profile.id = %profile.id, session.id = %session, reason, "tokens could not be exchanged");
    ended("refresh", 1);
}

/// A person signed out.
pub fn signed_out(profile: &ProfileId, session: &SessionId, person: &SubjectKey) {
    tracing::info!(target: "audit", event = "sign_out", profile.id = %profile, session.id = %session, person = %person, "signed out");
    ended("sign_out", 1);
}

/// Sessions were ended by a notice, by the person elsewhere, or by an operator.
pub fn revoked(profile: Option<&ProfileId>, by: &'static str, count: u64) {
    let profile = profile.map_or("all", ProfileId::as_str);
    tracing::info!(target: "audit", event = "revoked", profile.id = profile, by, count, "sessions ended");
    ended(by, count);
}

/// One session was ended by its id; of which profile, an operator need not know.
pub fn revoked_one(profile: Option<&ProfileId>, session: &SessionId, by: &'static str, count: u64) {
    let profile = profile.map(ProfileId::as_str);
    tracing::info!(target: "audit", event = "revoked", profile.id = profile, session.id = %session, by, count, "sessions ended");
    ended(by, count);
}

/// A session of another profile was presented.
pub fn cross_profile_session(profile: &Profile, session: &SessionId) {
    tracing::warn!(target: "audit", event = "cross_profile_session", profile.id = %profile.id, session.id = %session, "a session of another profile was presented");
}

/// A back-channel notice broke a rule.
pub fn logout_token_refused(profile: &Profile, error: &dyn std::fmt::Display) {
    tracing::warn!(target: "audit", event = "logout_token_refused", profile.id = %profile.id, error = %error, "logout token refused");
}

/// A back-channel notice came a second time.
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
