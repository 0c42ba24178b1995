//! Identity: the verified person behind a session and the claims that pages may show.

use std::fmt;

use serde_json::{Map, Value};

use super::issuer::TenantGuid;

/// Claims of an ID token, verified.
pub type Claims = Map<String, Value>;

/// Claims that say nothing to a person: the samples hide exactly these.
const HIDDEN: [&str; 5] = ["iat", "exp", "nbf", "uti", "aio"];
/// Protocol values that no page shows.
const PROTOCOL: [&str; 8] = [
    "nonce",
    "at_hash",
    "c_hash",
    "rh",
    "sid",
    "login_hint",
    "_claim_names",
    "_claim_sources",
];

/// The key of a person: `tid` and `oid` at Microsoft directories, `iss` and `sub` elsewhere (OIDC Core §5.7). Never
/// an address or a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonKey(String);

impl PersonKey {
    /// A key read back from the store.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Groups as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// All of them.
    Known(Vec<String>),
    /// Left out of the token for size and not (or not yet) read elsewhere.
    Unknown,
}

/// A verified person. Claims are kept as compact text: a hundred thousand of these live in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    person: PersonKey,
    claims: Box<str>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("person", &self.person)
            .field("claims", &"[redacted]")
            .finish()
    }
}

impl Identity {
    /// Takes verified claims. `by_object` makes `tid` and `oid` the key where both are there.
    ///
    /// `None` if `iss` or `sub` is missing, which verification has excluded.
    pub fn from_claims(claims: &Claims, by_object: bool) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let (iss, sub) = (text("iss")?, text("sub")?);
        let object = text("oid")
            .zip(text("tid").and_then(TenantGuid::canonical))
            .filter(|_| by_object);
        let person = match object {
            Some((oid, tid)) => format!("{tid}/{oid}"),
            None => format!("{iss}#{sub}"),
        };
        let claims = serde_json::to_string(claims).ok()?;
        Some(Self {
            person: PersonKey(person),
            claims: claims.into(),
        })
    }

    /// An identity read back from the store.
    pub fn stored(person: PersonKey, claims: &str) -> Self {
        Self {
            person,
            claims: claims.into(),
        }
    }

    /// The person's key.
    pub fn person(&self) -> &PersonKey {
        &self.person
    }

    /// The directory tenant that the person belongs to. Read from the key where it stands there: this is asked at
    /// each request.
    pub fn tenant(&self) -> Option<TenantGuid> {
        let of_key = self.person.as_str().split_once('/');
        of_key
            .and_then(|(tid, _)| TenantGuid::canonical(tid))
            .or_else(|| TenantGuid::canonical(&self.text("tid")?))
    }

    /// The claims as the JSON text that is sealed in the store.
    pub fn claims_text(&self) -> &str {
        &self.claims
    }

    /// The claims.
    pub fn claims(&self) -> Claims {
        serde_json::from_str(&self.claims).unwrap_or_default()
    }

    /// One claim that is text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.claims()
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    /// What a page calls the person: `name`, else the best that is there, never nothing.
    pub fn name(&self) -> String {
        let claims = self.claims();
        let text = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.trim().is_empty())
        };
        let full = || {
            text("given_name")
                .zip(text("family_name"))
                .map(|(given, family)| format!("{given} {family}"))
        };
        let first_of_emails = || {
            claims
                .get("emails")
                .and_then(|emails| emails.get(0))
                .and_then(Value::as_str)
        };
        text("name")
            .map(str::to_owned)
            .or_else(full)
            .or_else(|| {
                text("preferred_username")
                    .or_else(|| text("email"))
                    .or_else(first_of_emails)
                    .map(str::to_owned)
            })
            .or_else(|| text("sub").map(str::to_owned))
            .unwrap_or_else(|| "somebody".to_owned())
    }

    /// What to hint to the authority, so that it does not ask who it is: the opaque `login_hint` claim, or an address
    /// where that reads better (`by_address`) or nothing else is there.
    pub fn sign_in_hint(&self, by_address: bool) -> Option<String> {
        let claims = self.claims();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let of_emails = || claims.get("emails")?.get(0)?.as_str();
        let opaque = || text("login_hint");
        let address = || {
            text("email")
                .or_else(of_emails)
                .or_else(|| text("preferred_username"))
        };
        let hint = if by_address {
            address().or_else(opaque)
        } else {
            opaque().or_else(address)
        };
        hint.filter(|hint| !hint.trim().is_empty())
            .map(str::to_owned)
    }

    /// Claims for pages and scripts: nothing of the protocol, nothing that the samples hide.
    pub fn displayed_claims(&self) -> Vec<(String, Value)> {
        let hidden = |name: &str| HIDDEN.contains(&name) || PROTOCOL.contains(&name);
        self.claims()
            .into_iter()
            .filter(|(name, _)| !hidden(name))
            .collect()
    }

    /// App roles: a list, or a single text.
    pub fn roles(&self) -> Vec<String> {
        texts(self.claims().get("roles"))
    }

    /// Groups: known if the token holds them, unknown if it says that it left them out (microsoft-identity 2.2).
    pub fn groups(&self) -> Groups {
        let claims = self.claims();
        if let Some(groups) = claims.get("groups") {
            return Groups::Known(texts(Some(groups)));
        }
        let named_elsewhere = claims
            .get("_claim_names")
            .is_some_and(|names| names.get("groups").is_some());
        let left_out = claims.get("hasgroups").is_some_and(truthy);
        if named_elsewhere || left_out {
            Groups::Unknown
        } else {
            Groups::Known(Vec::new())
        }
    }

    /// The same person with groups that were read elsewhere.
    #[must_use]
    pub fn with_groups(&self, groups: &[String]) -> Self {
        let mut claims = self.claims();
        claims.insert("groups".to_owned(), Value::from(groups.to_vec()));
        claims.remove("hasgroups");
        Self {
            person: self.person.clone(),
            claims: Value::Object(claims).to_string().into(),
        }
    }

    /// An address that the authority vouches for: `email` with `email_verified` or `xms_edov`, or B2C's `emails`.
    pub fn verified_email(&self) -> Option<String> {
        let claims = self.claims();
        let vouched = ["email_verified", "xms_edov"]
            .iter()
            .any(|name| claims.get(*name).is_some_and(truthy));
        let email = claims
            .get("email")
            .and_then(Value::as_str)
            .filter(|_| vouched);
        let of_b2c = || {
            claims
                .get("tfp")
                .or_else(|| claims.get("acr"))
                .and(claims.get("emails")?.get(0))
                .and_then(Value::as_str)
        };
        email.or_else(of_b2c).map(str::to_owned)
    }
}

/// True as providers write it: `true`, `1`, `"1"`, `"true"`.
fn truthy(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}
