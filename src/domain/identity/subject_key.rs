//! The key of a subject.

use std::fmt;

use serde_json::Value;

use crate::domain::identity::claims::Claims;
use crate::domain::identity::identifier::is_identifier;
use crate::domain::issuer::TenantGuid;

/// What a B2C policy writes into `sub` of every person when it is told not to issue a subject.
const PLACEHOLDER: &str = "Not supported currently. Use oid claim.";

/// The `sub` of verified claims, if it names one person: not the text that B2C policies write for everybody.
pub fn subject_of(claims: &Claims) -> Option<&str> {
    text(claims, "sub").filter(|sub| *sub != PLACEHOLDER)
}

/// The `oid` of verified claims.
pub fn object_of(claims: &Claims) -> Option<&str> {
    text(claims, "oid").filter(|oid| is_identifier(oid, 255))
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// Which claims identify a person at an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonBy<'a> {
    /// `iss` and `sub` (OIDC Core §5.7).
    Subject,
    /// `oid`, in the tenant of the claim `tid`. Without both, `iss` and `sub`.
    Object,
    /// `oid`, in this tenant, which is pinned. Without `oid`, `iss` and `sub`.
    ObjectIn(&'a TenantGuid),
}

/// The key of a person: tenant and `oid` at Microsoft's directories and B2C, `iss` and `sub` elsewhere (OIDC Core §5.7).
/// The key never contains an e-mail address or a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SubjectKey(String);

impl SubjectKey {
    /// The key of verified claims. `None` if the claims name no person: without `iss`, or with neither `oid` nor a `sub`
    /// that is one person's.
    pub(super) fn of_claims(claims: &Claims, by: PersonBy<'_>) -> Option<Self> {
        let iss = text(claims, "iss")?;
        let tenant = match by {
            PersonBy::Subject => None,
            PersonBy::Object => text(claims, "tid").and_then(TenantGuid::canonical),
            PersonBy::ObjectIn(tenant) => Some(tenant.clone()),
        };
        let key = match (object_of(claims).zip(tenant), subject_of(claims)) {
            (Some((oid, tenant)), _) => format!("{tenant}/{oid}"),
            (None, Some(sub)) => format!("{iss}#{sub}"),
            (None, None) => format!("{iss}#{}", object_of(claims)?),
        };
        Some(Self(key))
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TENANT: &str = "b2c0d5e4-1f3a-4b6c-8d7e-9f0a1b2c3d4e";

    fn key(claims: &Value, by: PersonBy<'_>) -> Option<String> {
        let claims = claims.as_object().unwrap();
        SubjectKey::of_claims(claims, by).map(|key| key.to_string())
    }

    #[test]
    fn people_are_told_apart_by_what_names_each_of_them() {
        let tenant = TenantGuid::canonical(TENANT).unwrap();
        let pinned = PersonBy::ObjectIn(&tenant);
        let sub = |sub: &str| json!({"iss": "i", "sub": sub});
        let with = |sub: &str, oid: &str| json!({"iss": "i", "sub": sub, "oid": oid});
        for (claims, by, expected) in [
            (sub("s"), PersonBy::Subject, Some("i#s".to_owned())),
            (with("s", "o"), PersonBy::Subject, Some("i#s".to_owned())),
            (with("s", "o"), pinned, Some(format!("{TENANT}/o"))),
            (sub("s"), pinned, Some("i#s".to_owned())),
            (with(PLACEHOLDER, "o"), pinned, Some(format!("{TENANT}/o"))),
            (
                with(PLACEHOLDER, "o"),
                PersonBy::Subject,
                Some("i#o".to_owned()),
            ),
            (
                with(PLACEHOLDER, "o"),
                PersonBy::Object,
                Some("i#o".to_owned()),
            ),
            (sub(PLACEHOLDER), pinned, None),
            (sub(PLACEHOLDER), PersonBy::Subject, None),
            (with(PLACEHOLDER, ""), pinned, None),
            (json!({"sub": "s"}), pinned, None),
        ] {
            assert_eq!(key(&claims, by), expected, "{claims}");
        }
        let both = json!({"iss": "i", "sub": "s", "oid": "o", "tid": TENANT});
        assert_eq!(key(&both, PersonBy::Object), Some(format!("{TENANT}/o")));
    }

    #[test]
    fn a_key_is_read_back_byte_for_byte() {
        let key = SubjectKey::stored("tenant/object");
        assert_eq!(key.as_str(), "tenant/object");
        assert_eq!(key.to_string(), key.as_str());
    }
}
