//! Attempts between redirect and callback: sealed into a cookie of their own and into `state`.
//!
//! 1. `state` carries where the person wants to go, behind 256 random bits, so that a late tab still arrives there. A
//!    target too long for the authority's address rests in the cookie instead.
//! 2. The cookie carries the rest of the attempt and is named after the `state`, so that many tabs can sign in at once.
//!    It proves that the browser that comes back is the one that was sent.
//! 3. At the callback both open for the same profile only, and the cookie only for the same `state` and authority.
//! 4. The use of a `state` is recorded, once for all replicas.
//!
//! Nothing is written to the store for a stranger.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::api::ApiName;
use crate::domain::attempt::{Attempt, LONGEST_TARGET_IN_STATE, USED_STATE_LIFETIME};
use crate::domain::authority::UserFlowKind;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{AuthorityFingerprint, Profile, ProfileId};
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;
use crate::domain::secret::{CodeVerifier, Nonce, State};
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::seal::{Purpose, sha256, short_hash};
use crate::store::{FirstUse, ReplayScope};

/// Random bytes before the sealed part of a `state`: it stays unguessable even for somebody who has the key.
const STATE_RANDOM: usize = 32;

/// Hexadecimal digits of the hash that names an attempt: enough that no two attempts of one browser share a name.
const NAME_DIGITS: usize = 16;

/// The attempt's cookie, before the web gives it its prefix and flags.
#[derive(Debug)]
pub struct AttemptCookie {
    /// The name: sixteen hexadecimal digits that follow from the `state`.
    pub name: AttemptName,
    /// The sealed value.
    pub value: String,
}

/// The name of an attempt's cookie, derived from its `state`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptName(String);

impl AttemptName {
    /// The name of the attempt that belongs to `state`.
    pub fn of(state: &State) -> Self {
        Self(short_hash::<NAME_DIGITS>(state.expose().as_bytes()))
    }

    /// Whether a text has the form of such a name. Names of any other form that a browser sends are never echoed.
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
    user_flow: u8,
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
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    long_target: Option<String>,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    step_up: Option<SealedStepUp>,
}

/// A demand, as it travels through the browser.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedStepUp {
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    acr: Vec<String>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
}

impl SealedStepUp {
    pub(super) fn of(step_up: &StepUp) -> Self {
        Self {
            acr: step_up.acr.clone(),
            max_age: step_up.max_age.map(|age| age.as_secs()),
        }
    }

