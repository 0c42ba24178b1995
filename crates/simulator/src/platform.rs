//! The simulated platform: settings, clients, keys, faults, calls and state behind one shared value.
//!
//! Owns locks and the access to time and randomness. Holds no protocol rules.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use rustls::ServerConfig;
use serde::{Deserialize, Serialize};

use crate::calls::Calls;
use crate::clients::{CLIENT_SECRET, Client, Credential, Registered};
use crate::config::PersonSettings;
use crate::directory::{Person, Product, Tenant, Tenants};
use crate::encoding::base64url;
use crate::failure::Trace;
use crate::faults::Faults;
use crate::kind::Kind;
use crate::names::Names;
use crate::options::Options;
use crate::scopes::{Catalog, ExposedApi, GRAPH_AUDIENCE, ORDERS_AUDIENCE, ORDERS_AUDIENCE_B2C};
use crate::shapes::Shapes;
use crate::state::{State, pairwise};
use crate::templates::Pages;
use crate::tls::authority::CertificateAuthority;
use crate::tls::error::AuthorityError;
use crate::tokens::keys::Keys;

pub(crate) struct Platform {
    pub options: Options,
    /// Where the simulator reaches itself.
    pub address: SocketAddr,
    /// The port that was really bound.
    pub port: u16,
    pub tenants: Tenants,
    pub keys: Keys,
    pub faults: Faults,
    pub calls: Calls,
    pub pages: Pages,
    /// Seconds by which the clock was moved.
    pub clock_offset: AtomicI64,
    clients: RwLock<HashMap<String, Client>>,
    shapes: RwLock<Shapes>,
    state: Mutex<State>,
    tls: OnceLock<Tls>,
}

/// The certificate authority and what is made from it.
struct Tls {
    authority: Arc<CertificateAuthority>,
    config: Arc<ServerConfig>,
}

impl Platform {
    /// # Errors
    /// What is wrong with the tenants, applications or people of the options.
    pub(crate) fn new(options: Options, address: SocketAddr, pages: Pages) -> Result<Self, String> {
        let mut tenants = Tenants::built_in();
        for settings in options.tenants.iter().rev() {
            tenants.put_first(settings.tenant()?);
        }
        let platform = Self {
            port: address.port(),
            address,
            tls: OnceLock::new(),
            keys: Keys::default(),
            faults: Faults::default(),
            calls: Calls::new(options.remembered_calls),
            pages,
            clock_offset: AtomicI64::new(0),
            clients: RwLock::default(),
            shapes: RwLock::default(),
            state: Mutex::new(State::new(&tenants)),
            tenants,
            options,
        };
        platform.reset()?;
        Ok(platform)
    }

