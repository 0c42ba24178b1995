//! The hand-off: a further host of a profile takes over the session that the browser has at `public_url`.
//!
//! 1. The host keeps a sealed attempt in the browser and leads to `public_url` with a sealed request.
//! 2. `public_url` signs the person in, or knows the session already, and leads back with a sealed ticket.
//! 3. The host takes the ticket once, beside the attempt that it answers, and gives its own cookie the same handle. There is one row, so a sign-out anywhere ends the session everywhere.
//!
//! Nothing is written to the store before the ticket is used.
//!
//! The request is sealed, so it names a host that this gateway wrote there. Whoever sends somebody else's request along
//! gets a ticket into that browser's address bar only, where no attempt belongs to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::attempt::{USED_STATE_LIFETIME, is_over};
use crate::domain::clock::Timestamp;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::public_url::PublicUrl;
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;
use crate::domain::secret::State;
use crate::domain::session::{Session, SessionHandle};
use crate::flow::attempt_cookie::{AttemptCookie, AttemptName, SealedStepUp};
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check::{self, SignedIn, Use};
use crate::seal::{Purpose, sha256};
use crate::store::{FirstUse, ReplayScope};

const REQUEST: Purpose = Purpose::new("hand-off request");
const ATTEMPT: Purpose = Purpose::new("hand-off attempt");

/// What a further host wants beyond any session of the profile.
#[derive(Debug, Clone, Default)]
pub struct HandOffOptions {
    /// A sign-in after this request; a session that began before does not do.
    pub new_session: bool,
    /// A stronger or fresher sign-in; `None` leaves it to the route of the target.
    pub step_up: Option<StepUp>,
}

/// A request that begins: the browser stores the cookie and takes the request to `public_url`.
#[derive(Debug)]
pub struct BegunHandOff {
    /// The sealed request.
    pub request: String,
    /// The sealed attempt.
    pub cookie: AttemptCookie,
}

/// A request that was opened.
#[derive(Debug)]
pub struct HandOffRequest {
    host: PublicUrl,
    id: State,
    begun_at: Timestamp,
    options: HandOffOptions,
}

#[derive(Serialize, Deserialize)]
struct SealedRequest {
    #[serde(rename = "h")]
    host: String,
    #[serde(rename = "i")]
    id: String,
    #[serde(rename = "t")]
    begun_at: i64,
    #[serde(rename = "n", default, skip_serializing_if = "std::ops::Not::not")]
    new_session: bool,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    step_up: Option<SealedStepUp>,
}

#[derive(Serialize, Deserialize)]
struct SealedAttempt {
    #[serde(rename = "t")]
    begun_at: i64,
    #[serde(rename = "r")]
    return_to: String,
}

impl HandOffRequest {
    /// The parameter that carries a sealed request.
    pub const PARAMETER: &str = "request";

    /// The host that asked; it was one of the profile's when the request was opened.
    pub fn host(&self) -> &PublicUrl {
        &self.host
    }

    /// Whether the request is older than any attempt may be.
    pub fn is_over(&self, now: Timestamp) -> bool {
        is_over(self.begun_at, now)
    }

    /// Whether a session does.
    pub fn is_met_by(&self, session: &Session, now: Timestamp) -> bool {
        let created_at = session.created_at.timestamp_millis();
        let step_up = self.options.step_up.as_ref();
        (!self.options.new_session || created_at >= self.begun_at.timestamp_millis())
            && step_up.is_none_or(|step_up| step_up.is_met_by(&session.identity, now))
    }
}

/// Begins a hand-off to the further host that `profile` is at; it ends at `return_to` there.
pub fn ask(
    services: &Services,
    profile: &Profile,
    return_to: &ReturnTo,
    options: &HandOffOptions,
) -> BegunHandOff {
    let of_route = || profile.step_up_of(return_to.path());
    let demanded = options.step_up.clone().or_else(of_route);
    let id = State::new(BASE64.encode(services.random_bytes::<32>()));
    // Milliseconds: a session of the same second may be older than the request.
    let begun_at = services.now().timestamp_millis();
    let sealed = SealedRequest {
        host: profile.public_url.to_string(),
        id: id.expose().to_owned(),
        begun_at,
        new_session: options.new_session,
        step_up: demanded.as_ref().map(SealedStepUp::of),
    };
    let plain = serde_json::to_vec(&sealed).unwrap_or_default();
    let request = services.seal(REQUEST, of_profile(profile).as_bytes(), &plain);
    let kept = SealedAttempt {
        begun_at,
        return_to: return_to.as_str().to_owned(),
    };
    let plain = serde_json::to_vec(&kept).unwrap_or_default();
    let value = services.seal(ATTEMPT, &of_attempt(profile, &id), &plain);
    BegunHandOff {
        request: BASE64.encode(request),
        cookie: AttemptCookie {
            name: AttemptName::of(&id),
            value: BASE64.encode(value),
        },
    }
}

