//! Names of hosts: pins of the settings first; names below `.localhost` are this machine (RFC 6761 §6.3); then the system's
//! resolver.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The addresses of a host, with port 0, which stands for the port that is called.
///
/// # Errors
/// What the system's resolver says.
pub async fn addresses(pins: &BTreeMap<String, IpAddr>, host: &str) -> io::Result<Vec<SocketAddr>> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let at = |address: IpAddr| SocketAddr::new(address, 0);
    if let Some(pinned) = pins.get(&host) {
        return Ok(vec![at(*pinned)]);
    }
    if host == "localhost" {
        return Ok(vec![
            at(Ipv4Addr::LOCALHOST.into()),
            at(Ipv6Addr::LOCALHOST.into()),
        ]);
    }
    if host.ends_with(".localhost") {
        return Ok(vec![at(Ipv4Addr::LOCALHOST.into())]);
    }
    Ok(tokio::net::lookup_host((host, 0)).await?.collect())
}
