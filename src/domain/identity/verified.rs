//! `Identity`: the verified person of a session, and the claims that pages may show.

use std::fmt::{self, Write as _};
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::domain::identity::claims::{
    Claims, OF_ONE_TOKEN, address_of, bounded, is_shown, name_of, texts,
};
use crate::domain::identity::judged::{self, JudgedClaims};
use crate::domain::identity::subject_key::{PersonBy, SubjectKey};
use crate::domain::issuer::TenantGuid;

/// The groups of a person, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// All of them.
    Known(Vec<String>),
    /// The token left the groups out for size, and they are not read from elsewhere (yet).
    Unknown,
}

/// A verified person; clones share the text. Claims are kept as compact JSON in one allocation, because a hundred thousand
/// of these live in memory. The claims that pages may show stand apart, because each session check copies them.
#[derive(Clone)]
pub struct Identity {
    /// In one piece: the person's key, the name, the claims that may be shown, the other claims. Each kind of claims is a
    /// JSON object.
    text: Arc<str>,
    name_at: u32,
    shown_at: u32,
    others_at: u32,
    /// Read when a rule first asks; a profile without rules never does.
    judged: OnceLock<Arc<JudgedClaims>>,
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        let cuts = |one: &Self| (one.name_at, one.shown_at, one.others_at);
        self.text == other.text && cuts(self) == cuts(other)
    }
}

impl Eq for Identity {}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("person", &self.person())
            .field("claims", &"[redacted]")
            .finish()
    }
}

impl Identity {
    /// Takes verified claims; of more than 64 kB the largest are left out. `None` if they name no person, see `SubjectKey::of_claims`.
    pub fn from_claims(claims: &Claims, by: PersonBy<'_>) -> Option<Self> {
        let subject = SubjectKey::of_claims(claims, by)?;
        Some(Self::ordered(&subject, &bounded(claims)))
    }

    /// The same person with other claims.
    #[must_use]
    pub fn with_claims(&self, claims: &Claims) -> Self {
        Self::ordered(&self.person(), claims)
    }

    /// An identity from the store. `claims` is the text that [`Self::claims_text`] returned.
    pub fn stored(person: &SubjectKey, claims: &str) -> Self {
        Self::ordered(person, &serde_json::from_str(claims).unwrap_or_default())
    }

    /// An identity from the store with its name and with the length of the claims that may be shown, so that nothing is
    /// parsed. `None` if the text cannot be cut at that length.
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
            judged: OnceLock::new(),
        }
    }

    fn piece(&self, from: u32, to: Option<u32>) -> &str {
        let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        let end = to.map_or(self.text.len(), at);
        self.text.get(at(from)..end).unwrap_or_default()
    }

    /// Bytes in memory, without what rules have read.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// The address of the text, which clones share: two living identities with one address are the same.
    pub fn address(&self) -> usize {
        self.text.as_ptr().addr()
    }

    /// The key of the person.
    pub fn person(&self) -> SubjectKey {
        SubjectKey::stored(self.piece(0, Some(self.name_at)))
    }

    /// The directory tenant of the person. It is read from the subject key if possible, because every request needs it.
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

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.claims()
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    /// The name of the person on pages: the claim `name`, or the best substitute; never empty.
    pub fn name(&self) -> &str {
        self.piece(self.name_at, Some(self.shown_at))
    }

    /// The `login_hint` for the authority, so that it does not ask for the account: the opaque claim `login_hint`, or an
    /// e-mail address if `by_address` is set or the claim is missing.
    pub fn sign_in_hint(&self, by_address: bool) -> Option<String> {
        let claims = self.claims();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let opaque = || text("login_hint");
        let address = || address_of(&claims).or_else(|| text("preferred_username"));
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

    /// The length in bytes of the part of [`Self::claims_text`] that may be shown, for [`Self::stored_with`].
    pub fn shown_length(&self) -> u32 {
        u32::try_from(self.shown_members().len()).unwrap_or(u32::MAX)
    }

    /// App roles. The claim is a list or a single text.
    pub fn roles(&self) -> Vec<String> {
        texts(self.claims().get("roles"))
    }

    /// Groups: known if the token contains them, unknown if the token says that it left them out.
    pub fn groups(&self) -> Groups {
        judged::groups_of(&self.claims()).map_or(Groups::Unknown, Groups::Known)
    }

    /// The claims that rules look at.
    pub fn judged(&self) -> &JudgedClaims {
        self.judged
            .get_or_init(|| Arc::new(JudgedClaims::read(&self.claims())))
    }

    /// The same person with groups that were read from Microsoft Graph.
    #[must_use]
    pub fn with_groups(&self, groups: &[String]) -> Self {
        let mut claims = self.claims();
        claims.insert("groups".to_owned(), Value::from(groups.to_vec()));
        claims.remove("hasgroups");
        self.with_claims(&claims)
    }

    /// An e-mail address that somebody vouches for. A claim `email_verified` or `xms_edov` vouches for `email`. If
    /// `flows_verify`, the profile vouches for its user flows: for `email`, else for the first of `emails`. A claim that
    /// says no always wins.
    pub fn verified_email(&self, flows_verify: bool) -> Option<String> {
        judged::verified_email(&self.claims(), flows_verify).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests;
