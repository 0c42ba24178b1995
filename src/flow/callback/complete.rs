//! Complete an attempt: judge the answer step by step, and say what comes next.

use crate::domain::api::ApiName;
use crate::domain::attempt::{Attempt, is_over};
use crate::domain::authority::UserFlowKind;
use crate::domain::callback::{CallbackAnswer, CallbackOutcome};
use crate::domain::causes::with_causes;
use crate::domain::flash::Flash;
use crate::domain::identity::SubjectKey;
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::State;
use crate::domain::session::SessionHandle;
use crate::flow::attempt_cookie::{OpenedState, open_attempt, open_state, use_once};
use crate::flow::callback::lost_attempt::LostAttempt;
use crate::flow::error::FlowError;
use crate::flow::services::{BrowserVisit, Services};
use crate::flow::sign_in::{AuthorizationOptions, AuthorizationRedirect, begin};
use crate::flow::{access, audit, session_check};
use crate::oidc::{Asking, AuthorityErrorDetail, OidcError, Topic};
use crate::store::FirstUse;

/// What a browser brings to the callback.
#[derive(Debug, Clone, Copy)]
pub struct Browser<'a> {
    /// The cookie of the attempt that `state` names.
    pub attempt: Option<&'a str>,
    /// The handle of the browser's session at this profile.
    pub handle: Option<&'a SessionHandle>,
}

/// How a callback ended without an error.
#[derive(Debug)]
pub enum CallbackResult {
    /// A session began.
    SignedIn {
        /// The handle of the session, for the cookie.
        handle: SessionHandle,
        /// Where the person wanted to go.
        return_to: ReturnTo,
        /// The API whose scopes a signed-in person was sent for, and that person.
        asked: Option<(ApiName, SubjectKey)>,
    },
    /// No session began; the browser goes on with the session that it has.
    Redirect(ReturnTo),
    /// No session began, and a flash message says how the user flow ended.
    RedirectWithFlash(ReturnTo, Flash),
    /// Another round trip to the authority is needed, such as the sign-in after a reset password.
    NextFlow(Box<AuthorizationRedirect>),
    /// Another round trip after a refusal, as for a forgotten password. Refusals may repeat: the web counts them.
    Restart(Box<AuthorizationRedirect>, ReturnTo),
}

/// Whether a callback has ended.
#[derive(Debug)]
pub enum Completion {
    /// It has.
    Done(CallbackResult),
    /// The attempt is not in this browser, and a new one may begin by itself (`lost_attempt.rs`). Nothing was recorded.
    Lost(LostAttempt),
}

/// Completes the attempt that an answer belongs to.
///
/// The order is the guarantee. The answer's shape was judged before, by [`CallbackAnswer::parse`].
///
/// 1. The attempt's cookie opens for this `state`, this profile and the authority that the profile has now
///    (RFC 9700 §4.4.2).
/// 2. The attempt is younger than ten minutes. Without such an attempt a signed-in browser goes to the target that the
///    `state` carries, and for any other a new attempt may begin; the code that came is not redeemed (`lost_attempt.rs`).
/// 3. `iss`, if it was sent or promised, is the authority's (RFC 9207 §2.4). This may fetch the authority's metadata,
///    the only network call before step 4; an outage here ends the callback and leaves the attempt usable
///    (`docs/decisions/0008-an-outage-before-single-use-leaves-the-attempt-usable.md`).
/// 4. The use of `state` is recorded in the store, once for all replicas. From here on the attempt is spent, whatever
///    follows.
/// 5. An error response ends here; the token endpoint is not called for it.
/// 6. The code is redeemed, and the ID token goes through every check of `oidc/tokens/id_token.rs`.
/// 7. The ID token's issuer is the one that `iss` named, a person who was sent for more is the one who comes back, and the
///    sign-in is as strong and as fresh as the target's route demands.
/// 8. The access rule judges the person; then one transaction stores the new session and removes the one that the
///    browser had (`begin_session.rs`).
///
/// # Errors
/// See [`FlowError`]; whenever there is an error, no session began, and the one that the browser had is untouched.
pub async fn complete(
    services: &Services,
    visit: BrowserVisit<'_>,
    answer: CallbackAnswer,
    browser: Browser<'_>,
) -> Result<Completion, FlowError> {
    let completed = in_order(services, visit, answer, browser).await;
    if let Some(cause) = completed.as_ref().err().and_then(failure) {
        audit::failed(&visit.profile.id, cause);
    }
    completed
}

