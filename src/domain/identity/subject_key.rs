//! The key of a subject.

use std::fmt;

use serde_json::Value;

use crate::domain::identity::claims::Claims;
use crate::domain::identity::identifier::is_identifier;
use crate::domain::issuer::TenantGuid;

/// The key of a person: `tid` and `oid` at Microsoft directories, `iss` and `sub` elsewhere (OIDC Core §5.7). It never
/// contains an e-mail address or a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SubjectKey(String);

impl SubjectKey {
    /// The key of verified claims. `by_object` makes `tid` and `oid` the key if both claims are there. `None` if `iss` or
    /// `sub` is missing.
    pub(super) fn of_claims(claims: &Claims, by_object: bool) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let (iss, sub) = (text("iss")?, text("sub")?);
        let object = text("oid")
            .filter(|oid| is_identifier(oid, 255))
            .zip(text("tid").and_then(TenantGuid::canonical))
            .filter(|_| by_object);
        Some(Self(match object {
            Some((oid, tid)) => format!("{tid}/{oid}"),
            None => format!("{iss}#{sub}"),
        }))
    }

    /// A key from the store.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
