//! Secrets of the settings: files that hold them, and lists of keys. No message repeats a secret.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::SecretString;

use crate::config::text_file::read_text;

/// Bytes; neither a list of keys nor a bundle of certificates is larger.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The text of a file without a byte order mark, or why it cannot be used, in words that follow the key.
///
/// # Errors
/// Why, without anything of the content.
pub fn read_secret(path: &Path) -> Result<String, String> {
    let text = read_text(path, LARGEST)
        .map_err(|fault| format!("the file {:?} {fault}", path.display()))?;
    if text.trim().is_empty() {
        return Err(format!("the file {:?} is empty", path.display()));
    }
    Ok(text)
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

    // proves: B90
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
