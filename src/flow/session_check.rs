//! Session check: whether this browser is signed in at this profile now. Yes, no, or unknown.

use std::sync::Arc;

use crate::domain::access_rule::Denial;
use crate::domain::clock::Timestamp;
use crate::domain::profile::Profile;
use crate::domain::session::{Session, SessionHandle};
use crate::flow::access::{MissingGroups, read_missing_groups};
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::Services;

/// Proof that a request has a live session of its own profile. Made only here.
#[derive(Debug, Clone)]
pub struct SignedIn {
    session: Arc<Session>,
    handle: SessionHandle,
}

impl SignedIn {
    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The handle that opened it.
    pub fn handle(&self) -> &SessionHandle {
        &self.handle
    }
}

/// Whether use of a session prolongs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A person's request: it moves the idle deadline.
    Sliding,
    /// A script's request: nothing changes.
    Peek,
}

/// The answer of a session check, with the reason of a "no".
#[derive(Debug)]
pub enum Verdict {
    /// The browser is signed in.
    SignedIn(SignedIn),
    /// The session of the browser's handle has ended or run out; the store keeps neither.
    Gone,
    /// The session is there, and the profile does not admit its person any more.
    NotAllowed,
    /// The browser has no session of this profile.
    Nobody,
}

impl Verdict {
    /// Who is signed in.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(signed_in),
            Self::Gone | Self::NotAllowed | Self::Nobody => None,
        }
    }
}

/// Whether the browser is signed in: yes (`Some`), no (`None`) or unknown (`Err`).
///
/// 1. The browser has a handle, and a session belongs to it: from memory, or else from the store.
/// 2. The session is one of this profile. A session of another profile counts as none, and the audit stream has it.
/// 3. The profile still has the authority that the session came from, and no deadline has passed.
/// 4. The issuer policy and the access rule of the profile still admit the person: whoever lost the right to enter by an
///    edit of the profile is out at the next request. Groups that were never read are read now; while they cannot be
///    read the answer is unknown.
/// 5. Use of the session moves its idle deadline, unless the caller only looks.
///
/// # Errors
/// `Store` when the store gives no answer, `GroupsUnavailable` when the directory gives none: never to be taken for "no".
pub async fn check(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    usage: Use,
) -> Result<Option<SignedIn>, FlowError> {
    let verdict = judge(services, profile, handle, usage).await?;
    Ok(verdict.signed_in())
}

/// The same, at a time that the caller has read already: a clock is a measurable part of a check.
///
/// # Errors
/// `Store` and `GroupsUnavailable` for unknown.
pub async fn check_at(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    usage: Use,
    now: Timestamp,
) -> Result<Option<SignedIn>, FlowError> {
    let verdict = judge_at(services, profile, handle, usage, now).await?;
    Ok(verdict.signed_in())
}

/// The same with the reason of a "no".
///
/// # Errors
/// `Store` and `GroupsUnavailable` for unknown.
pub async fn judge(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    usage: Use,
) -> Result<Verdict, FlowError> {
    judge_at(services, profile, handle, usage, services.now()).await
}

async fn judge_at(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
    usage: Use,
    now: Timestamp,
) -> Result<Verdict, FlowError> {
    let Some(handle) = handle else {
        return Ok(Verdict::Nobody);
    };
    let Some(session) = services.store.find_at(handle, now).await? else {
        return Ok(Verdict::Gone);
    };
    if session.profile != profile.id {
        audit::cross_profile_session(profile, &session.id);
        return Ok(Verdict::Nobody);
    }
    if session.fingerprint != profile.fingerprint || !session.is_live(now) {
        return Ok(Verdict::Gone);
    }
    if !profile
        .authority
        .sign_in()
        .issuer
        .still_admits(&session.identity)
    {
        return Ok(Verdict::NotAllowed);
    }
    let Some(session) = admitted(services, profile, handle, session).await? else {
        return Ok(Verdict::NotAllowed);
    };
    let signed_in = SignedIn {
        session,
        handle: handle.clone(),
    };
    if usage == Use::Sliding {
        slide_at(services, profile, &signed_in, now);
    }
    Ok(Verdict::SignedIn(signed_in))
}

/// Step 4, the access rule: the session, if the rule admits its person.
async fn admitted(
    services: &Services,
    profile: &Profile,
    handle: &SessionHandle,
    session: Arc<Session>,
) -> Result<Option<Arc<Session>>, FlowError> {
    match profile.allow.judge(&session.identity) {
        Ok(()) => return Ok(Some(session)),
        Err(Denial::GroupsUnknown) => {}
        Err(_) => return Ok(None),
    }
    // Boxed, because this happens once in the life of a session, and each session check would pay for its size.
    let read = Box::pin(read_missing_groups(services, profile, handle)).await?;
    match read {
        MissingGroups::Read(session) => {
            let verdict = profile.allow.judge(&session.identity);
            Ok(verdict.is_ok().then_some(session))
        }
        MissingGroups::SignInAgain => Ok(None),
        MissingGroups::Unavailable => Err(FlowError::GroupsUnavailable),
    }
}

/// Moves the idle deadline of a session that is in use.
pub fn slide(services: &Services, profile: &Profile, signed_in: &SignedIn) {
    slide_at(services, profile, signed_in, services.now());
}

fn slide_at(services: &Services, profile: &Profile, signed_in: &SignedIn, now: Timestamp) {
    let session = signed_in.session();
    if session.wants_touch(now) {
        let idle_until = Session::idle_deadline(now, profile.session).min(session.expires_at);
        services.store.touch(signed_in.handle(), now, idle_until);
    }
}

/// The same for a page that only a signed-in person may see.
///
/// # Errors
/// `NotSignedIn` for no, `Store` and `GroupsUnavailable` for unknown.
pub async fn require(
    services: &Services,
    profile: &Profile,
    handle: Option<&SessionHandle>,
) -> Result<SignedIn, FlowError> {
    check(services, profile, handle, Use::Sliding)
        .await?
        .ok_or(FlowError::NotSignedIn)
}
