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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(claims: serde_json::Value) -> Vec<String> {
        let Value::Object(mut claims) = claims else {
            unreachable!("an object")
        };
        claims.insert("iss".into(), "https://i.example".into());
        claims.insert("sub".into(), "s".into());
        let by = crate::domain::identity::PersonBy::Subject;
        Identity::from_claims(&claims, by).unwrap().account_names()
    }

    #[test]
    fn an_account_has_each_of_its_names_once_in_lower_case_and_no_endless_or_empty_one() {
        let longest = "a".repeat(LONGEST);
        assert_eq!(
            names(
                serde_json::json!({"email": " Ada@Corp.Example ", "upn": "ada@corp.example",
                "unique_name": "CORP\\ada", "preferred_username": longest, "name": "Ada"})
            ),
            [longest.as_str(), "ada@corp.example", "corp\\ada"]
        );
        let none =
            serde_json::json!({"email": " ", "upn": "a".repeat(LONGEST + 1), "unique_name": 7});
        assert!(names(none).is_empty());
    }
}
