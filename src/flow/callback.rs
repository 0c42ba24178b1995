//! Complete an attempt; begin a session.
//!
//! The order is the guarantee (design §7): attempt by state, profile, age, authority, error or code, single use,
//! and only then the token endpoint.

use crate::domain::api::ApiName;
use crate::domain::attempt::{Attempt, USED_STATE_LIFETIME, is_over};
use crate::domain::authority::Journey;
use crate::domain::callback::{CallbackAnswer, CallbackOutcome};
use crate::domain::flash::Notice;
use crate::domain::identity::PersonKey;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::{AuthorizationCode, State};
use crate::domain::session::{Session, SessionHandle, SessionId};
use crate::flow::attempt_cookie::{open_attempt, open_state};
use crate::flow::error::{Denial, FlowError};
use crate::flow::services::{Gate, Visit};
use crate::flow::sign_in::{Begun, Wish, begin};
use crate::flow::{access, audit, edit_profile, session_check};
use crate::oidc::{OidcError, ProviderDetail, Redeemed};
use crate::seal::sha256;
use crate::store::{FirstUse, NewSession, Once};

/// AADB2C90118: the person clicked "Forgot your password?" in a flow that leaves it to the application.
const FORGOT_PASSWORD: u64 = 90_118;
/// AADB2C90091: the person cancelled a user flow.
const CANCELLED: u64 = 90_091;

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
pub enum Completed {
    /// A session began.
    SignedIn {
        /// Its handle, for the cookie.
        handle: SessionHandle,
        /// Where the person wanted to go.
        return_to: ReturnTo,
        /// The API for whose scopes a signed-in person had been sent, and who that is.
        asked: Option<(ApiName, PersonKey)>,
    },
    /// Nothing began; the browser goes on with what it has.
    GoOn(ReturnTo),
    /// The same, and the person is told how the journey ended.
    Told(ReturnTo, Notice),
    /// Another round trip is needed, such as the sign-in after a reset password.
    Begin(Box<Begun>),
    /// The same after a refusal, as for a forgotten password. It may go round: the web counts them.
    Detour(Box<Begun>, ReturnTo),
}

