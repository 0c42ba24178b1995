//! The id of a request: in its log lines and spans, on its error page, and in the header `X-Request-Id` of its answer.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::domain::random::Random;
use crate::web::client::address::TrustedProxies;

/// The header of requests and answers.
pub static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from a proxy.
const LONGEST: usize = 128;

/// The id of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// As a header's value.
    pub fn into_header(self) -> HeaderValue {
        self.0
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Makes ids: a random number of the process and a counter, in 32 hexadecimal digits. They are unique, not secret.
#[derive(Debug)]
pub struct RequestIds {
    /// 16 hexadecimal digits.
    process: [u8; 16],
    next: AtomicU64,
}

impl RequestIds {
    /// Ids of a process.
    pub fn new(random: &dyn Random) -> Self {
        let mut process = [0; 8];
        random.fill(&mut process);
        Self {
            process: hex_digits(u64::from_be_bytes(process)),
            next: AtomicU64::new(1),
        }
    }

    /// The id that a trusted proxy sent, if there is exactly one in the accepted shape; else a new one.
    pub fn of(&self, request: &ServiceRequest, proxies: &TrustedProxies) -> RequestId {
        let peer = request.peer_addr().map(|peer| peer.ip());
        let sent = peer
            .filter(|peer| proxies.contain(*peer))
            .and_then(|_| sent(request.headers()));
        sent.unwrap_or_else(|| self.new_id())
    }

    fn new_id(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let text = [self.process, hex_digits(number)];
        let id = HeaderValue::from_bytes(text.as_flattened());
        RequestId(id.unwrap_or_else(|_| HeaderValue::from_static("none")))
    }
}

/// 16 digits in lower case. The formatting of the standard library takes several times as long, on every request.
fn hex_digits(number: u64) -> [u8; 16] {
    let mut digits = [0; 16];
    let bytes = number.to_be_bytes();
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    for (digit, nibble) in digits.iter_mut().zip(nibbles) {
        *digit = if nibble < 10 { b'0' } else { b'a' - 10 } + nibble;
    }
    digits
}

/// One header of 1 to 128 letters, digits and `-_.:=`, which stay one word in logs, headers and pages.
fn sent(headers: &HeaderMap) -> Option<RequestId> {
    let mut values = headers.get_all(&X_REQUEST_ID);
    let value = values.next()?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=".contains(byte);
    let bytes = value.as_bytes();
    let fits = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().all(plain);
    (values.next().is_none() && fits).then(|| RequestId(value.clone()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::test::TestRequest;

    use super::*;
    use crate::seal::OsRandom;

    fn ids() -> RequestIds {
        RequestIds::new(&OsRandom)
    }

    fn of(peer: &str, sent: &[&str]) -> RequestId {
        let proxies = TrustedProxies {
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            forwarded_host: false,
        };
        let mut request = TestRequest::get().peer_addr(peer.parse().unwrap());
        for value in sent {
            request = request.append_header((X_REQUEST_ID.clone(), *value));
        }
        ids().of(&request.to_srv_request(), &proxies)
    }

    #[test]
    fn an_id_is_the_process_and_a_number_in_hexadecimal() {
        let ids = RequestIds {
            process: hex_digits(0x0123_4567_89ab_cdef),
            next: AtomicU64::new(0xfedc),
        };
        assert_eq!(ids.new_id().as_str(), "0123456789abcdef000000000000fedc");
    }

    #[test]
    fn a_trusted_proxy_names_the_request_and_nobody_else_does() {
        let sent = "0af7651916cd43dd-8448.eb:21=1_c";
        assert_eq!(of("10.1.2.3:4", &[sent]).as_str(), sent);
        assert_ne!(of("192.0.2.3:4", &[sent]).as_str(), sent);
    }

    #[test]
    fn an_id_of_another_shape_is_replaced() {
        let long = "a".repeat(129);
        for sent in [
            &[""][..],
            &["a b"],
            &["a\"b"],
            &["a<b>"],
            &["a/b"],
            &[&long],
            &["a", "a"],
        ] {
            let id = of("10.1.2.3:4", sent);
            assert_eq!(id.as_str().len(), 32, "{sent:?}");
            assert!(!sent.contains(&id.as_str()));
        }
    }

    #[test]
    fn every_request_has_an_id_of_its_own() {
        let ids = ids();
        let all: BTreeSet<String> = (0..1_000).map(|_| ids.new_id().to_string()).collect();
        assert_eq!(all.len(), 1_000);
    }
}
