//! People, tenants and sessions of a running simulator.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{PersonSettings, TenantSettings};
use crate::directory::{Person, Product, Tenant, residents};
use crate::kind::Kind;
use crate::platform::core::Platform;
use crate::state::pairwise;

/// Somebody who is signed in at an authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The login host, without port.
    pub host: String,
    /// GUID of the directory tenant.
    pub tenant: String,
    /// Id of the person, such as `ada`.
    pub person: String,
    /// Session id, as ID tokens and logout notices have it.
    pub sid: String,
    /// Applications that were signed in to.
    pub clients: Vec<String>,
}

impl Platform {
    /// Changes a person, or adds one who is in none of the tenants that are meant.
    pub(crate) fn put_person(&self, settings: &PersonSettings) -> Result<(), String> {
        if self.change_person(settings)? {
            return Ok(());
        }
        let tenants = self.tenants_meant(settings)?;
        let mut state = self.state();
        for tenant in tenants {
            let mut person = Person::new(&settings.id, &settings.id, &tenant.domain, "configured");
            settings.apply(&mut person);
            state.add_person(&tenant, person);
        }
        Ok(())
    }

    /// Changes a person wherever they are; `false` if they are nowhere.
    pub(crate) fn change_person(&self, settings: &PersonSettings) -> Result<bool, String> {
        let tenants = self.tenants_meant(settings)?;
        let mut state = self.state();
        let mut found = false;
        for tenant in tenants {
            state.change_person(&tenant, &settings.id, |person| {
                settings.apply(person);
                found = true;
            });
        }
        Ok(found)
    }

    fn tenants_meant(&self, settings: &PersonSettings) -> Result<Vec<Arc<Tenant>>, String> {
        let Some(name) = &settings.tenant else {
            return Ok(self.tenants().iter().cloned().collect());
        };
        let tenants = self.tenants().meant(name);
        if tenants.is_empty() {
            return Err(format!("person {}: there is no tenant {name}", settings.id));
        }
        Ok(tenants)
    }

    /// Adds a tenant, or replaces the one of the same id, with its people.
    pub(crate) fn put_tenant(&self, settings: &TenantSettings) -> Result<(), String> {
        let tenant = settings.tenant()?;
        self.tenants.put_first(tenant);
        let tenants = self.tenants();
        let Some(tenant) = tenants.by_id(&settings.id) else {
            return Ok(());
        };
        let mut state = self.state();
        state.clear_people(tenant);
        if settings.sample_people {
            for person in residents(tenant, &tenants) {
                state.add_person(tenant, person);
            }
        }
        Ok(())
    }

    pub(crate) fn signed_in(&self) -> Vec<SignedIn> {
        let state = self.state();
        let one = |(host, account): (&str, &crate::state::Account)| SignedIn {
            host: host.to_owned(),
            tenant: account.tenant.id.clone(),
            person: account.person.clone(),
            sid: account.sid.clone(),
            clients: account.clients.clone(),
        };
        state.signed_in().map(one).collect()
    }

    pub(crate) fn tenants_of(&self, kind: Kind) -> Vec<Arc<Tenant>> {
        self.tenants().of(Product::of(kind))
    }

    /// `sub` of a person for an application, if the person exists.
    pub(crate) fn subject(
        &self,
        kind: Kind,
        tenant: &Tenant,
        person: &str,
        client_id: &str,
    ) -> Option<String> {
        let state = self.state();
        state
            .person(tenant, person)
            .map(|person| pairwise(kind, tenant, person, client_id))
    }

    /// Changes a person in every directory that has one of this id.
    pub(crate) fn change_everywhere(&self, id: &str, change: impl Fn(&mut Person)) {
        let mut state = self.state();
        for tenant in self.tenants().iter() {
            state.change_person(tenant, id, &change);
        }
    }

    pub(crate) fn revoke(&self, person: &str) {
        self.change_everywhere(person, |person| person.revocations += 1);
    }
}
