//! The people of each tenant as they are when the simulator starts, and their identifiers.

use std::sync::Arc;

use aws_lc_rs::digest;
use serde_json::Value;

use crate::directory::tenants::{CONTOSO, FABRIKAM, PERSONAL_ACCOUNTS, Tenant, Tenants};
use crate::encoding::Members;

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub id: String,
    pub name: String,
    pub given_name: String,
    pub family_name: String,
    pub mail: String,
    /// What the picker says about this person.
    pub note: String,
    pub roles: Vec<String>,
    pub groups: Vec<String>,
    /// The issuer of the home directory, when it is not this one (a guest).
    pub home: Option<Arc<Tenant>>,
    /// Nothing is consented in advance by an administrator.
    pub must_consent: bool,
    /// Graph answers this person with a claims challenge.
    pub challenged: bool,
    /// Further claims of ID tokens.
    pub claims: Members,
    /// How often this person's grants were revoked; tokens of an earlier count are dead.
    pub revocations: u32,
}

impl Person {
    pub(crate) fn new(id: &str, name: &str, domain: &str, note: &str) -> Self {
        let (given_name, family_name) = name.split_once(' ').unwrap_or((name, ""));
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            mail: format!("{id}@{domain}"),
            note: note.to_owned(),
            roles: Vec::new(),
            groups: Vec::new(),
            home: None,
            must_consent: false,
            challenged: false,
            claims: Members::new(),
            revocations: 0,
        }
    }

    /// Somebody who has just signed up.
    pub(crate) fn signed_up(id: &str, mail: &str, given_name: &str, family_name: &str) -> Self {
        let name = format!("{given_name} {family_name}").trim().to_owned();
        let mut person = Self::new(id, &name, "", "signed up here");
        mail.clone_into(&mut person.mail);
        given_name.clone_into(&mut person.given_name);
        family_name.clone_into(&mut person.family_name);
        person
    }

    /// A claim of OIDC Core §5.1, or of the roles and groups beside them.
    pub(crate) fn standard_claim(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" => self.name.clone().into(),
            "given_name" => self.given_name.clone().into(),
            "family_name" => self.family_name.clone().into(),
            "preferred_username" | "email" => self.mail.clone().into(),
            "email_verified" => true.into(),
            "roles" => self.roles.clone().into(),
            "groups" => self.groups.clone().into(),
            _ => return None,
        })
    }

    /// `oid`: the same for every application, different in every directory.
    pub(crate) fn object_id(&self, tenant: &Tenant) -> String {
        let mut id = stable_guid(&format!("{}|{}", tenant.id, self.id));
        if tenant.id == PERSONAL_ACCOUNTS {
            // Recorded shape of personal accounts: the first half is zero.
            id.replace_range(..18, "00000000-0000-0000");
        }
        id
    }
}

/// A GUID that is always the same for the same text.
pub(crate) fn stable_guid(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

fn groups(tenant: &Tenant, count: u32) -> Vec<String> {
    (1..=count)
        .map(|n| stable_guid(&format!("{}|group {n}", tenant.id)))
        .collect()
}

/// The sample people of a tenant, as they are when the simulator starts.
pub(crate) fn residents(tenant: &Tenant, tenants: &Tenants) -> Vec<Person> {
    match tenant.id.as_str() {
        FABRIKAM => vec![Person::new(
            "fred",
            "Fred Fabrikant",
            &tenant.domain,
            "of another tenant",
        )],
        PERSONAL_ACCOUNTS => {
            vec![Person::new(
                "mona",
                "Mona Lott",
                &tenant.domain,
                "personal account",
            )]
        }
        _ => sample_people(tenant, tenants),
    }
}

fn sample_people(tenant: &Tenant, tenants: &Tenants) -> Vec<Person> {
    let person = |id, name, note| Person::new(id, name, &tenant.domain, note);
    let mut people = vec![
        person("ada", "Ada Lovelace", "plain member"),
        Person {
            roles: vec!["Orders.Read".to_owned(), "Admin".to_owned()],
            groups: groups(tenant, 2),
            ..person(
                "grace",
                "Grace Hopper",
                "administrator: two roles, two groups",
            )
        },
        Person {
            groups: groups(tenant, 300),
            ..person(
                "gus",
                "Gus Gruppe",
                "300 groups: more than fit into a token",
            )
        },
        Person {
            must_consent: true,
            ..person("carla", "Carla Kundin", "must consent first")
        },
        Person {
            challenged: true,
            ..person("chad", "Chad Fordert", "gets a claims challenge")
        },
        Person {
            name: "<script>alert(1)</script>".to_owned(),
            given_name: "\"><img src=x onerror=alert(1)>".to_owned(),
            family_name: "'; DROP TABLE sessions; --".to_owned(),
            ..person("mallory", "Mallory", "hostile display name")
        },
    ];
    if let Some(home) = tenants.by_id(FABRIKAM).filter(|_| tenant.id == CONTOSO) {
        people.push(Person {
            home: Some(Arc::clone(home)),
            mail: format!("guest@{}", home.domain),
            ..person("guest", "Gerda Gast", "guest of Fabrikam's")
        });
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_another_object_id_in_every_directory() {
        let ada = Person::new("ada", "Ada Lovelace", "x.example", "");
        let tenants = Tenants::built_in();
        let object_id = |tenant| ada.object_id(tenants.by_id(tenant).unwrap());
        assert_ne!(object_id(CONTOSO), object_id(FABRIKAM));
        assert_eq!(object_id(CONTOSO), object_id(CONTOSO));
        assert!(object_id(PERSONAL_ACCOUNTS).starts_with("00000000-0000-0000-"));
    }

    #[test]
    fn three_hundred_groups_are_three_hundred_different_ones() {
        let tenants = Tenants::built_in();
        let mut all = groups(tenants.by_id(CONTOSO).unwrap(), 300);
        all.dedup();
        assert_eq!(all.len(), 300);
    }
}
