//! Complete an attempt; begin a session.
//!
//! The order is the guarantee (design §7): attempt by state, profile, age, authority, error or code, single use,
//! and only then the token endpoint.

use crate::domain::api::ApiName;
use crate::domain::attempt::{Attempt, USED_STATE_LIFETIME, is_over};
use crate::domain::authority::UserFlowKind;
use crate::domain::callback::{CallbackAnswer, CallbackOutcome};
use crate::domain::flash::Flash;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::{AuthorizationCode, State};
use crate::domain::session::{Session, SessionHandle, SessionId};
use crate::flow::attempt_cookie::{open_attempt, open_state};
use crate::flow::error::{AccessDenied, FlowError};
use crate::flow::services::{Services, Visit};
use crate::flow::sign_in::{AuthorizationOptions, AuthorizationRedirect, begin};
use crate::flow::{access, audit, edit_profile, session_check};
use crate::oidc::{AuthorityErrorDetail, OidcError, Redeemed, Topic};
use crate::seal::sha256;
use crate::store::{FirstUse, NewSession, ReplayScope};

/// What a browser brings to the callback.
#[derive(Debug, Clone, Copy)]
pub struct Browser<'a> {
    /// The cookie of the attempt that `state` names.
    pub attempt: Option<&'a str>,
    /// The handle of its session here.
    pub handle: Option<&'a SessionHandle>,
}

/// How a callback ended well.
#[derive(Debug)]
pub enum CallbackResult {
    /// A session began.
    SignedIn {
        /// Its handle, for the cookie.
        handle: SessionHandle,
        /// Where the person wanted to go.
        return_to: ReturnTo,
        /// The API for whose scopes a signed-in person had been sent, and who that is.
        asked: Option<(ApiName, SubjectKey)>,
    },
    /// Nothing began; the browser goes on with what it has.
    Redirect(ReturnTo),
    /// The same, and the person is told how the journey ended.
    RedirectWithFlash(ReturnTo, Flash),
    /// Another round trip is needed, such as the sign-in after a reset password.
    NextFlow(Box<AuthorizationRedirect>),
    /// The same after a refusal, as for a forgotten password. It may go round: the web counts them.
    Restart(Box<AuthorizationRedirect>, ReturnTo),
}

/// Completes the attempt that an answer belongs to.
///
/// # Errors
/// See [`FlowError`]; whenever there is an error, no session began and the one there was is untouched.
pub async fn complete(
    services: &Services,
    visit: Visit<'_>,
    answer: CallbackAnswer,
    browser: Browser<'_>,
) -> Result<CallbackResult, FlowError> {
    let profile = visit.profile;
    let target = open_state(services, profile, &answer.state);
    let attempt = browser
        .attempt
        .and_then(|cookie| open_attempt(services, profile, &answer.state, cookie));
    let (Some(attempt), Some(target)) = (attempt, target.clone()) else {
        let why = if target.is_some() {
            "the browser has no cookie for it, or the profile moved to another authority"
        } else {
            "the state is not of this profile"
        };
        return already_signed_in(
            services,
            visit,
            browser,
            target.map(|target| target.return_to),
            why,
        )
        .await;
    };
    let return_to = target.return_to;
    if is_over(attempt.begun_at, services.now()) {
        return already_signed_in(services, visit, browser, Some(return_to), "it is too old").await;
    }
    // RFC 9207 §2.4
    let judged = services
        .authorities
        .judge_issuer_parameter(profile, attempt.journey, answer.iss.as_deref())
        .await;
    judged.map_err(|cause| wrong_issuer(profile, cause, &return_to))?;
    if use_once(services, &answer.state).await? == FirstUse::No {
        return repeated(services, visit, browser, &attempt, return_to).await;
    }
    match answer.outcome {
        CallbackOutcome::Refused { error, description } => {
            let detail = AuthorityErrorDetail::from_callback(&error, &description);
            refused(services, visit, &attempt, return_to, detail).await
        }
        CallbackOutcome::Code(code) => {
            let iss = answer.iss.as_deref();
            redeem(
                services,
                visit,
                &attempt,
                code,
                iss,
                answer.session_state,
                browser,
                return_to,
            )
            .await
        }
    }
}

fn wrong_issuer(profile: &Profile, cause: OidcError, return_to: &ReturnTo) -> FlowError {
    if matches!(cause, OidcError::Invalid(_)) {
        audit::refused(profile, "issuer_mismatch");
        return FlowError::WrongAuthority;
    }
    FlowError::from_oidc(cause, Some(return_to))
}

