//! Identity: the verified person behind a session and the claims that pages may show.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::issuer::TenantGuid;

/// Claims of an ID token, verified.
pub type Claims = Map<String, Value>;

/// Protocol values that later steps need and no page shows.
const PROTOCOL: [&str; 5] = [
    "nonce",
    "sid",
    "login_hint",
    "_claim_names",
    "_claim_sources",
];
/// Values of one token that nobody asks for again once it is verified; some are long. The samples hide the first five.
const OF_ONE_TOKEN: [&str; 8] = ["iat", "exp", "nbf", "uti", "aio", "at_hash", "c_hash", "rh"];

/// The key of a person: `tid` and `oid` at Microsoft directories, `iss` and `sub` elsewhere (OIDC Core §5.7). Never
/// an address or a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SubjectKey(String);

impl SubjectKey {
    /// A key read back from the store.
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

/// Groups as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// All of them.
    Known(Vec<String>),
    /// Left out of the token for size and not (or not yet) read elsewhere.
    Unknown,
}

/// A verified person; clones share the text. Claims are kept as compact JSON in one allocation, because a hundred thousand
/// of these live in memory. The claims that pages may show stand apart, because each session check copies them.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// In one piece: the person's key, the name, the claims that may be shown, the other claims. Each kind of claims is a
    /// JSON object.
    text: Arc<str>,
    name_at: u32,
    shown_at: u32,
    others_at: u32,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("person", &self.person())
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
        Some(Self::ordered(&SubjectKey(person), claims))
    }

    /// An identity read back from the store: its claims are text that [`Self::claims_text`] gave.
    pub fn stored(person: &SubjectKey, claims: &str) -> Self {
        Self::ordered(person, &serde_json::from_str(claims).unwrap_or_default())
    }

    /// The same when the store knows the name, too, and how much of the text may be shown: nothing is parsed.
    /// `None` if the text cannot be cut there.
    pub fn stored_with(person: &SubjectKey, name: &str, claims: &str, shown: u32) -> Option<Self> {
        let end = usize::try_from(shown).ok().filter(|end| *end > 0)?;
        let members = claims.strip_suffix('}')?;
        let (shown, others) = members.split_at_checked(end)?;
        let others = others.strip_prefix(',').unwrap_or(others);
        Some(Self::joined(person, name, shown, others))
    }

    fn ordered(person: &SubjectKey, claims: &Claims) -> Self {
        let (mut shown, mut others) = (String::from("{"), String::new());
        for (name, value) in claims {
            let members = if is_shown(name) {
                &mut shown
            } else if !OF_ONE_TOKEN.contains(&name.as_str()) {
                &mut others
            } else {
                continue;
            };
            if !matches!(members.as_str(), "" | "{") {
                members.push(',');
            }
            let _ = write!(members, "{}:{value}", Value::from(name.as_str()));
        }
        Self::joined(person, &name_of(claims), &shown, &others)
    }

    /// One allocation instead of four. `shown` lacks its closing brace, `others` both braces. No token is longer than 4 GiB.
    fn joined(person: &SubjectKey, name: &str, shown: &str, others: &str) -> Self {
        let at = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let name_at = person.as_str().len();
        let shown_at = name_at + name.len();
        let others_at = shown_at + shown.len() + 1;
        Self {
            text: [person.as_str(), name, shown, "}{", others, "}"]
                .concat()
                .into(),
            name_at: at(name_at),
            shown_at: at(shown_at),
            others_at: at(others_at),
        }
    }

    fn piece(&self, from: u32, to: Option<u32>) -> &str {
        let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        let end = to.map_or(self.text.len(), at);
        self.text.get(at(from)..end).unwrap_or_default()
    }

    /// The person's key.
    pub fn person(&self) -> SubjectKey {
        SubjectKey::stored(self.piece(0, Some(self.name_at)))
    }

    /// The directory tenant that the person belongs to. Read from the key where it stands there: this is asked at
    /// each request.
    pub fn tenant(&self) -> Option<TenantGuid> {
        let person = self.piece(0, Some(self.name_at));
        person
            .split_once('/')
            .and_then(|(tid, _)| TenantGuid::canonical(tid))
            .or_else(|| TenantGuid::canonical(&self.text("tid")?))
    }

    /// The claims as one JSON text, for the store to seal: first those that may be shown.
    pub fn claims_text(&self) -> String {
        let (shown, others) = (self.shown_members(), self.piece(self.others_at + 1, None));
        let comma = if shown == "{" || others == "}" {
            ""
        } else {
            ","
        };
        [shown, comma, others].concat()
    }

    /// The claims.
    pub fn claims(&self) -> Claims {
        let parse = |json| serde_json::from_str::<Claims>(json).unwrap_or_default();
        let mut claims = parse(self.shown_json());
        claims.extend(parse(self.piece(self.others_at, None)));
        claims
    }

    /// One claim that is text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.claims()
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    /// What a page calls the person: `name`, else the best that is there, never nothing.
    pub fn name(&self) -> &str {
        self.piece(self.name_at, Some(self.shown_at))
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

    /// The claims that pages may show: no protocol values, and none that the samples hide.
    pub fn displayed_claims(&self) -> Claims {
        serde_json::from_str(self.shown_json()).unwrap_or_default()
    }

    /// The claims that pages may show, as a JSON object.
    pub fn shown_json(&self) -> &str {
        self.piece(self.shown_at, Some(self.others_at))
    }

    /// The same without the closing brace.
    fn shown_members(&self) -> &str {
        let shown = self.shown_json();
        shown.strip_suffix('}').unwrap_or(shown)
    }

    /// How much of [`Self::claims_text`] may be shown, in bytes: what the store gives back to [`Self::stored_with`].
    pub fn shown_length(&self) -> u32 {
        u32::try_from(self.shown_members().len()).unwrap_or(u32::MAX)
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
        Self::ordered(&self.person(), &claims)
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

fn is_shown(name: &str) -> bool {
    !PROTOCOL.contains(&name) && !OF_ONE_TOKEN.contains(&name)
}

fn name_of(claims: &Claims) -> String {
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
    let first_of_emails = || claims.get("emails")?.get(0)?.as_str();
    let address = || {
        text("preferred_username")
            .or_else(|| text("email"))
            .or_else(first_of_emails)
    };
    text("name")
        .map(str::to_owned)
        .or_else(full)
        .or_else(|| address().or_else(|| text("sub")).map(str::to_owned))
        .unwrap_or_else(|| "somebody".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn identity(claims: Value) -> Identity {
        let Value::Object(claims) = claims else {
            unreachable!("an object")
        };
        Identity::from_claims(&claims, false).unwrap()
    }

    #[test]
    fn what_pages_show_is_cut_from_the_text_and_holds_nothing_of_the_protocol() {
        let ada = identity(json!({
            "nonce": "n", "iss": "https://i.example", "sub": "s", "aio": "long", "name": "Ada \"L\" 🦊",
            "sid": "1", "iat": 1, "uti": "u", "roles": ["a", "b"],
        }));
        let shown: Value = serde_json::from_str(ada.shown_json()).unwrap();
        let expected = json!({"iss": "https://i.example", "sub": "s", "name": "Ada \"L\" 🦊", "roles": ["a", "b"]});
        assert_eq!(shown, expected);
        assert_eq!(Value::from(ada.displayed_claims()), expected);
        assert_eq!(
            ada.text("nonce").as_deref(),
            Some("n"),
            "later steps need it"
        );
        assert_eq!(ada.text("aio"), None, "nobody needs it again");
    }

    #[test]
    fn a_person_read_back_is_the_same_whether_the_store_knew_the_cut_or_not() {
        for claims in [
            json!({"iss": "https://i.example", "sub": "s", "name": "é", "nonce": "n"}),
            json!({"iss": "https://i.example", "sub": "s"}),
        ] {
            let one = identity(claims);
            let (text, shown) = (one.claims_text(), one.shown_length());
            let cut = Identity::stored_with(&one.person(), one.name(), &text, shown).unwrap();
            assert_eq!(cut, one);
            assert_eq!(cut.claims_text(), text);
            assert_eq!(Identity::stored(&one.person(), &text), one);
        }
    }

    #[test]
    fn a_cut_outside_of_the_text_or_inside_a_letter_is_refused() {
        let (person, claims) = (SubjectKey::stored("p"), "{\"name\":\"é\"}");
        let letter = u32::try_from(claims.find('é').unwrap()).unwrap();
        let length = u32::try_from(claims.len()).unwrap();
        let cut = |end| Identity::stored_with(&person, "é", claims, end);
        assert!(cut(length - 1).is_some());
        for end in [0, letter + 1, length, length + 1, u32::MAX] {
            assert_eq!(cut(end), None, "{end}");
        }
    }
}
