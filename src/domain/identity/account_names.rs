//! The names by which people and their helpdesk know an account.

use serde_json::Value;

use crate::domain::identity::verified::Identity;

/// Claims that name an account.
const CLAIMS: [&str; 4] = ["preferred_username", "upn", "unique_name", "email"];
/// Bytes of a name (RFC 5321 §4.5.3.1: 64 + 1 + 255); a longer text names no account.
const LONGEST: usize = 320;

impl Identity {
    /// The account's names in lower case, each once: user principal name and e-mail address as the claims have them. They
    /// find sessions and decide nothing.
    pub fn account_names(&self) -> Vec<String> {
        let claims = self.claims();
        let mut names: Vec<String> = Vec::new();
        for claim in CLAIMS {
            let text = claims.get(claim).and_then(Value::as_str).map(folded);
            if let Some(name) = text.filter(|name| !name.is_empty() && name.len() <= LONGEST)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }
}

/// An account's name as it is compared.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
