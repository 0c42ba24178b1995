//! `healthcheck`: asks the admin listener of this machine's gateway, for containers without another HTTP client.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::command::cli::{Cli, HealthcheckArgs};
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::domain::own_path::AdminPath;

/// Bytes of an answer that are read; the report on many profiles may be longer.
const MOST_READ: u64 = 64 * 1024;

/// Succeeds if the gateway answers 200.
pub(super) fn healthcheck(
    cli: &Cli,
    asked: &HealthcheckArgs,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let settings = sources::offline(cli, terminal)?;
    let Some(listen) = settings.boundary.admin_listen else {
        let sentence = "admin_listen is not an address with a port; run `gatehouse check`";
        return Err(Failed::Said(sentence.to_owned()));
    };
    let address = reachable(listen);
    let path = if asked.live {
        AdminPath::Live.path()
    } else {
        AdminPath::Ready.path()
    };
    let (status, body) = ask(address, path, asked.timeout)
        .map_err(|fault| Failed::Said(format!("no answer from http://{address}{path}: {fault}")))?;
    if status == 200 {
        return Ok(writeln!(terminal.out, "ok")?);
    }
    Err(Failed::Said(format!(
        "http://{address}{path} answers {status}: {}",
        body.trim()
    )))
}

/// A listener on all addresses is asked at loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// One `GET` (RFC 9112), by hand: TLS, redirects, names and proxies have no part in it.
fn ask(address: SocketAddr, path: &str, limit: Duration) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MOST_READ).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let status = text
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|status| status.parse().ok());
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    let odd = || std::io::Error::other("the answer is not HTTP/1.1");
    Ok((status.ok_or_else(odd)?, body.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_asked_at_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:8081", "127.0.0.1:8081"),
            ("[::]:8081", "[::1]:8081"),
            ("10.0.0.7:8081", "10.0.0.7:8081"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), asked);
        }
    }
}
