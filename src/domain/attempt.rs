//! Attempt: one sign-in between redirect and callback. It rests in a sealed cookie of its own and in its `state`.

use std::time::Duration;

use crate::domain::api::ApiName;
use crate::domain::authority::UserFlowKind;
use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;
use crate::domain::secret::{CodeVerifier, Nonce};

/// An attempt is completed within this time or not at all.
pub const ATTEMPT_LIFETIME: Duration = Duration::from_mins(10);

/// A used `state` is remembered for this long, beyond the life of any attempt.
pub const USED_STATE_LIFETIME: Duration = Duration::from_mins(15);

/// Bytes of claims that an attempt carries in its cookie; a challenge has a few hundred, and ten attempts share 4 kB.
pub const LONGEST_KEPT_CLAIMS: usize = 1_536;

/// Bytes of a target that the `state` carries. With it the address of the authority stays below 2,048 characters; a
/// longer target rests in the attempt's cookie.
pub const LONGEST_TARGET_IN_STATE: usize = 768;

/// Bytes of claims and target that an attempt carries together: sealed, they fit into the 4,096 bytes of one cookie.
const LONGEST_KEPT: usize = 2_400;

/// What only the browser that began may bring back.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The profile it is for.
    pub profile: ProfileId,
    /// The authority it was sent to: an answer after the profile moved is refused (RFC 9700 §4.4.2).
    pub fingerprint: AuthorityFingerprint,
    /// What it is for.
    pub user_flow: UserFlowKind,
    /// Comes back in the ID token (OIDC Core §3.1.3.7 (11)).
    pub nonce: Nonce,
    /// Proves to the token endpoint who began (RFC 7636 §4.5).
    pub verifier: CodeVerifier,
    /// When it began.
    pub begun_at: Timestamp,
    /// The API whose scopes are asked for.
    pub api: Option<ApiName>,
    /// Who must come back: set when a signed-in person is sent for more scopes or a stronger sign-in.
    pub expects: Option<SubjectKey>,
    /// It was sent with claims that somebody challenged for: a second challenge is not followed.
    pub stepped_up: bool,
    /// These claims, to be asked for again when the code is redeemed. `None` when they are too large for a cookie.
    pub claims: Option<String>,
    /// `max_age` as sent, checked against `auth_time`.
    pub max_age: Option<u64>,
    /// What the route that the sign-in leads to demands of it; checked against the ID token.
    pub step_up: Option<StepUp>,
    /// Where the person wants to go, if the target is too long for the `state`.
    pub long_target: Option<ReturnTo>,
}

impl Attempt {
    /// Lets go of claims that do not fit into the cookie: alone, or beside the target.
    #[must_use]
    pub fn within_a_cookie(self) -> Self {
        let target = self.long_target.as_ref();
        let step_up = self.step_up.as_ref();
        let contexts = step_up.map_or(0, |step_up| step_up.acr.iter().map(String::len).sum());
        let taken = target.map_or(0, |target| target.as_str().len()) + contexts;
        let room = LONGEST_KEPT.saturating_sub(taken);
        let most = room.min(LONGEST_KEPT_CLAIMS);
        Self {
            claims: self.claims.filter(|claims| claims.len() <= most),
            ..self
        }
    }
}

/// Whether something begun at `begun_at` is too old at `now`; a start in the future is as wrong.
pub fn is_over(begun_at: Timestamp, now: Timestamp) -> bool {
    let age = now - begun_at;
    let limit = i64::try_from(ATTEMPT_LIFETIME.as_secs()).unwrap_or(i64::MAX);
    age.num_seconds() >= limit || age.num_seconds() < -limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_over_after_its_life_and_when_it_begins_in_the_future() {
        let begun = Timestamp::default();
        let after = |seconds| begun + chrono::TimeDelta::seconds(seconds);
        let life = i64::try_from(ATTEMPT_LIFETIME.as_secs()).unwrap();
        for seconds in [-life, -1, 0, life - 1] {
            assert!(!is_over(begun, after(seconds)), "{seconds}");
        }
        for seconds in [-life - 1, life, life + 1] {
            assert!(is_over(begun, after(seconds)), "{seconds}");
        }
    }

    #[test]
    fn claims_stay_in_a_cookie_only_as_far_as_target_and_contexts_leave_room() {
        let url = crate::domain::public_url::PublicUrl::parse("https://app.example").unwrap();
        let kept = |claims: usize, target: usize, acr: usize| {
            let path = format!("/{}", "t".repeat(target.saturating_sub(1)));
            let attempt = Attempt {
                profile: ProfileId::parse("p").unwrap(),
                fingerprint: AuthorityFingerprint([0; 32]),
                user_flow: UserFlowKind::SignIn,
                nonce: Nonce::new("n"),
                verifier: CodeVerifier::new("v"),
                begun_at: Timestamp::default(),
                api: None,
                expects: None,
                stepped_up: true,
                claims: Some("c".repeat(claims)),
                max_age: None,
                step_up: Some(StepUp {
                    acr: vec!["a".repeat(acr)],
                    max_age: None,
                }),
                long_target: (target > 0)
                    .then(|| ReturnTo::parse(&path, &url, "/auth/callback").unwrap()),
            };
            attempt.within_a_cookie().claims.is_some()
        };
        assert!(kept(LONGEST_KEPT_CLAIMS, 0, 0));
        assert!(!kept(LONGEST_KEPT_CLAIMS + 1, 0, 0));
        assert!(kept(LONGEST_KEPT - 1_500 - 100, 1_500, 100));
        assert!(!kept(LONGEST_KEPT - 1_500 - 99, 1_500, 100));
        assert!(!kept(1, 2_000, LONGEST_KEPT - 2_000));
    }
}
