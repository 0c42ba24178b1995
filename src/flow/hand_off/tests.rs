//! What binds a hand-off to its host, its browser and its minute.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::domain::identity::{Identity, PersonBy};
use crate::domain::profile::testing::entra;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};
use crate::domain::session::SessionId;

fn at(seconds: i64) -> Timestamp {
    Timestamp::default() + chrono::TimeDelta::seconds(seconds)
}

fn guests() -> Profile {
    Profile {
        id: ProfileId::parse("guests").unwrap(),
        ..entra()
    }
}

fn elsewhere() -> Profile {
    let host = PublicUrl::parse("https://elsewhere.example").unwrap();
    entra().at_host(&host)
}

#[test]
fn an_attempt_of_another_profile_host_or_id_does_not_open() {
    let (one, other) = (State::new("one"), State::new("other"));
    let ours = of_attempt(&entra(), &one);
    assert_eq!(ours, of_attempt(&entra(), &State::new("one")));
    for strange in [
        of_attempt(&entra(), &other),
        of_attempt(&guests(), &one),
        of_attempt(&elsewhere(), &one),
    ] {
        assert_ne!(ours, strange);
    }
    assert_eq!(of_profile(&entra()), "staff");
    assert_eq!(of_profile(&guests()), "guests");
}

#[test]
fn a_stolen_ticket_for_another_profile_authority_or_host_does_not_open() {
    let moved = Profile {
        fingerprint: AuthorityFingerprint([2; 32]),
        ..entra()
    };
    let host = "https://app.example";
    let ours = of_ticket(&entra(), host);
    assert_eq!(ours, of_ticket(&entra(), host));
    for strange in [
        of_ticket(&guests(), host),
        of_ticket(&moved, host),
        of_ticket(&entra(), "https://elsewhere.example"),
    ] {
        assert_ne!(ours, strange);
    }
}

#[test]
fn a_ticket_is_over_after_a_minute_and_when_it_comes_from_the_future() {
    let ticket = Ticket {
        handle: SessionHandle::from_bytes([1; 32]),
        id: State::new("one"),
        hash: [0; 32],
        issued_at: at(0),
    };
    assert_eq!(ticket.attempt_name(), AttemptName::of(&State::new("one")));
    for seconds in [-60, -1, 0, 60] {
        assert!(!ticket.is_over(at(seconds)), "{seconds}");
    }
    for seconds in [-61, 61, 3_600] {
        assert!(ticket.is_over(at(seconds)), "{seconds}");
    }
}

#[test]
fn a_session_older_than_the_request_or_too_weak_for_it_is_not_handed_over() {
    let claims = json!({"iss": "https://i.example", "sub": "s", "acr": "strong"});
    let identity = Identity::from_claims(claims.as_object().unwrap(), PersonBy::Subject);
    let session = |created_at| Session {
        id: SessionId::from_bytes([0; 16]),
        profile: entra().id,
        fingerprint: entra().fingerprint,
        identity: identity.clone().unwrap(),
        created_at: at(created_at),
        seen_at: at(created_at),
        idle_until: at(9_000),
        expires_at: at(9_000),
    };
    let request = |new_session, acr: Option<&str>| HandOffRequest {
        host: entra().public_url,
        id: State::new("one"),
        begun_at: at(100),
        options: HandOffOptions {
            new_session,
            step_up: acr.map(|acr| StepUp {
                acr: vec![acr.to_owned()],
                max_age: None,
            }),
        },
    };
    for (new_session, acr, created_at, expected) in [
        (false, None, 99, true),
        (true, None, 99, false),
        (true, None, 100, true),
        (true, None, 101, true),
        (false, Some("strong"), 99, true),
        (false, Some("stronger"), 99, false),
        (true, Some("strong"), 101, true),
        (true, Some("stronger"), 101, false),
    ] {
        let is_met = request(new_session, acr).is_met_by(&session(created_at), at(200));
        assert_eq!(is_met, expected, "{new_session} {acr:?} {created_at}");
    }
    let life = crate::domain::attempt::ATTEMPT_LIFETIME;
    assert!(!request(false, None).is_over(at(100) + life - Duration::from_secs(1)));
    assert!(request(false, None).is_over(at(100) + life));
}
