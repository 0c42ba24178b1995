//! What an upstream is told about the caller, and how values are written into headers.
//!
//! A value is percent-encoded UTF-8 (RFC 3986 §2.1): every byte that is not printable ASCII, the percent sign and, in
//! lists, the comma. So no claim ends a header, and no group becomes two.

use std::fmt::Write as _;

use crate::domain::identity::{Groups, Identity};
use crate::domain::profile::{Profile, ProfileId};

/// Bytes that the values of all identity headers may have together: with their names they fit into one page of a
/// proxy's buffer (4 kB, nginx).
const LONGEST: usize = 3_000;

/// Says that lists were left out because they are too long.
pub const TRUNCATED: &str = "x-auth-truncated";

/// The headers about a caller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentityHeaders {
    /// Names and values that are set.
    pub set: Vec<(&'static str, String)>,
    /// Names that have no value for this caller. A client's own copies of these must go, too.
    pub absent: Vec<&'static str>,
}

/// The headers for a caller; for nobody all of them are absent. Roles and groups that would not fit are left out whole, and
/// `x-auth-truncated` names them.
pub fn identity_headers(profile: &Profile, identity: Option<&Identity>) -> IdentityHeaders {
    told(&profile.id, profile.allow.flows_verify_emails, identity)
}

fn told(
    profile: &ProfileId,
    flows_verify_emails: bool,
    identity: Option<&Identity>,
) -> IdentityHeaders {
    let mut headers = IdentityHeaders::default();
    let groups = match identity.map(Identity::groups) {
        Some(Groups::Known(groups)) => groups,
        Some(Groups::Unknown) | None => Vec::new(),
    };
    let roles = identity.map(Identity::roles).unwrap_or_default();
    let tenant = identity.and_then(Identity::tenant);
    let single = [
        (
            "x-auth-subject",
            identity.map(|person| person.person().to_string()),
        ),
        (
            "x-auth-name",
            identity.map(|person| person.name().to_owned()),
        ),
        (
            "x-auth-email",
            identity.and_then(|person| person.verified_email(flows_verify_emails)),
        ),
        ("x-auth-tenant", tenant.map(|tenant| tenant.to_string())),
        ("x-auth-profile", identity.map(|_| profile.to_string())),
    ];
    let mut length = 0;
    for (name, value) in single {
        let value = value.map(|value| encoded(&value, false));
        length += value.as_ref().map_or(0, String::len);
        headers.add(name, value);
    }
    let mut left_out = Vec::new();
    for (name, list) in [("x-auth-roles", roles), ("x-auth-groups", groups)] {
        let items: Vec<String> = list.iter().map(|item| encoded(item, true)).collect();
        let value = Some(items.join(",")).filter(|value| !value.is_empty());
        let added = value.as_ref().map_or(0, String::len);
        if length + added > LONGEST {
            left_out.push(name);
            headers.add(name, None);
        } else {
            length += added;
            headers.add(name, value);
        }
    }
    let truncated = Some(left_out.join(",")).filter(|names| !names.is_empty());
    headers.add(TRUNCATED, truncated);
    // No assertion is made yet, so a client's own one is always forged.
    headers.add("x-auth-assertion", None);
    headers
}

impl IdentityHeaders {
    fn add(&mut self, name: &'static str, value: Option<String>) {
        match value {
            Some(value) => self.set.push((name, value)),
            None => self.absent.push(name),
        }
    }
}

/// A value as it stands in a header.
fn encoded(value: &str, in_list: bool) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        let plain = (b' '..=b'~').contains(&byte) && byte != b'%' && !(in_list && byte == b',');
        if plain {
            text.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::identity::PersonBy;

    fn identity(claims: serde_json::Value) -> Identity {
        let serde_json::Value::Object(mut claims) = claims else {
            unreachable!("an object")
        };
        claims.insert("iss".into(), "https://issuer.example".into());
        claims.insert("sub".into(), "s".into());
        Identity::from_claims(&claims, PersonBy::Subject).unwrap()
    }

    fn headers(claims: serde_json::Value) -> IdentityHeaders {
        let profile = ProfileId::parse("staff").unwrap();
        told(&profile, false, Some(&identity(claims)))
    }

    fn value<'a>(headers: &'a IdentityHeaders, name: &str) -> Option<&'a str> {
        let found = headers.set.iter().find(|(set, _)| *set == name);
        found.map(|(_, value)| value.as_str())
    }

    // proves: C38, C39, C40
    #[test]
    fn no_claim_ends_a_header_and_no_group_becomes_two() {
        let headers = headers(json!({
            "name": "Zoë\r\nX-Auth-Roles: Admin",
            "groups": ["a,b", "CN=Admins,OU=x", "100%"],
        }));
        assert_eq!(
            value(&headers, "x-auth-name"),
            Some("Zo%C3%AB%0D%0AX-Auth-Roles: Admin")
        );
        assert_eq!(
            value(&headers, "x-auth-groups"),
            Some("a%2Cb,CN=Admins%2COU=x,100%25")
        );
    }

    // proves: C33
    #[test]
    fn a_claim_that_is_missing_is_a_header_that_must_go() {
        let profile = ProfileId::parse("staff").unwrap();
        let nobody = told(&profile, false, None);
        assert!(nobody.set.is_empty());
        for name in crate::proxy::header_names::IDENTITY {
            assert!(nobody.absent.contains(&name), "{name}");
        }
        let headers = headers(json!({"email": "ada@contoso.example"}));
        assert!(
            headers.absent.contains(&"x-auth-email"),
            "an address that nobody verified is no address"
        );
    }

    // proves: C41
    #[test]
    fn groups_that_do_not_fit_are_left_out_whole_and_named() {
        let groups: Vec<String> = (0..200).map(|at| format!("{at:040}")).collect();
        let headers = headers(json!({"roles": ["Admin"], "groups": groups}));
        assert_eq!(value(&headers, "x-auth-roles"), Some("Admin"));
        assert_eq!(value(&headers, "x-auth-groups"), None);
        assert_eq!(value(&headers, TRUNCATED), Some("x-auth-groups"));
    }
}
