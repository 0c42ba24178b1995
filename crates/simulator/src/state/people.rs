//! People and what they have consented to.

use crate::directory::{Person, Tenant};
use crate::encoding::sha256;
use crate::kind::Kind;
use crate::scopes::Scope;
use crate::state::tables::State;

impl State {
    pub(crate) fn people(&self, tenant: &Tenant) -> &[Person] {
        self.people.get(&tenant.id).map_or(&[], Vec::as_slice)
    }

    /// By id, or by mail address as a `login_hint` has it.
    pub(crate) fn person(&self, tenant: &Tenant, name: &str) -> Option<&Person> {
        self.people(tenant)
            .iter()
            .find(|p| p.id == name || p.mail.eq_ignore_ascii_case(name))
    }

    pub(crate) fn change_person(
        &mut self,
        tenant: &Tenant,
        id: &str,
        change: impl FnOnce(&mut Person),
    ) {
        let people = self.people.get_mut(&tenant.id);
        if let Some(person) = people.and_then(|all| all.iter_mut().find(|p| p.id == id)) {
            change(person);
        }
    }

    pub(crate) fn add_person(&mut self, tenant: &Tenant, person: Person) {
        self.people
            .entry(tenant.id.clone())
            .or_default()
            .push(person);
    }

    /// Nobody lives in this tenant any more.
    pub(crate) fn clear_people(&mut self, tenant: &Tenant) {
        self.people.remove(&tenant.id);
    }

    pub(crate) fn sign_up(
        &mut self,
        tenant: &Tenant,
        mail: &str,
        given_name: &str,
        family_name: &str,
    ) -> String {
        self.sign_ups += 1;
        let id = format!("new{}", self.sign_ups);
        let person = Person::signed_up(&id, mail, given_name, family_name);
        self.people
            .entry(tenant.id.clone())
            .or_default()
            .push(person);
        id
    }

    pub(crate) fn consented(
        &self,
        tenant: &Tenant,
        person: &str,
        client: &str,
        scope: &Scope,
    ) -> bool {
        let name = format!("{:?}/{}", scope.api, scope.name);
        self.consents.contains(&(
            tenant.id.clone(),
            person.to_owned(),
            client.to_owned(),
            name,
        ))
    }

    pub(crate) fn consent(
        &mut self,
        tenant: &Tenant,
        person: &str,
        client: &str,
        scopes: &[Scope],
    ) {
        for scope in scopes {
            let name = format!("{:?}/{}", scope.api, scope.name);
            self.consents.insert((
                tenant.id.clone(),
                person.to_owned(),
                client.to_owned(),
                name,
            ));
        }
    }
}

/// `sub`: pairwise per application, except at B2C, where it is the `oid`.
pub(crate) fn pairwise(kind: Kind, tenant: &Tenant, person: &Person, client_id: &str) -> String {
    match kind {
        Kind::B2c => person.object_id(tenant),
        _ => sha256(format!("{}|{}|{client_id}", tenant.id, person.id).as_bytes()),
    }
}
