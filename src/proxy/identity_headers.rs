//! What an upstream is told about the caller, and how values are written into headers.
//!
//! A value is percent-encoded UTF-8 (RFC 3986 §2.1): every byte that is not printable ASCII, the percent sign and, in
//! lists, the comma. So no claim ends a header, and no group becomes two.

use std::fmt::Write as _;

use serde_json::Value;

use crate::domain::identity::{Claims, Groups, Identity};
use crate::domain::profile::ProfileId;
use crate::proxy::assertion::{Addressee, Signer};
use crate::proxy::easyauth;

/// Bytes that the identity headers may have together, with their names. They fit into one page of a proxy's buffer
/// (4 kB, nginx) together with the other headers of a check.
const LONGEST: usize = 3_300;

/// Bytes that one value may have. A longer name or claim is no identity.
const LONGEST_VALUE: usize = 512;

/// The signed statement about the caller.
pub const ASSERTION: &str = "x-auth-assertion";

/// Says which headers were left out because they are too long, or because nobody knows them.
pub const TRUNCATED: &str = "x-auth-truncated";

/// The headers about a caller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentityHeaders {
    /// Names and values that are set: ours in lower case, those of the route as the profile writes them.
    pub set: Vec<(String, String)>,
    /// Names that have no value for this caller. A client's own copies of these must go, too.
    pub absent: Vec<String>,
    /// Bytes of what is set.
    length: usize,
    /// Bytes that the assertion needs.
    reserved: usize,
    left_out: Vec<String>,
}

/// The headers for a caller; for nobody all of them are absent. What would not fit is left out whole, groups first, and
/// `x-auth-truncated` names it. The assertion names what it lacks itself. No `signer` makes no assertion.
pub fn identity_headers(
    to: Addressee<'_>,
    identity: Option<&Identity>,
    signer: Option<&Signer<'_>>,
) -> IdentityHeaders {
    let mut headers = IdentityHeaders::default();
    let person = identity.map(|identity| Person::new(to, identity));
    headers.add_fixed(person.as_ref());
    let of_claim = |claim: &str| person.as_ref().and_then(|it| it.header_text(claim));
    let (lists, single): (Vec<_>, Vec<_>) = to
        .route
        .identity_headers
        .iter()
        .map(|(name, claim)| (name.as_str(), of_claim(claim)))
        .partition(|(_, value)| value.as_ref().is_some_and(|value| value.is_list));
    for (name, value) in single {
        headers.add(name, value);
    }
    let mut draft = person
        .as_ref()
        .zip(signer)
        .map(|(person, signer)| UnsignedAssertion {
            signer,
            claims: person.assertion_claims(signer.base_claims(to)),
            left_out: Vec::new(),
        });
    headers.reserve(draft.as_ref());
    headers.add("x-auth-roles", of_claim("roles"));
    headers.extend(&mut draft, person.as_ref(), "roles");
    for (name, value) in lists {
        headers.add(name, value);
    }
    headers.add("x-auth-groups", of_claim("groups"));
    headers.extend(&mut draft, person.as_ref(), "groups");
    if person.is_some_and(|person| person.identity.groups() == Groups::Unknown) {
        headers.left_out.push("x-auth-groups".to_owned());
    }
    headers.finish(draft);
    let wanted = identity.filter(|_| to.route.easyauth.principal);
    headers.add_principal(wanted, to.profile);
    if !to.route.easyauth.tokens {
        headers.absent.extend(easyauth::TOKENS.map(str::to_owned));
    }
    headers
}

/// What is known about the caller.
struct Person<'a> {
    identity: &'a Identity,
    profile: &'a ProfileId,
    /// An address that somebody vouches for.
    email: Option<String>,
    claims: Claims,
}

/// An assertion that is not signed yet.
struct UnsignedAssertion<'a> {
    signer: &'a Signer<'a>,
    claims: Claims,
    left_out: Vec<&'static str>,
}

impl<'a> Person<'a> {
    fn new(to: Addressee<'a>, identity: &'a Identity) -> Self {
        Self {
            identity,
            profile: to.profile,
            email: identity.verified_email(to.flows_verify_emails),
            claims: identity.claims(),
        }
    }

