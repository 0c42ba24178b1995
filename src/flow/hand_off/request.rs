//! What a further host asks `public_url` for, and the attempt that stays behind in the browser.
//!
//! The request is sealed, so it names a host that this gateway wrote there. Whoever sends somebody else's request along
//! gets a ticket into that browser's address bar only, where no attempt belongs to it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::attempt::is_over;
use crate::domain::clock::Timestamp;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::public_url::PublicUrl;
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;
use crate::domain::secret::State;
use crate::domain::session::Session;
use crate::flow::attempt_cookie::{AttemptCookie, AttemptName, SealedStepUp};
use crate::flow::services::Services;
use crate::flow::step_up;
use crate::seal::Purpose;

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
    pub(super) host: PublicUrl,
    pub(super) id: State,
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
    let of_route = || step_up::of_target(profile, return_to);
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
pub(super) fn open_attempt(
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