/// Completes the attempt that an answer belongs to.
///
/// # Errors
/// See [`FlowError`]; whenever there is an error, no session began and the one there was is untouched.
pub async fn complete(
    gate: &Gate,
    visit: Visit<'_>,
    answer: CallbackAnswer,
    browser: Browser<'_>,
) -> Result<Completed, FlowError> {
    let profile = visit.profile;
    let target = open_state(gate, profile, &answer.state);
    let attempt = browser
        .attempt
        .and_then(|cookie| open_attempt(gate, profile, &answer.state, cookie));
    let (Some(attempt), Some(target)) = (attempt, target.clone()) else {
        let why = if target.is_some() {
            "the browser has no cookie for it, or the profile moved to another authority"
        } else {
            "the state is not of this profile"
        };
        return already_signed_in(
            gate,
            visit,
            browser,
            target.map(|target| target.return_to),
            why,
        )
        .await;
    };
    let return_to = target.return_to;
    if is_over(attempt.begun_at, gate.now()) {
        return already_signed_in(gate, visit, browser, Some(return_to), "it is too old").await;
    }
    // RFC 9207 §2.4
    let judged = gate
        .authorities
        .judge_issuer_parameter(profile, attempt.journey, answer.iss.as_deref())
        .await;
    judged.map_err(|cause| wrong_issuer(profile, cause, &return_to))?;
    if use_once(gate, &answer.state).await? == FirstUse::No {
        return repeated(gate, visit, browser, &attempt, return_to).await;
    }
    match answer.outcome {
        CallbackOutcome::Refused { error, description } => {
            let detail = ProviderDetail::from_callback(&error, &description);
            refused(gate, visit, &attempt, return_to, detail).await
        }
        CallbackOutcome::Code(code) => {
            let iss = answer.iss.as_deref();
            redeem(
                gate,
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
    gate: &Gate,
    visit: Visit<'_>,
    browser: Browser<'_>,
    target: Option<ReturnTo>,
    why: &'static str,
) -> Result<Completed, FlowError> {
    let signed_in = is_signed_in(gate, visit, browser).await?;
    if let (true, Some(return_to)) = (signed_in, &target) {
        return Ok(Completed::GoOn(return_to.clone()));
    }
    not_found(visit.profile, why, target)
}

async fn is_signed_in(
    gate: &Gate,
    visit: Visit<'_>,
    browser: Browser<'_>,
) -> Result<bool, FlowError> {
    let peek = session_check::Use::Peek;
    let who = session_check::check(gate, visit.profile, browser.handle, peek).await?;
    Ok(who.is_some())
}

/// The browser still has the attempt, so it never saw the answer: a replica died while it redeemed the code, or the
/// connection broke. The code is spent; one new attempt leads to the same place.
async fn repeated(
    gate: &Gate,
    visit: Visit<'_>,
    browser: Browser<'_>,
    attempt: &Attempt,
    return_to: ReturnTo,
) -> Result<Completed, FlowError> {
    if is_signed_in(gate, visit, browser).await? {
        return Ok(Completed::GoOn(return_to));
    }
    if attempt.journey != Journey::SignIn {
        return not_found(visit.profile, "its state was used before", Some(return_to));
    }
    tracing::info!(profile.id = %visit.profile.id, "the answer of a callback was lost; a new attempt begins");
    let api = attempt.api.as_ref();
    let wish = Wish {
        api: api.and_then(|name| visit.profile.api(name)).cloned(),
        claims: attempt.claims.clone(),
        expects: attempt.expects.clone(),
        quietly: true,
        ..Wish::default()
    };
    let begun = begin(gate, visit, wish, &return_to).await?;
    Ok(Completed::Detour(Box::new(begun), return_to))
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
async fn use_once(gate: &Gate, state: &State) -> Result<FirstUse, FlowError> {
    let hash = sha256(state.expose().as_bytes());
    Ok(gate
        .store
        .record_once(Once::State, &hash, gate.now() + USED_STATE_LIFETIME)
        .await?)
}

/// The authority said no: some refusals are an answer in themselves.
async fn refused(
    gate: &Gate,
    visit: Visit<'_>,
    attempt: &Attempt,
    target: ReturnTo,
    detail: ProviderDetail,
) -> Result<Completed, FlowError> {
    if detail.has_b2c(FORGOT_PASSWORD)
        && visit
            .profile
            .authority
            .issuance(Journey::ResetPassword)
            .is_some()
    {
        let wish = Wish {
            journey: Some(Journey::ResetPassword),
            ..Wish::default()
        };
        let begun = begin(gate, visit, wish, &target).await?;
        return Ok(Completed::Detour(Box::new(begun), target));
    }
    if detail.has_b2c(CANCELLED) {
        let home = ReturnTo::home(&visit.profile.public_url);
        return Ok(Completed::Told(home, Notice::Cancelled(attempt.journey)));
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
    gate: &Gate,
    visit: Visit<'_>,
    attempt: &Attempt,
    code: AuthorizationCode,
    iss: Option<&str>,
    session_state: Option<String>,
    browser: Browser<'_>,
    return_to: ReturnTo,
) -> Result<Completed, FlowError> {
    let profile = visit.profile;
    let redeemed = match gate.authorities.redeem(profile, &code, attempt).await {
        Ok(redeemed) => redeemed,
        // The authority wants more of the person than it asked for: once more, with its claims (microsoft-identity 2.5).
        Err(OidcError::Refused(detail)) if detail.claims.is_some() && !attempt.stepped_up => {
            let begun = begin(
                gate,
                visit,
                with_claims(profile, attempt, &detail),
                &return_to,
            )
            .await?;
            return Ok(Completed::Begin(Box::new(begun)));
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
        Journey::SignIn
            if attempt
                .expects
                .as_ref()
                .is_some_and(|person| *person != redeemed.identity.person()) =>
        {
            audit::refused(profile, "other_person");
            Err(FlowError::OtherPerson)
        }
        Journey::SignIn => {
            let handle = begin_session(gate, visit, redeemed, session_state, browser).await?;
            let asked = attempt.api.clone().zip(attempt.expects.clone());
            Ok(Completed::SignedIn {
                handle,
                return_to,
                asked,
            })
        }
        Journey::EditProfile => {
            edit_profile::apply(gate, profile, browser.handle, &redeemed.identity).await?;
            Ok(Completed::Told(return_to, Notice::ProfileUpdated))
        }
        // A reset password signs nobody in: the sign-in flow follows, silently where the authority allows it.
        Journey::ResetPassword => {
            let wish = Wish {
                quietly: true,
                ..Wish::default()
            };
            Ok(Completed::Begin(Box::new(
                begin(gate, visit, wish, &return_to).await?,
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
fn with_claims(profile: &Profile, attempt: &Attempt, detail: &ProviderDetail) -> Wish {
    let api = attempt.api.as_ref().and_then(|name| profile.api(name));
    Wish {
        journey: Some(attempt.journey),
        api: api.cloned(),
        claims: detail.claims.clone(),
        expects: attempt.expects.clone(),
        quietly: true,
        ..Wish::default()
    }
}

async fn begin_session(
    gate: &Gate,
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
    let (tokens, identity) = match access::admit(gate, profile, identity, tokens, graph_token).await
    {
        (tokens, Ok(identity)) => (tokens, identity),
        (_, Err(denied)) => {
            audit::refused(profile, "not_allowed");
            return Err(FlowError::NotAllowed(Denial::Rule(denied)));
        }
    };
    let now = gate.now();
    let handle = SessionHandle::generate(&*gate.random);
    let expires_at = now + profile.session.lifetime;
    let session = Session {
        id: SessionId::generate(&*gate.random),
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
    gate.store.create(new).await?;
    audit::signed_in(profile, &begun);
    Ok(handle)
}