/// A late, repeated or foreign tab: a browser that is signed in goes where the state says, any other starts again.
async fn already_signed_in(
    services: &Services,
    visit: Visit<'_>,
    browser: Browser<'_>,
    target: Option<ReturnTo>,
    why: &'static str,
) -> Result<CallbackResult, FlowError> {
    let signed_in = is_signed_in(services, visit, browser).await?;
    if let (true, Some(return_to)) = (signed_in, &target) {
        return Ok(CallbackResult::Redirect(return_to.clone()));
    }
    not_found(visit.profile, why, target)
}

async fn is_signed_in(
    services: &Services,
    visit: Visit<'_>,
    browser: Browser<'_>,
) -> Result<bool, FlowError> {
    let peek = session_check::Use::Peek;
    let who = session_check::check(services, visit.profile, browser.handle, peek).await?;
    Ok(who.is_some())
}

/// The browser still has the attempt, so it never saw the answer: a replica died while it redeemed the code, or the
/// connection broke. The code is spent; one new attempt leads to the same place.
async fn repeated(
    services: &Services,
    visit: Visit<'_>,
    browser: Browser<'_>,
    attempt: &Attempt,
    return_to: ReturnTo,
) -> Result<CallbackResult, FlowError> {
    if is_signed_in(services, visit, browser).await? {
        return Ok(CallbackResult::Redirect(return_to));
    }
    if attempt.journey != UserFlowKind::SignIn {
        return not_found(visit.profile, "its state was used before", Some(return_to));
    }
    tracing::info!(profile.id = %visit.profile.id, "the answer of a callback was lost; a new attempt begins");
    let api = attempt.api.as_ref();
    let wish = AuthorizationOptions {
        api: api.and_then(|name| visit.profile.api(name)).cloned(),
        claims: attempt.claims.clone(),
        expects: attempt.expects.clone(),
        quietly: true,
        ..AuthorizationOptions::default()
    };
    let begun = begin(services, visit, wish, &return_to).await?;
    Ok(CallbackResult::Restart(Box::new(begun), return_to))
}

fn not_found<T>(
    profile: &Profile,
    why: &'static str,
    target: Option<ReturnTo>,
) -> Result<T, FlowError> {
    audit::refused(profile, "attempt_not_found");
    Err(FlowError::AttemptNotFound { why, target })
}

/// Records the use of a state on every replica, before any network call.
async fn use_once(services: &Services, state: &State) -> Result<FirstUse, FlowError> {
    let hash = sha256(state.expose().as_bytes());
    Ok(services
        .store
        .record_once(
            ReplayScope::State,
            &hash,
            services.now() + USED_STATE_LIFETIME,
        )
        .await?)
}