    /// The claims about the person, without lists.
    fn assertion_claims(&self, mut claims: Claims) -> Claims {
        let own = |name: &str| self.claims.get(name).and_then(Value::as_str);
        let told = [
            ("sub", Some(self.identity.person().to_string())),
            ("name", Some(self.identity.name().to_owned())),
            ("email", self.email.clone()),
            (
                "tid",
                self.identity.tenant().map(|tenant| tenant.to_string()),
            ),
            ("oid", own("oid").map(str::to_owned)),
            (
                "preferred_username",
                own("preferred_username").map(str::to_owned),
            ),
        ];
        for (name, value) in told {
            if let Some(value) = value.filter(|value| value.len() <= LONGEST_VALUE) {
                claims.insert(name.to_owned(), value.into());
            }
        }
        claims
    }
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
    fn add_fixed(&mut self, person: Option<&Person<'_>>) {
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
            self.add(name, value.map(|value| HeaderText::single(&value)));
        }
    }

    fn add(&mut self, name: &str, value: Option<HeaderText>) {
        let Some(HeaderText { text, is_list }) = value else {
            self.absent.push(name.to_owned());
            return;
        };
        let length = self.length + line_length(name, text.len());
        if length + self.reserved > LONGEST || (!is_list && text.len() > LONGEST_VALUE) {
            self.left_out.push(name.to_owned());
            self.absent.push(name.to_owned());
            return;
        }
        self.length = length;
        self.set.push((name.to_owned(), text));
    }

    /// Keeps room for the assertion as it is drafted.
    fn reserve(&mut self, draft: Option<&UnsignedAssertion<'_>>) {
        let length = |draft: &UnsignedAssertion<'_>| {
            line_length(ASSERTION, draft.signer.length(&draft.claims))
        };
        self.reserved = draft.map_or(0, length);
    }

    /// Adds a list to the assertion if there is room.
    fn extend(
        &mut self,
        draft: &mut Option<UnsignedAssertion<'_>>,
        person: Option<&Person<'_>>,
        claim: &'static str,
    ) {
        let (Some(draft), Some(person)) = (draft, person) else {
            return;
        };
        let list = match claim {
            "roles" => person.identity.roles(),
            _ => match person.identity.groups() {
                Groups::Known(groups) => groups,
                Groups::Unknown => return draft.left_out.push(claim),
            },
        };
        if list.is_empty() {
            return;
        }
        draft.claims.insert(claim.to_owned(), list.into());
        let length = line_length(ASSERTION, draft.signer.length(&draft.claims));
        if self.length + length > LONGEST {
            draft.claims.remove(claim);
            draft.left_out.push(claim);
        } else {
            self.reserved = length;
        }
    }

    /// The headers of App Service have a size of their own, because only applications that move from there want them.
    fn add_principal(&mut self, identity: Option<&Identity>, profile: &ProfileId) {
        let values = identity.map(|identity| easyauth::principal(identity, profile));
        let values = values.unwrap_or_default();
        for (name, value) in easyauth::PRINCIPAL.into_iter().zip(values) {
            match value {
                Some(value) => self.set.push((name.to_owned(), encoded(&value, false))),
                None => self.absent.push(name.to_owned()),
            }
        }
    }

    fn finish(&mut self, draft: Option<UnsignedAssertion<'_>>) {
        let assertion = draft.and_then(|mut draft| {
            if !draft.left_out.is_empty() {
                let left_out = draft.left_out.into();
                draft.claims.insert("truncated".to_owned(), left_out);
            }
            draft.signer.sign(draft.claims)
        });
        let own = |text| HeaderText {
            text,
            is_list: true,
        };
        let truncated = Some(self.left_out.join(",")).filter(|names| !names.is_empty());
        // What follows has its room already.
        (self.length, self.reserved) = (0, 0);
        self.add(TRUNCATED, truncated.map(own));
        self.add(ASSERTION, assertion.map(own));
    }
}

/// Bytes of a header line: with a colon, a space and the end of the line.
fn line_length(name: &str, value: usize) -> usize {
    name.len() + value + 4
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
mod tests;
