//! What an upstream is told about the caller, and how values are written into headers.
//!
//! A value is percent-encoded UTF-8 (RFC 3986 §2.1): every byte that is not printable ASCII, the percent sign and, in
//! lists, the comma. So no claim ends a header, and no group becomes two.

use std::fmt::Write as _;

use serde_json::Value;

use crate::domain::identity::{Claims, Identity};
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::route::Route;

/// Bytes that the identity headers may have together, with their names. They fit into one page of a proxy's buffer
/// (4 kB, nginx) together with the other headers of a check.
const LONGEST: usize = 3_300;

/// Bytes that one value may have. A longer name or claim is no identity.
const LONGEST_VALUE: usize = 512;

/// Says which headers were left out because they are too long.
pub const TRUNCATED: &str = "x-auth-truncated";

/// The headers about a caller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentityHeaders {
    /// Names and values that are set: ours in lower case, those of the route as the profile writes them.
    pub set: Vec<(String, String)>,
    /// Names that have no value for this caller. A client's own copies of these must go, too.
    pub absent: Vec<String>,
    length: usize,
    left_out: Vec<String>,
}

/// The headers for a caller; for nobody all of them are absent. What would not fit is left out whole, groups first, and `x-auth-truncated` names it.
pub fn identity_headers(
    profile: &Profile,
    route: &Route,
    identity: Option<&Identity>,
) -> IdentityHeaders {
    let told = identity.map(|identity| Person {
        identity,
        profile: &profile.id,
        email: identity.verified_email(profile.allow.flows_verify_emails),
        claims: identity.claims(),
    });
    told_headers(&route.identity_headers, told.as_ref())
}

/// What is known about the caller.
struct Person<'a> {
    identity: &'a Identity,
    profile: &'a ProfileId,
    /// An address that somebody vouches for.
    email: Option<String>,
    claims: Claims,
}

fn told_headers(configured: &[(String, String)], person: Option<&Person<'_>>) -> IdentityHeaders {
    let mut headers = IdentityHeaders::default();
    let of = |value: fn(&Person<'_>) -> Option<String>| person.and_then(value);
    let fixed = [
        (
            "x-auth-subject",
            of(|it| Some(it.identity.person().to_string())),
        ),
        ("x-auth-name", of(|it| Some(it.identity.name().to_owned()))),
        ("x-auth-email", of(|it| it.email.clone())),
        (
            "x-auth-tenant",
            of(|it| Some(it.identity.tenant()?.to_string())),
        ),
        ("x-auth-profile", of(|it| Some(it.profile.to_string()))),
    ];
    for (name, value) in fixed {
        headers.add(name, value.map(|value| HeaderText::single(&value)));
    }
    let of_claim = |claim: &str| person.and_then(|it| it.header_text(claim));
    let (lists, single): (Vec<_>, Vec<_>) = configured
        .iter()
        .map(|(name, claim)| (name.as_str(), of_claim(claim)))
        .partition(|(_, value)| value.as_ref().is_some_and(|value| value.is_list));
    let roles = ("x-auth-roles", of_claim("roles"));
    let groups = ("x-auth-groups", of_claim("groups"));
    for (name, value) in single
        .into_iter()
        .chain([roles])
        .chain(lists)
        .chain([groups])
    {
        headers.add(name, value);
    }
    let truncated = Some(headers.left_out.join(",")).filter(|names| !names.is_empty());
    headers.add(
        TRUNCATED,
        truncated.map(|names| HeaderText {
            text: names,
            is_list: true,
        }),
    );
    // No assertion is made yet, so a client's own one is always forged.
    headers.add("x-auth-assertion", None);
    headers
}

impl Person<'_> {
    /// A claim for a header; `None` if it is missing, empty, or no text, number, truth value or list of such.
    fn header_text(&self, claim: &str) -> Option<HeaderText> {
        if claim == "email" {
            return self.email.as_deref().map(HeaderText::single);
        }
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            _ => None,
        };
        let value = match self.claims.get(claim)? {
            Value::Array(items) => HeaderText::list(items.iter().filter_map(text)),
            // A provider that sends one role or group sends no list.
            one if matches!(claim, "roles" | "groups") => HeaderText::list(text(one).into_iter()),
            one => HeaderText::single(&text(one)?),
        };
        Some(value).filter(|value| !value.text.is_empty())
    }
}