/// The cause of a failure that refuses nobody, in the words of the metric.
fn failure(error: &FlowError) -> Option<&'static str> {
    match error {
        FlowError::Store(_) => Some("store"),
        FlowError::AuthorityUnavailable { .. } => Some("authority"),
        FlowError::Misconfigured { .. } => Some("configuration"),
        _ => None,
    }
}

async fn in_order(
    services: &Services,
    visit: BrowserVisit<'_>,
    answer: CallbackAnswer,
    browser: Browser<'_>,
) -> Result<Completion, FlowError> {
    let arrival = Arrival {
        services,
        visit,
        browser,
    };
    let (attempt, return_to) = match arrival.attempt(&answer.state) {
        Ok(found) => found,
        Err((why, opened)) => return arrival.without_attempt(answer.state, why, opened).await,
    };
    let callback = Callback {
        arrival,
        attempt,
        return_to,
        iss: answer.iss,
        session_state: answer.session_state,
    };
    callback.judge_issuer_parameter().await?;
    let result = match (use_once(services, &answer.state).await?, answer.outcome) {
        (FirstUse::No, _) => callback.repeated().await,
        (FirstUse::Yes, CallbackOutcome::Refused { error, description }) => {
            callback.refused(&error, &description).await
        }
        (FirstUse::Yes, CallbackOutcome::Code(code)) => callback.redeem(&code).await,
    };
    result.map(Completion::Done)
}

/// A browser at the callback, before it is known which attempt it completes.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) services: &'a Services,
    pub(super) visit: BrowserVisit<'a>,
    pub(super) browser: Browser<'a>,
}

/// Why no attempt belongs to the answer, and what its `state` says if it could be read.
type NoAttempt = (&'static str, Option<OpenedState>);

impl Arrival<'_> {
    /// Steps 1 and 2.
    fn attempt(&self, state: &State) -> Result<(Attempt, ReturnTo), NoAttempt> {
        let (services, profile) = (self.services, self.visit.profile);
        let Some(opened) = open_state(services, profile, state) else {
            return Err(("the state is not of this profile", None));
        };
        let attempt = self
            .browser
            .attempt
            .and_then(|cookie| open_attempt(services, profile, state, cookie));
        match attempt {
            None => Err((
                "the browser has no cookie for it, or the profile moved to another authority",
                Some(opened),
            )),
            Some(attempt) if is_over(attempt.begun_at, services.now()) => {
                let target = opened.target.or(attempt.long_target);
                Err(("it is too old", Some(OpenedState { target, ..opened })))
            }
            Some(mut attempt) => {
                let target = opened.target.or_else(|| attempt.long_target.take());
                Ok((attempt, target.unwrap_or_else(|| self.home())))
            }
        }
    }

    /// What follows without an attempt.
    ///
    /// 1. A signed-in browser goes to the target of the `state`.
    /// 2. A `state` that is not of this profile, or whose attempt began by itself, ends here.
    /// 3. For any other a new attempt may begin (`lost_attempt.rs`).
    async fn without_attempt(
        &self,
        state: State,
        why: &'static str,
        opened: Option<OpenedState>,
    ) -> Result<Completion, FlowError> {
        let signed_in = self.is_signed_in().await?;
        let Some(OpenedState { target, rounds }) = opened else {
            return Err(self.not_found(why, None));
        };
        let target = target.unwrap_or_else(|| self.home());
        if signed_in {
            return Ok(Completion::Done(CallbackResult::Redirect(target)));
        }
        let lost = LostAttempt {
            state,
            target,
            rounds,
            why,
        };
        if !lost.may_begin_again() {
            return Err(self.not_found(why, Some(lost.target)));
        }
        Ok(Completion::Lost(lost))
    }

    fn home(&self) -> ReturnTo {
        ReturnTo::home(&self.visit.profile.public_url)
    }

    pub(super) async fn is_signed_in(&self) -> Result<bool, FlowError> {
        let (profile, handle) = (self.visit.profile, self.browser.handle);
        let usage = session_check::Use::Peek;
        let session = session_check::check(self.services, profile, handle, usage).await?;
        Ok(session.is_some())
    }

    fn not_found(&self, why: &'static str, target: Option<ReturnTo>) -> FlowError {
        audit::refused(self.visit.profile, "attempt_not_found", None, &why);
        FlowError::AttemptNotFound { why, target }
    }
}