/// The authority said no: some refusals are an answer in themselves.
async fn refused(
    services: &Services,
    visit: Visit<'_>,
    attempt: &Attempt,
    target: ReturnTo,
    detail: AuthorityErrorDetail,
) -> Result<CallbackResult, FlowError> {
    if detail.topic() == Topic::ForgotPassword
        && visit
            .profile
            .authority
            .issuer_config(UserFlowKind::ResetPassword)
            .is_some()
    {
        let wish = AuthorizationOptions {
            journey: Some(UserFlowKind::ResetPassword),
            ..AuthorizationOptions::default()
        };
        let begun = begin(services, visit, wish, &target).await?;
        return Ok(CallbackResult::Restart(Box::new(begun), target));
    }
    if detail.topic() == Topic::Cancelled {
        let home = ReturnTo::home(&visit.profile.public_url);
        return Ok(CallbackResult::RedirectWithFlash(
            home,
            Flash::Cancelled(attempt.journey),
        ));
    }
    audit::refused(visit.profile, &detail.to_string());
    if let Some(explained) = access::not_consented(visit.profile, attempt, &detail) {
        return Err(explained);
    }
    Err(FlowError::Refused {
        detail: Box::new(detail),
        target,
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one callback, used once"
)]
async fn redeem(
    services: &Services,
    visit: Visit<'_>,
    attempt: &Attempt,
    code: AuthorizationCode,
    iss: Option<&str>,
    session_state: Option<String>,
    browser: Browser<'_>,
    return_to: ReturnTo,
) -> Result<CallbackResult, FlowError> {
    let profile = visit.profile;
    let redeemed = match services.authorities.redeem(profile, &code, attempt).await {
        Ok(redeemed) => redeemed,
        // The authority wants more of the person than it asked for: once more, with its claims (microsoft-identity 2.5).
        Err(OidcError::Refused(detail)) if detail.claims.is_some() && !attempt.stepped_up => {
            let begun = begin(
                services,
                visit,
                with_claims(profile, attempt, &detail),
                &return_to,
            )
            .await?;
            return Ok(CallbackResult::NextFlow(Box::new(begun)));
        }
        Err(cause) => {
            answer_refused(profile, &cause);
            return Err(FlowError::from_oidc(cause, Some(&return_to)));
        }
    };
    // A template issuer's parameter must be the token's, too (RFC 9207 §2.4).
    if iss.is_some() && redeemed.identity.text("iss").as_deref() != iss {
        audit::refused(profile, "issuer_mismatch");
        return Err(FlowError::WrongAuthority);
    }
    match attempt.journey {
        UserFlowKind::SignIn
            if attempt
                .expects
                .as_ref()
                .is_some_and(|person| *person != redeemed.identity.person()) =>
        {
            audit::refused(profile, "other_person");
            Err(FlowError::OtherPerson)
        }
        UserFlowKind::SignIn => {
            let handle = begin_session(services, visit, redeemed, session_state, browser).await?;
            let asked = attempt.api.clone().zip(attempt.expects.clone());
            Ok(CallbackResult::SignedIn {
                handle,
                return_to,
                asked,
            })
        }
        UserFlowKind::EditProfile => {
            edit_profile::apply(services, profile, browser.handle, &redeemed.identity).await?;
            Ok(CallbackResult::RedirectWithFlash(
                return_to,
                Flash::ProfileUpdated,
            ))
        }
        // A reset password signs nobody in: the sign-in flow follows, silently where the authority allows it.
        UserFlowKind::ResetPassword => {
            let wish = AuthorizationOptions {
                quietly: true,
                ..AuthorizationOptions::default()
            };
            Ok(CallbackResult::NextFlow(Box::new(
                begin(services, visit, wish, &return_to).await?,
            )))
        }
    }
}

/// For the audit: an outage refuses nobody.
fn answer_refused(profile: &Profile, cause: &OidcError) {
    match cause {
        OidcError::Invalid(_) | OidcError::TenantNotAllowed => {
            audit::refused(profile, "answer_refused");
        }
        OidcError::Refused(detail) => audit::refused(profile, &detail.to_string()),
        OidcError::Unavailable { .. } | OidcError::Misconfigured(_) => {}
    }
}

/// The same attempt once more, with the claims that the authority asked for.
fn with_claims(
    profile: &Profile,
    attempt: &Attempt,
    detail: &AuthorityErrorDetail,
) -> AuthorizationOptions {
    let api = attempt.api.as_ref().and_then(|name| profile.api(name));
    AuthorizationOptions {
        journey: Some(attempt.journey),
        api: api.cloned(),
        claims: detail.claims.clone(),
        expects: attempt.expects.clone(),
        quietly: true,
        ..AuthorizationOptions::default()
    }
}

async fn begin_session(
    services: &Services,
    visit: Visit<'_>,
    redeemed: Redeemed,
    session_state: Option<String>,
    browser: Browser<'_>,
) -> Result<SessionHandle, FlowError> {
    let profile = visit.profile;
    let Redeemed {
        identity,
        tokens,
        sid,
        graph_token,
    } = redeemed;
    let (tokens, identity) =
        match access::admit(services, profile, identity, tokens, graph_token).await {
            (tokens, Ok(identity)) => (tokens, identity),
            (_, Err(denied)) => {
                audit::refused(profile, "not_allowed");
                return Err(FlowError::NotAllowed(AccessDenied::Rule(denied)));
            }
        };
    let now = services.now();
    let handle = SessionHandle::generate(&*services.random);
    let expires_at = now + profile.session.lifetime;
    let session = Session {
        id: SessionId::generate(&*services.random),
        profile: profile.id.clone(),
        binding: profile.binding,
        identity,
        created_at: now,
        seen_at: now,
        idle_until: Session::idle_deadline(now, profile.session).min(expires_at),
        expires_at,
    };
    let sid = sid.or(session_state.filter(|_| profile.authority.dialect().microsoft));
    let new = NewSession {
        handle: handle.clone(),
        session: session.clone(),
        tokens,
        sid,
        user_agent: visit.user_agent.map(str::to_owned),
        ended: browser.handle.cloned(),
    };
    let begun = new.session.clone();
    services.store.create(new).await?;
    audit::signed_in(profile, &begun);
    Ok(handle)
}
