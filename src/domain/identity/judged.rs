//! What rules ask of a person, read from the claims once: a check would otherwise parse them each time.

use serde_json::Value;

use crate::domain::identity::claims::{Claims, authenticated_at, texts, truthy};
use crate::domain::issuer::TenantGuid;

/// The claims that rules look at.
#[derive(Debug, Default)]
pub struct JudgedClaims {
    roles: JoinedTexts,
    /// `None` when the token left them out.
    groups: Option<JoinedTexts>,
    /// `acr` and `acrs`.
    contexts: JoinedTexts,
    authenticated_at: Option<f64>,
    vouched_email: Option<Box<str>>,
    flow_email: Option<Box<str>>,
    tenant: Option<TenantGuid>,
}

impl JudgedClaims {
    pub(super) fn read(claims: &Claims) -> Self {
        let tid = claims.get("tid").and_then(Value::as_str);
        let contexts = ["acr", "acrs"].map(|name| texts(claims.get(name)));
        Self {
            roles: JoinedTexts::of(&texts(claims.get("roles"))),
            groups: groups_of(claims).map(|groups| JoinedTexts::of(&groups)),
            contexts: JoinedTexts::of(&contexts.concat()),
            authenticated_at: authenticated_at(claims),
            vouched_email: verified_email(claims, false).map(Into::into),
            flow_email: verified_email(claims, true).map(Into::into),
            tenant: tid.and_then(TenantGuid::parse),
        }
    }

    /// App roles.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter()
    }

    /// Groups; `None` when the token left them out and they are not read from elsewhere (yet).
    pub fn groups(&self) -> Option<impl Iterator<Item = &str>> {
        self.groups.as_ref().map(JoinedTexts::iter)
    }

    /// The authentication contexts of the sign-in.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.contexts.iter()
    }

    /// When the person signed in at the authority, in seconds since 1970.
    pub fn authenticated_at(&self) -> Option<f64> {
        self.authenticated_at
    }

    /// The directory tenant that the claim `tid` names: at B2C what the policy says, not the tenant of the user flow. `None`
    /// without the claim, and for one that is no GUID.
    pub fn tenant(&self) -> Option<&TenantGuid> {
        self.tenant.as_ref()
    }

    /// An e-mail address that somebody vouches for, see
    /// [`Identity::verified_email`](crate::domain::identity::Identity::verified_email).
    pub fn verified_email(&self, flows_verify: bool) -> Option<&str> {
        if flows_verify {
            self.flow_email.as_deref()
        } else {
            self.vouched_email.as_deref()
        }
    }
}

/// Many texts in two allocations: a hundred thousand people are kept, some with hundreds of groups.
#[derive(Debug, Default)]
struct JoinedTexts {
    joined: Box<str>,
    /// Where each ends. No token is longer than 4 GiB.
    ends: Box<[u32]>,
}

impl JoinedTexts {
    fn of(texts: &[String]) -> Self {
        let mut end = 0_usize;
        let ends = texts.iter().map(|text| {
            end += text.len();
            u32::try_from(end).unwrap_or(u32::MAX)
        });
        Self {
            ends: ends.collect(),
            joined: texts.concat().into(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().filter_map(move |end| {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let text = self.joined.get(start..end);
            start = end;
            text
        })
    }
}

/// The groups of the claims; `None` when the token says that it left them out.
pub(super) fn groups_of(claims: &Claims) -> Option<Vec<String>> {
    if let Some(groups) = claims.get("groups") {
        return Some(texts(Some(groups)));
    }
    let named_elsewhere = claims
        .get("_claim_names")
        .is_some_and(|names| names.get("groups").is_some());
    let left_out = claims.get("hasgroups").is_some_and(truthy);
    (!named_elsewhere && !left_out).then(Vec::new)
}

pub(super) fn verified_email(claims: &Claims, flows_verify: bool) -> Option<&str> {
    let said = || {
        ["email_verified", "xms_edov"]
            .iter()
            .filter_map(|name| claims.get(*name))
    };
    if !said().all(truthy) {
        return None;
    }
    let email = claims.get("email").and_then(Value::as_str);
    let vouched = email.filter(|_| said().next().is_some());
    let of_flow = || email.or_else(|| claims.get("emails")?.get(0)?.as_str());
    vouched.or_else(|| flows_verify.then(of_flow).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were_also_empty_ones() {
        for some in [&[][..], &[""], &["a", "", "é", "b,c"], &["", ""]] {
            let some: Vec<String> = some.iter().map(|&text| text.to_owned()).collect();
            let kept = JoinedTexts::of(&some);
            assert_eq!(kept.iter().collect::<Vec<_>>(), some);
        }
    }
}