/// An answer with the attempt that it completes.
pub(super) struct Callback<'a> {
    pub(super) arrival: Arrival<'a>,
    pub(super) attempt: Attempt,
    pub(super) return_to: ReturnTo,
    pub(super) iss: Option<String>,
    pub(super) session_state: Option<String>,
}

impl Callback<'_> {
    /// Step 3 (RFC 9207 §2.4).
    async fn judge_issuer_parameter(&self) -> Result<(), FlowError> {
        let profile = self.arrival.visit.profile;
        let authorities = &self.arrival.services.authorities;
        let judged = authorities
            .judge_issuer_parameter(profile, self.attempt.user_flow, self.iss.as_deref())
            .await;
        judged.map_err(|cause| {
            if matches!(cause, OidcError::Invalid(_)) {
                audit::refused(profile, "issuer_mismatch", None, &with_causes(&cause));
                return FlowError::WrongAuthority;
            }
            FlowError::from_oidc(cause, Some(&self.return_to))
        })
    }

    /// The attempt was used before, but the browser still has its cookie, so the browser never saw the answer: a
    /// replica died while it redeemed the code, or the connection broke. The code is spent; one new attempt leads to
    /// the same place.
    async fn repeated(self) -> Result<CallbackResult, FlowError> {
        if self.arrival.is_signed_in().await? {
            return Ok(CallbackResult::Redirect(self.return_to));
        }
        if self.attempt.user_flow != UserFlowKind::SignIn {
            let target = Some(self.return_to);
            return Err(self.arrival.not_found("its state was used before", target));
        }
        let profile = self.arrival.visit.profile;
        tracing::info!(profile.id = %profile.id, "the answer of a callback was lost; a new attempt begins");
        let begun = self.once_more(self.attempt.claims.clone()).await?;
        Ok(CallbackResult::Restart(Box::new(begun), self.return_to))
    }

    /// Step 5: what follows from an error response.
    ///
    /// 1. A forgotten password: the reset flow begins, if the profile has one.
    /// 2. A cancelled user flow: the home page says so.
    /// 3. Scopes that the person was sent for and that were not granted: an error that names them.
    /// 4. Anything else: an error with what the authority said.
    async fn refused(self, error: &str, description: &str) -> Result<CallbackResult, FlowError> {
        let Arrival {
            services, visit, ..
        } = self.arrival;
        let profile = visit.profile;
        let detail = AuthorityErrorDetail::from_callback(error, description);
        let reset = profile.authority.issuer_config(UserFlowKind::ResetPassword);
        if detail.topic() == Topic::ForgotPassword && reset.is_some() {
            let options = AuthorizationOptions::user_flow(UserFlowKind::ResetPassword);
            let begun = begin(services, visit, options, &self.return_to).await?;
            return Ok(CallbackResult::Restart(Box::new(begun), self.return_to));
        }
        if detail.topic() == Topic::Cancelled {
            let home = ReturnTo::home(&profile.public_url);
            let cancelled = Flash::Cancelled(self.attempt.user_flow);
            return Ok(CallbackResult::RedirectWithFlash(home, cancelled));
        }
        audit::refused(profile, &detail.to_string(), None, &detail);
        if let Some(explained) = access::not_consented(profile, &self.attempt, &detail) {
            return Err(explained);
        }
        Err(FlowError::Refused {
            detail: Box::new(detail),
            target: self.return_to,
        })
    }

    /// Begins the same attempt once more, with these claims.
    pub(super) async fn once_more(
        &self,
        claims: Option<String>,
    ) -> Result<AuthorizationRedirect, FlowError> {
        let Arrival {
            services, visit, ..
        } = self.arrival;
        let api = self.attempt.api.as_ref();
        let options = AuthorizationOptions {
            user_flow: Some(self.attempt.user_flow),
            api: api.and_then(|name| visit.profile.api(name)).cloned(),
            claims,
            expects: self.attempt.expects.clone(),
            step_up: self.attempt.step_up.clone(),
            prompt: Asking::AsLittleAsPossible,
            ..AuthorizationOptions::default()
        };
        begin(services, visit, options, &self.return_to).await
    }
}
