//! The client's address and the host that it asked for: from the socket and `Host`, or from forwarded headers if the peer is
//! a trusted proxy.

use std::net::{IpAddr, SocketAddr};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HOST, HeaderMap, HeaderName};
use actix_web::http::uri::Authority;
use ipnet::IpNet;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The peers whose forwarded headers count, and which of these headers do.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    /// Their networks.
    pub networks: Vec<IpNet>,
    /// Whether `X-Forwarded-Host` is the host of a request. Many proxies pass on what the client sent.
    pub forwarded_host: bool,
}

impl TrustedProxies {
    /// Whether this peer is one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        // A dual-stack socket names an IPv4 peer in IPv6 (RFC 4291 §2.5.5.2).
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }
}

/// Whether a request has headers that proxies add.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    let names = [&FORWARDED_FOR, &FORWARDED_HOST, &FORWARDED_PROTO];
    names.into_iter().any(|name| headers.contains_key(name))
}

/// `Host` or a forwarded header that can be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

/// The host of the request: `Host`, or `X-Forwarded-Host` of a trusted proxy if that header counts.
///
/// # Errors
/// `Ambiguous` when the header occurs twice, is a list, is empty or holds user information, or when the request line
/// names another host (RFC 9112 §3.2.2).
pub fn host<'a>(
    request: &'a ServiceRequest,
    proxies: &TrustedProxies,
) -> Result<&'a str, Ambiguous> {
    let peer = request.peer_addr().map(|address| address.ip());
    let forwarded = match peer {
        Some(peer) if proxies.forwarded_host && proxies.contain(peer) => {
            single(request.headers(), &FORWARDED_HOST)?
        }
        _ => None,
    };
    let own = single(request.headers(), &HOST)?;
    let asked = request.uri().authority().map(Authority::as_str);
    if asked.is_some_and(|asked| !own.is_some_and(|own| own.eq_ignore_ascii_case(asked))) {
        return Err(Ambiguous);
    }
    forwarded
        .or(own)
        .filter(|host| !host.is_empty() && !host.contains(['@', ',', '/', ' ', '\\']))
        .ok_or(Ambiguous)
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Ambiguous> {
    let mut values = headers.get_all(name);
    let first = values.next();
    if values.next().is_some() {
        return Err(Ambiguous);
    }
    first
        .map(|value| value.to_str().map_err(|_| Ambiguous))
        .transpose()
}

/// The address that rate limits count; `None` for a client on this machine, which has no limit. A loopback address that
/// may be a proxy's counts, or nobody would have a limit: a profile at https has a proxy before it, and so has a request
/// with forwarded headers.
pub fn counted(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    proxies: &TrustedProxies,
    https: bool,
) -> Option<IpAddr> {
    let peer = peer?;
    let client = client(peer, headers, proxies);
    let proxy = https || (is_forwarded(headers) && !proxies.contain(peer));
    let local = client.to_canonical().is_loopback() && !proxy;
    (!local).then_some(client)
}

