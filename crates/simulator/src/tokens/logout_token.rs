//! Back-channel logout (`OpenID` Connect Back-Channel Logout 1.0): logout tokens, right or forged, and their delivery.
//!
//! Owns the small HTTP client for it: plain http only, as everything here is on one machine.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use url::Url;

use crate::clients::CLIENT_SECRET;
use crate::encoding::{Members, object};
use crate::kind::Kind;
use crate::platform::Platform;
use crate::tokens::jwt::{Signing, encode};
use crate::tokens::keys::KeyRing;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds that a logout token lives (§2.4 recommends two minutes at most).
const LIFETIME: i64 = 120;
const PATIENCE: Duration = Duration::from_secs(5);

/// How a logout token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutSignature {
    /// As ID tokens are.
    #[default]
    Right,
    /// `alg: none`.
    None,
    /// A bit turned.
    Corrupted,
    /// A key that is published nowhere.
    UnknownKey,
    /// HS256 with the client secret.
    Hs256,
    /// A real key of the provider, of the other algorithm.
    OtherAlgorithm,
}

/// A logout token of the plain provider. The default is right in everything but that it names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogoutToken {
    /// `aud`.
    pub client_id: String,
    /// `sub`; see [`crate::Simulator::subject`].
    pub sub: Option<String>,
    /// `sid`; see [`crate::Simulator::signed_in`].
    pub sid: Option<String>,
    /// Claims that replace the right ones or come beside them.
    pub set: serde_json::Map<String, Value>,
    /// Claims that are left out.
    pub remove: Vec<String>,
    /// Members of the header; `null` leaves one out.
    pub header: serde_json::Map<String, Value>,
    /// How it is signed.
    pub signature: LogoutSignature,
}

impl Default for LogoutToken {
    fn default() -> Self {
        Self {
            client_id: Kind::Oidc.client_id().to_owned(),
            sub: None,
            sid: None,
            set: Members::new(),
            remove: Vec::new(),
            header: Members::new(),
            signature: LogoutSignature::default(),
        }
    }
}

impl LogoutToken {
    pub(crate) fn encode(&self, platform: &Platform) -> String {
        let now = platform.now();
        let mut claims = object(json!({
            "iss": platform.local_names().openid(),
            "aud": self.client_id,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": platform.handle(),
            "events": {EVENT: {}},
        }));
        for (name, value) in [("sub", &self.sub), ("sid", &self.sid)] {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value.clone().into());
            }
        }
        claims.extend(self.set.clone());
        claims.retain(|name, _| !self.remove.contains(name));
        let mut header = object(json!({"typ": "logout+jwt"}));
        header.extend(self.header.clone());
        let (own, other) = if platform.shapes().oidc_es256 {
            (KeyRing::OidcEc, KeyRing::Oidc)
        } else {
            (KeyRing::Oidc, KeyRing::OidcEc)
        };
        let key = |ring| platform.keys.current(ring);
        match self.signature {
            LogoutSignature::Right => encode(header, &claims, &Signing::With(&key(own))),
            LogoutSignature::None => encode(header, &claims, &Signing::Unsigned),
            LogoutSignature::Corrupted => encode(header, &claims, &Signing::Corrupted(&key(own))),
            LogoutSignature::UnknownKey => {
                encode(header, &claims, &Signing::With(&key(KeyRing::Stranger)))
            }
            LogoutSignature::Hs256 => {
                encode(header, &claims, &Signing::Hs256(CLIENT_SECRET.as_bytes()))
            }
            LogoutSignature::OtherAlgorithm => encode(header, &claims, &Signing::With(&key(other))),
        }
    }
}

/// What came of one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where the token was sent.
    pub url: String,
    /// The answer's status; none if there was no answer.
    pub status: Option<u16>,
    /// The answer as it came, headers included.
    pub answer: String,
}

/// Sends tokens to addresses, each in a thread of its own, so that it works in any runtime or none.
pub(crate) async fn deliver_all(deliveries: Vec<(String, String)>) -> Vec<Delivery> {
    let mut under_way = Vec::new();
    for (url, token) in deliveries {
        let (done, result) = oneshot::channel();
        thread::spawn(move || {
            // Nobody waits any more when this fails.
            let _ = done.send(deliver(url, &token));
        });
        under_way.push(result);
    }
    let mut deliveries = Vec::new();
    for result in under_way {
        deliveries.extend(result.await.ok());
    }
    deliveries
}

fn deliver(url: String, token: &str) -> Delivery {
    let answer = post(&url, token).unwrap_or_default();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    Delivery {
        url,
        status,
        answer,
    }
}

/// A form POST (§2.5), by hand: one request, one connection.
fn post(url: &str, token: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    // RFC 6761 §6.3: names under localhost are loopback, whether or not a resolver says so.
    let connect_to = if host.ends_with("localhost") {
        "127.0.0.1"
    } else {
        host
    };
    let address = (connect_to, port).to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("logout_token", token)
        .finish();
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    // A peer that resets after its answer has still answered.
    let _ = stream.read_to_end(&mut answer);
    Some(String::from_utf8_lossy(&answer).into_owned())
}
