//! Single values of settings: networks, keys, the kind of a database.
//!
//! No text of this module repeats a secret.

use std::io::Read;
use std::net::IpAddr;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use ipnet::IpNet;
use secrecy::SecretString;

/// The databases that can keep sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// Embedded, for one machine.
    Sqlite,
    /// For deployments with any number of replicas.
    Postgres,
}

impl DatabaseKind {
    /// The kind that an address names.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }
}

/// Bytes; neither a list of keys nor a bundle of certificates is larger.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The text of a file, or why there is none, in words that follow the key.
pub(in crate::config) fn read_secret(path: &Path) -> Result<String, String> {
    let said = |fault: std::io::Error| {
        format!(
            "the file {:?} cannot be read: {}",
            path.display(),
            fault.kind()
        )
    };
    let mut text = String::new();
    std::fs::File::open(path)
        .map_err(said)?
        .take(LARGEST)
        .read_to_string(&mut text)
        .map_err(said)?;
    if text.trim().is_empty() {
        return Err(format!("the file {:?} is empty", path.display()));
    }
    Ok(text)
}

/// A network, or a single address as one. Everybody is not a network of proxies.
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

/// Keys, one per line, newest first; empty lines and lines that begin with `#` do not count.
pub(in crate::config) fn key_list(text: &str) -> Result<Vec<SecretString>, String> {
    let lines = text.lines().map(str::trim);
    let keys: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    if keys.is_empty() {
        return Err("holds no key".to_owned());
    }
    for (at, key) in keys.iter().enumerate() {
        let bytes = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|form| form.decode(key).ok());
        let what = match bytes.map(|bytes| bytes.len()) {
            Some(32) => continue,
            Some(length) => format!("has {length} bytes instead of 32"),
            None => "is not base64".to_owned(),
        };
        return Err(format!("key {} {what}", at + 1));
    }
    Ok(keys.into_iter().map(SecretString::from).collect())
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

    #[test]
    fn a_key_of_the_wrong_length_is_named_by_its_number_and_never_repeated() {
        let good = STANDARD.encode([1, 2, 3, 4].repeat(8));
        let short = STANDARD.encode([7; 16]);
        let fault = key_list(&format!("{good}\n# old\n{short}")).unwrap_err();
        assert_eq!(fault, "key 2 has 16 bytes instead of 32");
        assert!(key_list(&good).is_ok());
        assert!(key_list("not base64!").unwrap_err().contains("key 1"));
        assert!(key_list("# nothing\n").is_err());
    }
}