    /// Everything as it was at the start: people, sessions, codes, tokens, applications, shapes, faults, calls and the clock. Keys
    /// stay.
    pub(crate) fn reset(&self) -> Result<(), String> {
        let options = &self.options;
        let mut clients: HashMap<_, _> = Kind::ALL
            .into_iter()
            .map(|kind| (kind.client_id().to_owned(), built_in(kind, options)))
            .collect();
        let further = options.clients.iter();
        clients.extend(further.map(|client| (client.id.clone(), client.clone())));
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = clients;
        *self.shapes.write().unwrap_or_else(PoisonError::into_inner) = options.shapes.clone();
        self.clock_offset.store(0, Ordering::SeqCst);
        self.faults.clear();
        self.calls.forget();
        let mut state = State::new(&self.tenants);
        for settings in options
            .tenants
            .iter()
            .filter(|settings| !settings.sample_people)
        {
            if let Some(tenant) = self.tenants.by_id(&settings.id) {
                state.clear_people(tenant);
            }
        }
        *self.state() = state;
        for person in &options.people {
            self.put_person(person)?;
        }
        Ok(())
    }

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
            return Ok(self.tenants.iter().cloned().collect());
        };
        let tenants = self.tenants.meant(name);
        if tenants.is_empty() {
            return Err(format!("person {}: there is no tenant {name}", settings.id));
        }
        Ok(tenants)
    }

    fn tls(&self) -> Result<&Tls, AuthorityError> {
        if let Some(known) = self.tls.get() {
            return Ok(known);
        }
        let folder = self.options.ca.as_deref();
        let authority = Arc::new(CertificateAuthority::open(folder, &self.tenants)?);
        let config = authority.server_config()?;
        Ok(self.tls.get_or_init(|| Tls { authority, config }))
    }

    /// TLS settings for the simulated hosts. The certificate authority is made when it is first needed.
    pub(crate) fn tls_config(&self) -> Result<Arc<ServerConfig>, AuthorityError> {
        self.tls().map(|tls| Arc::clone(&tls.config))
    }

    /// PEM of the certificate authority.
    pub(crate) fn ca_pem(&self) -> Result<&str, AuthorityError> {
        self.tls().map(|tls| tls.authority.pem())
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        (self.options.clock)() + self.clock_offset.load(Ordering::SeqCst)
    }

    /// 32 random bytes as base64url.
    pub(crate) fn handle(&self) -> String {
        base64url(&self.random_bytes())
    }

    /// 32 random bytes.
    pub(crate) fn random_bytes(&self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        (self.options.random)(&mut bytes);
        bytes
    }

    pub(crate) fn guid(&self) -> String {
        let mut bytes = [0_u8; 16];
        (self.options.random)(&mut bytes);
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    pub(crate) fn trace(&self) -> Trace {
        Trace::new(self.guid(), self.guid(), self.now())
    }

    // A panic under a lock is a defect of the simulator; the next test shall still get an answer.

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shapes(&self) -> Shapes {
        self.shapes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Seconds until an access token that is issued now expires.
    pub(crate) fn access_token_lifetime(&self) -> i64 {
        let shapes = self.shapes.read().unwrap_or_else(PoisonError::into_inner);
        shapes
            .access_token_lifetime
            .unwrap_or(self.options.access_token_lifetime)
    }

    pub(crate) fn change_shapes(&self, change: impl FnOnce(&mut Shapes)) {
        change(&mut self.shapes.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The application of this id, if it is registered at this kind.
    pub(crate) fn client(&self, kind: Kind, id: &str) -> Option<Client> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients
            .get(id)
            .filter(|client| client.kind.is_none_or(|at| at == kind))
            .cloned()
    }

    /// Every registered application, by id.
    pub(crate) fn all_clients(&self) -> Vec<Client> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = clients.values().cloned().collect();
        all.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        all
    }

    /// The APIs that an application can ask for, beside the fixed ones.
    pub(crate) fn catalog(&self, kind: Kind, client_id: &str) -> Catalog {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        let here = |client: &&Client| client.kind.is_none_or(|at| at == kind);
        let exposed = clients.values().filter(here).flat_map(|client| {
            client.apis().map(|uri| ExposedApi {
                client_id: client.id.clone(),
                uri,
                scopes: client.scopes.clone(),
            })
        });
        Catalog {
            kind,
            client_id: client_id.to_owned(),
            exposed: exposed.collect(),
        }
    }

    pub(crate) fn register(&self, client: Client) {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.insert(client.id.clone(), client);
    }

    pub(crate) fn change_client(&self, id: &str, change: impl FnOnce(&mut Client)) {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get_mut(id) {
            change(client);
        }
    }
}

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
        self.tenants.of(Product::of(kind))
    }

    /// The names under `.localhost`.
    pub(crate) fn local_names(&self) -> Names {
        Names::local(self.port)
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
        for tenant in self.tenants.iter() {
            state.change_person(tenant, id, &change);
        }
    }

    pub(crate) fn revoke(&self, person: &str) {
        self.change_everywhere(person, |person| person.revocations += 1);
    }
}

fn built_in(kind: Kind, options: &Options) -> Client {
    let of_kind = |urls: &[(Kind, String)]| {
        urls.iter()
            .filter(|(of, _)| *of == kind)
            .map(|(_, url)| url.clone())
            .collect()
    };
    Client {
        id: kind.client_id().to_owned(),
        kind: Some(kind),
        credential: Credential::Secrets(vec![CLIENT_SECRET.to_owned()]),
        redirect_uris: options.redirect_uris.clone(),
        post_logout_redirect_uris: options.post_logout_redirect_uris.clone(),
        front_channel_logout: of_kind(&options.front_channel_urls),
        back_channel_logout: of_kind(&options.back_channel_urls),
        spa_redirect_uris: Registered::default(),
        implicit: false,
        public_flows: kind.is_microsoft(),
        identifier_uris: Vec::new(),
        scopes: Vec::new(),
        own_signing_key: false,
        application_permissions: vec![
            format!("{GRAPH_AUDIENCE}/User.Read.All"),
            format!("{ORDERS_AUDIENCE}/Orders.Read.All"),
            format!("{ORDERS_AUDIENCE_B2C}/Orders.Read.All"),
        ],
    }
}