    pub(super) fn opened(self) -> StepUp {
        StepUp {
            acr: self.acr,
            max_age: self.max_age.map(Duration::from_secs),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct SealedState {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    rounds: u8,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(rounds: &u8) -> bool {
    *rounds == 0
}

/// What a `state` says without its attempt.
#[derive(Debug)]
pub struct OpenedState {
    /// Where the person wants to go; `None` when the attempt's cookie has it.
    pub target: Option<ReturnTo>,
    /// How many attempts before this one came back without their cookies and were begun again.
    pub rounds: u8,
}

fn user_flow_code(user_flow: UserFlowKind) -> u8 {
    match user_flow {
        UserFlowKind::SignIn => 0,
        UserFlowKind::EditProfile => 1,
        UserFlowKind::ResetPassword => 2,
    }
}

fn user_flow_of(code: u8) -> Option<UserFlowKind> {
    [
        UserFlowKind::SignIn,
        UserFlowKind::EditProfile,
        UserFlowKind::ResetPassword,
    ]
    .into_iter()
    .find(|user_flow| user_flow_code(*user_flow) == code)
}

/// The target, if it is too long for a `state`: then the attempt has to keep it.
pub fn long_target(return_to: &ReturnTo) -> Option<ReturnTo> {
    (return_to.as_str().len() > LONGEST_TARGET_IN_STATE).then(|| return_to.clone())
}

/// Makes a `state` that carries where the person wants to go, unless the target is long, and how many attempts were lost
/// before.
pub fn new_state(
    services: &Services,
    profile: &Profile,
    return_to: &ReturnTo,
    rounds: u8,
) -> State {
    let to = match long_target(return_to) {
        Some(_) => None,
        None => Some(return_to.as_str().to_owned()),
    };
    let plain = serde_json::to_vec(&SealedState { to, rounds }).unwrap_or_default();
    let mut bytes = services.random_bytes::<STATE_RANDOM>().to_vec();
    bytes.extend(services.seal(Purpose::STATE, profile.id.as_str().as_bytes(), &plain));
    State::new(BASE64.encode(bytes))
}

/// Opens a `state` of this profile, however old the `state` is. `None` for any other profile's.
pub fn open_state(services: &Services, profile: &Profile, state: &State) -> Option<OpenedState> {
    let bytes = BASE64.decode(state.expose()).ok()?;
    let sealed = bytes.get(STATE_RANDOM..)?;
    let plain = services.open(Purpose::STATE, profile.id.as_str().as_bytes(), sealed)?;
    let SealedState { to, rounds } = serde_json::from_slice(&plain).ok()?;
    Some(OpenedState {
        target: to.and_then(ReturnTo::stored),
        rounds,
    })
}

/// Where the person wants to go, by the `state` or by the attempt's cookie.
pub fn target(
    services: &Services,
    profile: &Profile,
    state: &State,
    cookie: Option<&str>,
) -> Option<ReturnTo> {
    let opened = open_state(services, profile, state)?;
    let kept = || open_attempt(services, profile, state, cookie?)?.long_target;
    opened.target.or_else(kept)
}

/// Seals an attempt for the browser that began it.
pub fn seal_attempt(services: &Services, attempt: &Attempt, state: &State) -> AttemptCookie {
    let name = AttemptName::of(state);
    let sealed = Sealed {
        user_flow: user_flow_code(attempt.user_flow),
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
        long_target: attempt
            .long_target
            .as_ref()
            .map(|target| target.as_str().to_owned()),
        step_up: attempt.step_up.as_ref().map(SealedStepUp::of),
    };
    let plain = serde_json::to_vec(&sealed).unwrap_or_default();
    let data = associated(&attempt.profile, attempt.fingerprint, state);
    let value = BASE64.encode(services.seal(Purpose::ATTEMPT, &data, &plain));
    AttemptCookie { name, value }
}

/// Opens the attempt that belongs to `state`. `None` if the cookie is another attempt's, another profile's or not ours,
/// or if the profile moved to another authority since the attempt began (RFC 9700 §4.4.2).
pub fn open_attempt(
    services: &Services,
    profile: &Profile,
    state: &State,
    cookie: &str,
) -> Option<Attempt> {
    let data = associated(&profile.id, profile.fingerprint, state);
    let plain = services.open(Purpose::ATTEMPT, &data, &BASE64.decode(cookie).ok()?)?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    Some(Attempt {
        profile: profile.id.clone(),
        fingerprint: profile.fingerprint,
        user_flow: user_flow_of(sealed.user_flow)?,
        nonce: Nonce::new(sealed.nonce),
        verifier: CodeVerifier::new(sealed.verifier),
        begun_at: DateTime::from_timestamp(sealed.begun_at, 0)?,
        api: sealed.api.as_deref().and_then(ApiName::parse),
        expects: sealed.expects.map(SubjectKey::stored),
        stepped_up: sealed.stepped_up,
        claims: sealed.claims,
        max_age: sealed.max_age,
        long_target: sealed.long_target.and_then(ReturnTo::stored),
        step_up: sealed.step_up.map(SealedStepUp::opened),
    })
}

/// Profile, authority and `state` are associated data: the authenticated decryption compares them in constant time.
fn associated(profile: &ProfileId, fingerprint: AuthorityFingerprint, state: &State) -> Vec<u8> {
    let mut data = format!("{profile}/").into_bytes();
    data.extend_from_slice(&fingerprint.0);
    data.extend_from_slice(&sha256(state.expose().as_bytes()));
    data
}

/// Records the use of a `state`, and says whether it was the first.
///
/// # Errors
/// `Store` when the store gives no answer: then the `state` counts as neither used nor unused.
pub(super) async fn use_once(services: &Services, state: &State) -> Result<FirstUse, FlowError> {
    let hash = sha256(state.expose().as_bytes());
    let until = services.now() + USED_STATE_LIFETIME;
    let recorded = services.store.record_once(ReplayScope::State, &hash, until);
    Ok(recorded.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_cookie_of_another_attempt_profile_or_authority_does_not_open() {
        let (staff, guests) = (ProfileId::parse("staff"), ProfileId::parse("guests"));
        let (staff, guests) = (staff.unwrap(), guests.unwrap());
        let (here, moved) = (AuthorityFingerprint([1; 32]), AuthorityFingerprint([2; 32]));
        let (one, other) = (State::new("one"), State::new("other"));
        let ours = associated(&staff, here, &one);
        assert_eq!(ours, associated(&staff, here, &State::new("one")));
        for strange in [
            associated(&guests, here, &one),
            associated(&staff, moved, &one),
            associated(&staff, here, &other),
        ] {
            assert_ne!(ours, strange);
        }
    }

    #[test]
    fn an_attempt_cookies_name_follows_from_its_state_and_no_other_name_is_one() {
        let name = AttemptName::of(&State::new("one"));
        assert_eq!(name, AttemptName::of(&State::new("one")));
        assert_ne!(
            name.as_str(),
            AttemptName::of(&State::new("other")).as_str()
        );
        assert!(AttemptName::is_one(name.as_str()), "{name:?}");
        let digits = "a".repeat(NAME_DIGITS);
        assert!(AttemptName::is_one(&digits));
        for text in [
            "",
            &digits[1..],
            &format!("{digits}a"),
            &"g".repeat(NAME_DIGITS),
            &format!("{}\n", &digits[1..]),
        ] {
            assert!(!AttemptName::is_one(text), "{text:?}");
        }
    }

    #[test]
    fn every_user_flow_comes_back_from_its_code_and_an_unknown_code_is_none() {
        for user_flow in [
            UserFlowKind::SignIn,
            UserFlowKind::EditProfile,
            UserFlowKind::ResetPassword,
        ] {
            assert_eq!(user_flow_of(user_flow_code(user_flow)), Some(user_flow));
        }
        assert_eq!(user_flow_of(3), None);
        assert!(is_zero(&0) && !is_zero(&1));
    }

    #[test]
    fn a_target_rests_in_the_cookie_only_when_the_state_has_no_room_for_it() {
        let target = |length: usize| {
            let text = format!("/{}", "t".repeat(length - 1));
            ReturnTo::stored(text).unwrap()
        };
        let longest = target(LONGEST_TARGET_IN_STATE);
        assert_eq!(long_target(&longest), None);
        let longer = target(LONGEST_TARGET_IN_STATE + 1);
        assert_eq!(long_target(&longer), Some(longer.clone()));
    }
}
