//! Attempts on their way: sealed into a cookie of their own and into `state`.
//!
//! Nothing is written to the store for a stranger. The cookie proves the browser, the state carries the target.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::api::ApiName;
use crate::domain::attempt::{Attempt, StateTarget};
use crate::domain::authority::UserFlowKind;
use crate::domain::clock::random_256;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{AuthorityFingerprint, Profile, ProfileId};
use crate::domain::return_to::ReturnTo;
use crate::domain::secret::{CodeVerifier, Nonce, State};
use crate::flow::services::Services;
use crate::seal::{Purpose, sha256, short_hash};

/// Random bytes before the sealed part of a state: unguessable even for somebody who knew the key.
const STATE_RANDOM: usize = 32;

/// Hexadecimal digits of the hash that names an attempt: enough that no two of one browser share it.
const NAME_DIGITS: usize = 16;

/// The attempt's cookie, before the web gives it its prefix and flags.
#[derive(Debug)]
pub struct AttemptCookie {
    /// Sixteen hexadecimal digits that belong to the state.
    pub name: AttemptName,
    /// The sealed value.
    pub value: String,
}

/// Names an attempt's cookie by its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptName(String);

impl AttemptName {
    /// The name of the attempt that belongs to `state`.
    pub fn of(state: &State) -> Self {
        Self(short_hash::<NAME_DIGITS>(state.expose().as_bytes()))
    }

    /// Whether a text could be such a name: whatever else a browser sends is not echoed.
    pub fn is_one(text: &str) -> bool {
        text.len() == NAME_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keys are one letter: ten of these cookies must fit into 4 kB.
#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(rename = "j")]
    journey: u8,
    #[serde(rename = "n")]
    nonce: String,
    #[serde(rename = "v")]
    verifier: String,
    #[serde(rename = "t")]
    begun_at: i64,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    expects: Option<String>,
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    stepped_up: bool,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct SealedTarget {
    to: String,
    at: i64,
}

fn journey_code(journey: UserFlowKind) -> u8 {
    match journey {
        UserFlowKind::SignIn => 0,
        UserFlowKind::EditProfile => 1,
        UserFlowKind::ResetPassword => 2,
    }
}

fn journey_of(code: u8) -> Option<UserFlowKind> {
    [
        UserFlowKind::SignIn,
        UserFlowKind::EditProfile,
        UserFlowKind::ResetPassword,
    ]
    .into_iter()
    .find(|journey| journey_code(*journey) == code)
}

/// Makes a `state` that carries where the person wanted to go.
pub fn new_state(services: &Services, profile: &Profile, return_to: &ReturnTo) -> State {
    let target = SealedTarget {
        to: return_to.as_str().to_owned(),
        at: services.now().timestamp(),
    };
    let plain = serde_json::to_vec(&target).unwrap_or_default();
    let mut bytes = random_256(&*services.random).to_vec();
    bytes.extend(services.keys.seal(
        Purpose::STATE,
        profile.id.as_str().as_bytes(),
        &plain,
        &*services.random,
    ));
    State::new(BASE64.encode(bytes))
}

/// Opens a `state` of this profile; `None` for anybody else's, however old it is.
pub fn open_state(services: &Services, profile: &Profile, state: &State) -> Option<StateTarget> {
    let bytes = BASE64.decode(state.expose()).ok()?;
    let sealed = bytes.get(STATE_RANDOM..)?;
    let plain = services
        .keys
        .open(Purpose::STATE, profile.id.as_str().as_bytes(), sealed)?;
    let target: SealedTarget = serde_json::from_slice(&plain).ok()?;
    Some(StateTarget {
        profile: profile.id.clone(),
        return_to: ReturnTo::stored(target.to)?,
        begun_at: DateTime::from_timestamp(target.at, 0)?,
    })
}

/// Seals an attempt for the browser that began it.
pub fn seal_attempt(services: &Services, attempt: &Attempt, state: &State) -> AttemptCookie {
    let name = AttemptName::of(state);
    let sealed = Sealed {
        journey: journey_code(attempt.journey),
        nonce: attempt.nonce.expose().to_owned(),
        verifier: attempt.verifier.expose().to_owned(),
        begun_at: attempt.begun_at.timestamp(),
        api: attempt.api.as_ref().map(|api| api.as_str().to_owned()),
        expects: attempt
            .expects
            .as_ref()
            .map(|person| person.as_str().to_owned()),
        stepped_up: attempt.stepped_up,
        claims: attempt.claims.clone(),
        max_age: attempt.max_age,
    };
    let plain = serde_json::to_vec(&sealed).unwrap_or_default();
    let data = associated(&attempt.profile, attempt.binding, state);
    let value = BASE64.encode(services.keys.seal(
        Purpose::ATTEMPT,
        &data,
        &plain,
        &*services.random,
    ));
    AttemptCookie { name, value }
}

/// Opens the attempt that belongs to `state`. `None` if the cookie is another attempt's or another profile's, if the
/// profile moved to another authority meanwhile (RFC 9700 §4.4.2), or if it is not ours.
pub fn open_attempt(
    services: &Services,
    profile: &Profile,
    state: &State,
    cookie: &str,
) -> Option<Attempt> {
    let data = associated(&profile.id, profile.binding, state);
    let plain = services
        .keys
        .open(Purpose::ATTEMPT, &data, &BASE64.decode(cookie).ok()?)?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    Some(Attempt {
        profile: profile.id.clone(),
        binding: profile.binding,
        journey: journey_of(sealed.journey)?,
        nonce: Nonce::new(sealed.nonce),
        verifier: CodeVerifier::new(sealed.verifier),
        begun_at: DateTime::from_timestamp(sealed.begun_at, 0)?,
        api: sealed.api.as_deref().and_then(ApiName::parse),
        expects: sealed.expects.map(SubjectKey::stored),
        stepped_up: sealed.stepped_up,
        claims: sealed.claims,
        max_age: sealed.max_age,
    })
}

/// Profile, authority and state are bound in: the authenticated decryption compares them, in constant time.
fn associated(profile: &ProfileId, binding: AuthorityFingerprint, state: &State) -> Vec<u8> {
    let mut data = format!("{profile}/").into_bytes();
    data.extend_from_slice(&binding.0);
    data.extend_from_slice(&sha256(state.expose().as_bytes()));
    data
}