/// The network of the client, for logs: a /24, or a /48 of IPv6.
pub fn network(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpNet {
    let client = client(peer, headers, proxies).to_canonical();
    let length = if client.is_ipv4() { 24 } else { 48 };
    let whole = IpNet::from(client);
    IpNet::new(client, length).map_or(whole, |net| net.trunc())
}

/// The client's address: the peer's, or behind trusted proxies the last forwarded address that is not a trusted proxy.
pub fn client(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let mut client = peer;
    if !proxies.contain(client) {
        return client;
    }
    let lists: Vec<&str> = headers
        .get_all(&FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .collect();
    for hop in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        let Some(hop) = hop_address(hop.trim()) else {
            break;
        };
        client = hop;
        if !proxies.contain(hop) {
            break;
        }
    }
    client
}

/// One entry of `X-Forwarded-For`. Some proxies add the port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    hop.parse().ok().or_else(with_port).or_else(bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;

    fn proxies(forwarded_host: bool) -> TrustedProxies {
        TrustedProxies {
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            forwarded_host,
        }
    }

    fn client(peer: &str, forwarded: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(
            FORWARDED_FOR.clone(),
            HeaderValue::from_str(forwarded).unwrap(),
        );
        super::client(peer.parse().unwrap(), &headers, &proxies(false)).to_string()
    }

    #[test]
    fn logs_name_the_network_of_a_client_and_not_its_address() {
        let network = |peer: &str| {
            let headers = HeaderMap::new();
            super::network(peer.parse().unwrap(), &headers, &proxies(false)).to_string()
        };
        assert_eq!(network("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(network("::ffff:203.0.113.77"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::/48");
    }

    // proves: C52
    #[test]
    fn the_client_is_the_first_untrusted_hop_from_the_right() {
        assert_eq!(
            client("10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.9"),
            "203.0.113.7"
        );
        assert_eq!(client("10.0.0.1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(client("10.0.0.1", "nonsense, 10.0.0.2"), "10.0.0.2");
        assert_eq!(client("::ffff:10.0.0.1", "203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn a_hop_may_have_a_port() {
        assert_eq!(client("10.0.0.1", "203.0.113.7:50123"), "203.0.113.7");
        assert_eq!(
            client("10.0.0.1", "[2001:db8::1]:50123, 10.0.0.2"),
            "2001:db8::1"
        );
        assert_eq!(client("10.0.0.1", "[2001:db8::1]"), "2001:db8::1");
    }

    // proves: B184, C49
    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(client("203.0.113.9", "6.6.6.6"), "203.0.113.9");
    }

    fn host_of(
        peer: &str,
        target: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<String, Ambiguous> {
        let request = TestRequest::default()
            .uri(target)
            .peer_addr(SocketAddr::new(peer.parse().unwrap(), 1));
        let request = headers
            .iter()
            .fold(request, |request, header| request.append_header(*header));
        host(&request.to_srv_request(), &proxies(true)).map(str::to_owned)
    }

    #[test]
    fn a_forwarded_host_counts_only_if_the_settings_say_so() {
        let request = TestRequest::default()
            .peer_addr("10.0.0.1:1".parse().unwrap())
            .append_header(("host", "inner"))
            .append_header(("x-forwarded-host", "chosen.example"))
            .to_srv_request();
        assert_eq!(host(&request, &proxies(false)), Ok("inner"));
        assert_eq!(host(&request, &proxies(true)), Ok("chosen.example"));
    }

    #[test]
    fn a_proxy_on_this_machine_is_counted_even_if_it_is_not_trusted() {
        let counted = |peer: &str, header: &'static str, https| {
            let mut headers = HeaderMap::new();
            let name = HeaderName::from_static(header);
            headers.insert(name, HeaderValue::from_static("x"));
            super::counted(peer.parse().ok(), &headers, &proxies(false), https)
        };
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(counted(peer, "accept", false), None, "{peer}");
            assert!(counted(peer, "accept", true).is_some(), "{peer}");
            assert!(counted(peer, "x-forwarded-for", false).is_some(), "{peer}");
        }
        assert!(counted("192.0.2.1", "accept", false).is_some());
        let mut headers = HeaderMap::new();
        let local = HeaderValue::from_static("127.0.0.1");
        headers.insert(FORWARDED_FOR.clone(), local);
        let through = super::counted("10.0.0.1".parse().ok(), &headers, &proxies(false), false);
        assert_eq!(
            through, None,
            "a trusted proxy names a client on this machine"
        );
    }

    // proves: C49
    #[test]
    fn a_forwarded_host_counts_from_a_trusted_proxy_only() {
        let headers = [("host", "inner"), ("x-forwarded-host", "app.example.com")];
        assert_eq!(
            host_of("10.0.0.1", "/", &headers).unwrap(),
            "app.example.com"
        );
        assert_eq!(host_of("203.0.113.9", "/", &headers).unwrap(), "inner");
    }

    // proves: B19, C53, C62
    #[test]
    fn a_host_that_can_be_read_in_two_ways_is_refused() {
        let trusted = |value: &str| {
            host_of(
                "10.0.0.1",
                "/",
                &[("host", "inner"), ("x-forwarded-host", value)],
            )
        };
        for odd in [
            "",
            "a.example, b.example",
            "user@a.example",
            "a.example/x",
            "a.example\\x",
            "a b",
        ] {
            assert_eq!(trusted(odd), Err(Ambiguous), "{odd:?}");
        }
        let twice = [
            ("host", "inner"),
            ("x-forwarded-host", "a.example"),
            ("x-forwarded-host", "b.example"),
        ];
        assert_eq!(host_of("10.0.0.1", "/", &twice), Err(Ambiguous));
        assert_eq!(
            host_of("203.0.113.9", "/", &[("host", "a"), ("host", "b")]),
            Err(Ambiguous)
        );
        assert_eq!(host_of("203.0.113.9", "/", &[]), Err(Ambiguous));
        let absolute = |target: &str| host_of("203.0.113.9", target, &[("host", "a.example")]);
        assert_eq!(absolute("http://a.example/").unwrap(), "a.example");
        assert_eq!(absolute("http://b.example/"), Err(Ambiguous));
    }

    proptest::proptest! {
        // proves: B184, C49
        #[test]
        fn a_stranger_chooses_neither_address_nor_host_and_a_proxy_only_what_it_was_told(
            hops in proptest::collection::vec(
                "10\\.0\\.0\\.[1-9]|203\\.0\\.113\\.[1-9]|2001:db8::1|\\[2001:db8::1\\]:5|nonsense||[ -~]{0,12}|1{0,400}", 0..6,
            ),
            named in "app\\.example|a, b|a@b||[!-~]{0,12}",
        ) {
            let list = hops.join(", ");
            proptest::prop_assert_eq!(client("203.0.113.9", &list), "203.0.113.9");
            let seen = client("10.0.0.1", &list);
            let told = seen == "10.0.0.1" || hops.iter().any(|hop| hop.contains(&seen));
            proptest::prop_assert!(told, "{} of {}", seen, list);
            let headers = [("host", "inner.example"), ("x-forwarded-host", named.as_str())];
            let stranger = host_of("203.0.113.9", "/", &headers);
            proptest::prop_assert_eq!(stranger.as_deref(), Ok("inner.example"));
            if let Ok(host) = host_of("10.0.0.1", "/", &headers) {
                proptest::prop_assert_eq!(&host, &named);
                proptest::prop_assert!(!host.is_empty() && !host.contains(['@', ',', '/', ' ', '\\']));
            }
        }
    }
}
