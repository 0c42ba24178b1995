//! A network of trusted proxies.

use std::net::IpAddr;

use ipnet::IpNet;

/// Parses a network in CIDR notation, or a single address. A network that contains every address is refused.
pub(in crate::config) fn network(text: &str) -> Result<IpNet, &'static str> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "is not a network")?;
    if network.prefix_len() == 0 {
        return Err("is everybody: any client could then claim any address and host");
    }
    Ok(network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_not_a_network_of_proxies() {
        for text in ["0.0.0.0/0", "::/0"] {
            assert!(network(text).unwrap_err().contains("everybody"), "{text}");
        }
        assert_eq!(network("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("127.0.0.1").unwrap().to_string(), "127.0.0.1/32");
        assert!(network("proxy.internal").is_err());
    }
}
