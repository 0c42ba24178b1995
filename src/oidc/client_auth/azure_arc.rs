//! Azure Arc's challenge (microsoft-identity 5.4): the agent names a key file, whose content proves that the caller may
//! use the machine's identity. Owns which file is read: its path comes from a response, so only a key in the agent's own
//! folder is accepted.

use std::path::{Path, PathBuf};

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use tokio::io::AsyncReadExt as _;

/// Where the agent stores its keys on Linux.
pub(crate) const KEYS: &str = "/var/opt/azcmagent/tokens";
/// Bytes of the largest key.
const LARGEST_KEY: u64 = 4_096;

/// The value of `Authorization` that answers the agent's challenge.
pub(crate) async fn answer(headers: &HeaderMap, folder: &Path) -> Result<String, String> {
    let path = key_file(headers).ok_or("the challenge names no key file")?;
    let key = read_key(&path, folder).await?;
    Ok(format!("Basic {key}"))
}

fn key_file(headers: &HeaderMap) -> Option<PathBuf> {
    let challenge = headers.get(WWW_AUTHENTICATE)?.to_str().ok()?;
    let path = challenge.strip_prefix("Basic realm=")?;
    Some(PathBuf::from(path.trim().trim_matches('"')))
}

/// Only `*.key` directly in the agent's folder, no link out of it, at most 4 kB.
async fn read_key(path: &Path, folder: &Path) -> Result<String, String> {
    let wrong = || "the challenge names a file that is no key of the agent's".to_owned();
    let unreadable = |error: std::io::Error| {
        format!(
            "the agent's key cannot be read ({}); put the user of this process into the group himds",
            error.kind()
        )
    };
    if path.extension().is_none_or(|extension| extension != "key") || path.parent() != Some(folder)
    {
        return Err(wrong());
    }
    let kind = tokio::fs::symlink_metadata(path)
        .await
        .map_err(unreadable)?;
    if !kind.is_file() || kind.len() > LARGEST_KEY {
        return Err(wrong());
    }
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let mut key = String::new();
    // The limit holds even if the file grows meanwhile.
    let read = file.take(LARGEST_KEY + 1).read_to_string(&mut key).await;
    read.map_err(unreadable)?;
    let key = key.trim_end();
    if key.is_empty() || key.len() as u64 > LARGEST_KEY || key.contains(char::is_control) {
        return Err(wrong());
    }
    Ok(key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn challenge(text: &str) -> HeaderMap {
        let value = HeaderValue::from_str(text).unwrap();
        HeaderMap::from_iter([(WWW_AUTHENTICATE, value)])
    }

    #[tokio::test]
    async fn an_arc_key_is_read_from_the_agents_folder_only() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("good.key"), "the key\n").unwrap();
        std::fs::write(at("largest.key"), "x".repeat(4_096)).unwrap();
        std::fs::write(at("large.key"), "x".repeat(4_097)).unwrap();
        std::fs::write(at("empty.key"), "\n").unwrap();
        std::fs::write(at("header.key"), "the key\r\nX-Evil: 1").unwrap();
        std::fs::write(at("other.txt"), "x").unwrap();
        std::fs::create_dir(at("folder.key")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", at("link.key")).unwrap();
        let answered = async |path: &Path| {
            let headers = challenge(&format!("Basic realm={}", path.display()));
            answer(&headers, folder.path()).await
        };
        assert_eq!(answered(&at("good.key")).await.unwrap(), "Basic the key");
        assert!(answered(&at("largest.key")).await.is_ok());
        for name in [
            "large.key",
            "empty.key",
            "header.key",
            "other.txt",
            "folder.key",
            "link.key",
            "x/../good.key",
        ] {
            let refused = answered(&at(name)).await.unwrap_err();
            assert!(
                refused.contains("no key of the agent's"),
                "{name}: {refused}"
            );
        }
        assert!(answered(Path::new("/etc/x.key")).await.is_err());
        let absent = answered(&at("absent.key")).await.unwrap_err();
        assert!(absent.contains("himds"), "{absent}");
    }

    #[tokio::test]
    async fn a_challenge_without_a_key_file_is_told() {
        let folder = Path::new(KEYS);
        for headers in [
            HeaderMap::new(),
            challenge("Bearer realm=\"x\""),
            challenge("Basic"),
        ] {
            let refused = answer(&headers, folder).await.unwrap_err();
            assert_eq!(refused, "the challenge names no key file");
        }
    }
}
