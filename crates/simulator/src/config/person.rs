//! A person of one's own, or a change of one who exists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::directory::Person;

/// A person. What is absent stays as it is, or takes a default for a new person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PersonSettings {
    /// Short name, such as ada.
    pub id: String,
    /// GUID or name of the tenant. Default: every tenant that has this person; for a new person, every tenant.
    pub tenant: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// User name and mail address. Default: {id}@{domain of the tenant}.
    pub mail: Option<String>,
    /// App roles.
    pub roles: Option<Vec<String>>,
    /// Object ids of groups.
    pub groups: Option<Vec<String>>,
    /// Further claims of ID tokens; they win over the usual ones.
    pub claims: Option<Map<String, Value>>,
    /// Nothing is consented in advance by an administrator.
    pub must_consent: Option<bool>,
    /// Graph answers this person with a claims challenge.
    pub challenged: Option<bool>,
}

impl PersonSettings {
    /// Changes what is given.
    pub(crate) fn apply(&self, person: &mut Person) {
        fn set<T: Clone>(to: &mut T, from: Option<&T>) {
            if let Some(value) = from {
                to.clone_from(value);
            }
        }
        if let Some(name) = &self.name {
            person.name.clone_from(name);
            let (given, family) = name.split_once(' ').unwrap_or((name, ""));
            given.clone_into(&mut person.given_name);
            family.clone_into(&mut person.family_name);
        }
        set(&mut person.given_name, self.given_name.as_ref());
        set(&mut person.family_name, self.family_name.as_ref());
        set(&mut person.mail, self.mail.as_ref());
        set(&mut person.roles, self.roles.as_ref());
        set(&mut person.groups, self.groups.as_ref());
        set(&mut person.claims, self.claims.as_ref());
        set(&mut person.must_consent, self.must_consent.as_ref());
        set(&mut person.challenged, self.challenged.as_ref());
    }
}