/// Opens a request at `public_url`. `None` for a request of another profile, for one that is not ours, and for a host that
/// the profile does not list any more: a ticket goes to listed hosts only.
pub fn open_request(services: &Services, profile: &Profile, text: &str) -> Option<HandOffRequest> {
    let sealed = BASE64.decode(text).ok()?;
    let plain = services.open(REQUEST, of_profile(profile).as_bytes(), &sealed)?;
    let opened: SealedRequest = serde_json::from_slice(&plain).ok()?;
    let listed = |host: &&PublicUrl| host.to_string() == opened.host;
    Some(HandOffRequest {
        host: profile.hosts.iter().find(listed)?.clone(),
        id: State::new(opened.id),
        begun_at: DateTime::from_timestamp_millis(opened.begun_at)?,
        options: HandOffOptions {
            new_session: opened.new_session,
            step_up: opened.step_up.map(SealedStepUp::opened),
        },
    })
}

/// What the request demands that a sign-in at `public_url` leads back to, if the target is such a request.
pub fn step_up_of(services: &Services, profile: &Profile, target: &ReturnTo) -> Option<StepUp> {
    if target.path() != OwnPath::HandOff.under(&profile.public_url) {
        return None;
    }
    let (_, query) = target.as_str().split_once('?')?;
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let (_, text) = parameters.find(|(name, _)| name == HandOffRequest::PARAMETER)?;
    open_request(services, profile, &text)?.options.step_up
}

/// Where the attempt of this id leads, from its cookie at the host that `profile` is at. `None` if the cookie is another
/// attempt's, another host's or profile's, not ours, or too old.
fn open_attempt(
    services: &Services,
    profile: &Profile,
    id: &State,
    cookie: &str,
) -> Option<ReturnTo> {
    let sealed = BASE64.decode(cookie).ok()?;
    let plain = services.open(ATTEMPT, &of_attempt(profile, id), &sealed)?;
    let opened: SealedAttempt = serde_json::from_slice(&plain).ok()?;
    let begun_at = DateTime::from_timestamp_millis(opened.begun_at)?;
    (!is_over(begun_at, services.now())).then_some(())?;
    ReturnTo::stored(opened.return_to)
}

fn of_profile(profile: &Profile) -> &str {
    profile.id.as_str()
}

/// Profile, host and id are associated data: the authenticated decryption compares them in constant time.
fn of_attempt(profile: &Profile, id: &State) -> Vec<u8> {
    let host = profile.public_url.origin();
    format!("{} {host} {}", profile.id, id.expose()).into_bytes()
}

const TICKET: Purpose = Purpose::new("hand-off ticket");

/// Seconds that a ticket is good for.
const TICKET_SECONDS: i64 = 60;

/// The parameter of the landing address.
const TICKET_PARAMETER: &str = "ticket";

#[derive(Serialize, Deserialize)]
struct SealedTicket {
    #[serde(rename = "s")]
    handle: String,
    #[serde(rename = "i")]
    id: String,
    #[serde(rename = "t")]
    issued_at: i64,
}

/// A ticket of this profile and host that was opened. It proves nothing without the attempt that it answers.
#[derive(Debug)]
pub struct Ticket {
    handle: SessionHandle,
    id: State,
    hash: [u8; 32],
    issued_at: Timestamp,
}

impl Ticket {
    /// The name of the cookie with the attempt that the ticket answers.
    pub fn attempt_name(&self) -> AttemptName {
        AttemptName::of(&self.id)
    }

    /// Whether it is older than a minute; a ticket from the future is as wrong.
    fn is_over(&self, now: Timestamp) -> bool {
        let age = (now - self.issued_at).num_seconds();
        !(-TICKET_SECONDS..=TICKET_SECONDS).contains(&age)
    }
}

