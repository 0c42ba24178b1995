//! The ticket with which a further host takes over a session: sealed for one profile and one host, good for a minute.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::secret::State;
use crate::domain::session::SessionHandle;
use crate::flow::attempt_cookie::AttemptName;
use crate::flow::hand_off::request::HandOffRequest;
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::seal::{Purpose, sha256};

const TICKET: Purpose = Purpose::new("hand-off ticket");

/// Seconds that a ticket is good for.
const LIFETIME: i64 = 60;

/// The parameter of the landing address.
const PARAMETER: &str = "ticket";

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
    pub(super) handle: SessionHandle,
    pub(super) id: State,
    pub(super) hash: [u8; 32],
    issued_at: Timestamp,
}

impl Ticket {
    /// The name of the cookie with the attempt that the ticket answers.
    pub fn attempt_name(&self) -> AttemptName {
        AttemptName::of(&self.id)
    }

    /// Whether it is older than a minute; a ticket from the future is as wrong.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        let age = (now - self.issued_at).num_seconds();
        !(-LIFETIME..=LIFETIME).contains(&age)
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
    let data = associated(profile, &host.origin());
    let ticket = BASE64.encode(services.seal(TICKET, &data, &plain));
    let path = OwnPath::Landing.with_query(host, &[(PARAMETER, &ticket)]);
    tracing::debug!(profile.id = %profile.id, host = host.authority(), "a session is handed to a further host");
    format!("{}{path}", host.origin())
}

/// Opens a ticket at the host that `profile` is at. `None` for a ticket of another profile, authority or host, and for
/// one that is not ours or was changed.
pub fn open_ticket(services: &Services, profile: &Profile, text: &str) -> Option<Ticket> {
    let sealed = BASE64.decode(text).ok()?;
    let data = associated(profile, &profile.public_url.origin());
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
fn associated(profile: &Profile, host: &str) -> Vec<u8> {
    let mut data = format!("{} {host} ", profile.id).into_bytes();
    data.extend_from_slice(&profile.fingerprint.0);
    data
}
