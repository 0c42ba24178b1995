//! Who speaks: the peer and the host, from the socket, and from forwarded headers only when the peer is trusted.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HOST, HeaderMap, HeaderName};
use ipnet::IpNet;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// A header of a trusted proxy, or `Host`, that cannot be read in one way only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

fn is_trusted(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|network| network.contains(&address))
}

/// The host of the request: `Host`, or `X-Forwarded-Host` of a trusted proxy.
///
/// # Errors
/// `Ambiguous` when the header occurs twice, is a list, is empty or holds user information.
pub fn host<'a>(request: &'a ServiceRequest, proxies: &[IpNet]) -> Result<&'a str, Ambiguous> {
    let peer = request.peer_addr().map(|address| address.ip());
    let forwarded = match peer {
        Some(peer) if is_trusted(peer, proxies) => single(request.headers(), &FORWARDED_HOST)?,
        _ => None,
    };
    let host = match forwarded {
        Some(host) => Some(host),
        None => single(request.headers(), &HOST)?,
    };
    host.filter(|host| !host.is_empty() && !host.contains(['@', ',', '/', ' ', '\\'])).ok_or(Ambiguous)
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Ambiguous> {
    let mut values = headers.get_all(name);
    let first = values.next();
    if values.next().is_some() {
        return Err(Ambiguous);
    }
    first.map(|value| value.to_str().map_err(|_| Ambiguous)).transpose()
}

/// The address of the person's side: the peer, or behind trusted proxies the last address that is not one of them.
pub fn address(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let mut client = peer?;
    if !is_trusted(client, proxies) {
        return Some(client);
    }
    let lists: Vec<&str> = headers.get_all(&FORWARDED_FOR).filter_map(|value| value.to_str().ok()).collect();
    for hop in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        client = hop;
        if !is_trusted(hop, proxies) {
            break;
        }
    }
    Some(client)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn client(peer: &str, forwarded: &str) -> String {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR.clone(), HeaderValue::from_str(forwarded).unwrap());
        address(peer.parse().ok(), &headers, &proxies).unwrap().to_string()
    }

    #[test]
    fn c52_the_client_is_the_first_untrusted_hop_from_the_right() {
        assert_eq!(client("10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.9"), "203.0.113.7");
        assert_eq!(client("10.0.0.1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(client("10.0.0.1", "nonsense, 10.0.0.2"), "10.0.0.2");
    }

    #[test]
    fn c49_a_stranger_cannot_choose_an_address() {
        assert_eq!(client("203.0.113.9", "6.6.6.6"), "203.0.113.9");
    }
}