/// The address at the host that asked, with a ticket for the session of the person who is signed in at `public_url`.
pub fn ticket_for(
    services: &Services,
    profile: &Profile,
    request: &HandOffRequest,
    signed_in: &SignedIn,
) -> String {
    let host = request.host();
    let sealed = SealedTicket {
        handle: BASE64.encode(signed_in.handle().expose()),
        id: request.id.expose().to_owned(),
        issued_at: services.now().timestamp(),
    };
    let plain = serde_json::to_vec(&sealed).unwrap_or_default();
    let data = of_ticket(profile, &host.origin());
    let ticket = BASE64.encode(services.seal(TICKET, &data, &plain));
    let path = OwnPath::Landing.with_query(host, &[(TICKET_PARAMETER, &ticket)]);
    tracing::debug!(profile.id = %profile.id, host = host.authority(), "a session is handed to a further host");
    format!("{}{path}", host.origin())
}

/// Opens a ticket at the host that `profile` is at. `None` for a ticket of another profile, authority or host, and for
/// one that is not ours or was changed.
pub fn open_ticket(services: &Services, profile: &Profile, text: &str) -> Option<Ticket> {
    let sealed = BASE64.decode(text).ok()?;
    let data = of_ticket(profile, &profile.public_url.origin());
    let plain = services.open(TICKET, &data, &sealed)?;
    let opened: SealedTicket = serde_json::from_slice(&plain).ok()?;
    let handle = BASE64.decode(opened.handle).ok()?.try_into().ok()?;
    Some(Ticket {
        handle: SessionHandle::from_bytes(handle),
        id: State::new(opened.id),
        hash: sha256(&sealed),
        issued_at: DateTime::from_timestamp(opened.issued_at, 0)?,
    })
}

/// Profile, authority and host are associated data: the authenticated decryption compares them in constant time.
fn of_ticket(profile: &Profile, host: &str) -> Vec<u8> {
    let mut data = format!("{} {host} ", profile.id).into_bytes();
    data.extend_from_slice(&profile.fingerprint.0);
    data
}

/// How a landing ended without an error.
#[derive(Debug)]
pub enum Landed {
    /// The host has the session now.
    SignedIn {
        /// The handle of the session, for the cookie of this host.
        handle: SessionHandle,
        /// Where the person wanted to go.
        return_to: ReturnTo,
    },
    /// The browser goes on with the session that it has here.
    Redirect(ReturnTo),
    /// The ticket is of no use any more; the attempt is, and one more hand-off leads to the same place.
    Again(ReturnTo),
}

/// Takes a ticket at the further host that `profile` is at.
///
/// The order is the guarantee. That the ticket is of this profile and this host, `open_ticket` has judged.
///
/// 1. The attempt that the ticket answers is in this browser and younger than ten minutes. Without it nobody is signed
///    in: the ticket may be somebody else's (login CSRF). A browser that has a session here goes home.
/// 2. The ticket is younger than a minute.
/// 3. The session lives. While the store gives no answer nothing is spent, so that a reload succeeds.
/// 4. The use of the ticket is recorded in the store, once for all replicas.
///
/// # Errors
/// `AttemptNotFound` without the attempt; `Store` and `GroupsUnavailable` when the answer is unknown.
pub async fn land(
    services: &Services,
    profile: &Profile,
    ticket: Ticket,
    attempt: Option<&str>,
    handle: Option<&SessionHandle>,
) -> Result<Landed, FlowError> {
    let opened = attempt.and_then(|cookie| open_attempt(services, profile, &ticket.id, cookie));
    let Some(return_to) = opened else {
        let here = session_check::check(services, profile, handle, Use::Peek).await?;
        if here.is_some() {
            return Ok(Landed::Redirect(ReturnTo::home(&profile.public_url)));
        }
        return Err(refused(
            profile,
            "the browser has no attempt that the ticket answers",
        ));
    };
    if ticket.is_over(services.now()) {
        return Ok(Landed::Again(return_to));
    }
    let found = session_check::check(services, profile, Some(&ticket.handle), Use::Sliding).await?;
    if found.is_none() {
        return Ok(Landed::Again(return_to));
    }
    let until = services.now() + USED_STATE_LIFETIME;
    let store = &services.store;
    let used = store.record_once(ReplayScope::Ticket, &ticket.hash, until);
    if used.await? == FirstUse::No {
        // The answer to the first use never reached this browser: its attempt would be gone.
        return Ok(Landed::Again(return_to));
    }
    Ok(Landed::SignedIn {
        handle: ticket.handle,
        return_to,
    })
}

fn refused(profile: &Profile, why: &'static str) -> FlowError {
    audit::refused(profile, "attempt_not_found", None, &why);
    FlowError::AttemptNotFound { why, target: None }
}

#[cfg(test)]
mod tests;