/// An encoded value.
struct HeaderText {
    text: String,
    is_list: bool,
}

impl HeaderText {
    fn single(value: &str) -> Self {
        let text = encoded(value, false);
        Self {
            text,
            is_list: false,
        }
    }

    fn list(items: impl Iterator<Item = String>) -> Self {
        let items: Vec<String> = items.map(|item| encoded(&item, true)).collect();
        let text = items.join(",");
        Self {
            text,
            is_list: true,
        }
    }
}

impl IdentityHeaders {
    fn add(&mut self, name: &str, value: Option<HeaderText>) {
        let Some(HeaderText { text, is_list }) = value else {
            self.absent.push(name.to_owned());
            return;
        };
        // A colon, a space and the end of the line.
        let length = self.length + name.len() + text.len() + 4;
        if length > LONGEST || (!is_list && text.len() > LONGEST_VALUE) {
            self.left_out.push(name.to_owned());
            self.absent.push(name.to_owned());
            return;
        }
        self.length = length;
        self.set.push((name.to_owned(), text));
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

    fn headers_with(configured: &[(&str, &str)], claims: serde_json::Value) -> IdentityHeaders {
        let profile = ProfileId::parse("staff").unwrap();
        let identity = identity(claims);
        let configured: Vec<_> = configured
            .iter()
            .map(|&(name, claim)| (name.to_owned(), claim.to_owned()))
            .collect();
        let person = Person {
            identity: &identity,
            profile: &profile,
            email: identity.verified_email(false),
            claims: identity.claims(),
        };
        told_headers(&configured, Some(&person))
    }

    fn headers(claims: serde_json::Value) -> IdentityHeaders {
        headers_with(&[], claims)
    }

    fn value<'a>(headers: &'a IdentityHeaders, name: &str) -> Option<&'a str> {
        let found = headers.set.iter().find(|(set, _)| *set == name);
        found.map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_route_sends_claims_under_names_of_its_own() {
        let wanted = [
            ("Remote-User", "email"),
            ("Remote-Groups", "groups"),
            ("X-Level", "level"),
            ("X-Address", "address"),
            ("X-Nobody", "nobody"),
        ];
        let claims = json!({
            "email": "zoë@contoso.example", "xms_edov": true, "groups": ["a,b", "c"], "level": 7,
            "address": {"street": "x"},
        });
        let headers = headers_with(&wanted, claims);
        assert_eq!(
            value(&headers, "Remote-User"),
            Some("zo%C3%AB@contoso.example")
        );
        assert_eq!(value(&headers, "Remote-Groups"), Some("a%2Cb,c"));
        assert_eq!(value(&headers, "X-Level"), Some("7"));
        for name in ["X-Address", "X-Nobody"] {
            assert!(headers.absent.contains(&name.to_owned()), "{name}");
        }
        let forged = headers_with(&wanted, json!({"email": "admin@contoso.example"}));
        assert!(
            forged.absent.contains(&"Remote-User".to_owned()),
            "an address that nobody verified is no address"
        );
    }

    #[test]
    fn a_name_that_fills_the_buffer_of_a_proxy_is_left_out() {
        let headers = headers(json!({"name": "x".repeat(10_000), "roles": ["Admin"]}));
        assert_eq!(value(&headers, "x-auth-name"), None);
        assert_eq!(value(&headers, "x-auth-roles"), Some("Admin"));
        assert_eq!(value(&headers, TRUNCATED), Some("x-auth-name"));
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
        let nobody = told_headers(&[("Remote-User".to_owned(), "email".to_owned())], None);
        assert!(nobody.set.is_empty());
        for name in crate::proxy::header_names::IDENTITY
            .into_iter()
            .chain(["Remote-User"])
        {
            assert!(nobody.absent.contains(&name.to_owned()), "{name}");
        }
        let headers = headers(json!({"email": "ada@contoso.example"}));
        assert!(
            headers.absent.contains(&"x-auth-email".to_owned()),
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
