//! The shared value itself: construction, reset, clock, randomness, certificate authority, shapes and settings.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use rustls::ServerConfig;

use crate::calls::Calls;
use crate::clients::Client;
use crate::directory::{SharedTenants, Tenants};
use crate::encoding::base64url;
use crate::failure::Trace;
use crate::faults::Faults;
use crate::kind::Kind;
use crate::names::Names;
use crate::options::{Lifetimes, Options};
use crate::platform::built_in::built_in;
use crate::shapes::Shapes;
use crate::state::State;
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
    pub(super) tenants: SharedTenants,
    pub(super) settings: RwLock<Lifetimes>,
    pub keys: Keys,
    pub faults: Faults,
    pub calls: Calls,
    pub pages: Pages,
    /// Seconds by which the clock was moved.
    pub clock_offset: AtomicI64,
    pub(super) clients: RwLock<HashMap<String, Client>>,
    pub(super) shapes: RwLock<Shapes>,
    pub(super) state: Mutex<State>,
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
        let tenants = configured_tenants(&options)?;
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
            tenants: SharedTenants::new(tenants),
            settings: RwLock::new(Lifetimes::from(&options)),
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
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Lifetimes::from(options);
        self.tenants.replace(configured_tenants(options)?);
        let tenants = self.tenants();
        let mut state = State::new(&tenants);
        for settings in options
            .tenants
            .iter()
            .filter(|settings| !settings.sample_people)
        {
            if let Some(tenant) = tenants.by_id(&settings.id) {
                state.clear_people(tenant);
            }
        }
        *self.state() = state;
        for person in &options.people {
            self.put_person(person)?;
        }
        Ok(())
    }

    /// The tenants as they are now.
    pub(crate) fn tenants(&self) -> Arc<Tenants> {
        self.tenants.current()
    }

    pub(crate) fn settings(&self) -> Lifetimes {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn change_settings(&self, settings: Lifetimes) {
        *self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = settings;
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
            .unwrap_or_else(|| self.settings().access_token_lifetime)
    }

    pub(crate) fn change_shapes(&self, change: impl FnOnce(&mut Shapes)) {
        change(&mut self.shapes.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Platform {
    /// The names under `.localhost`.
    pub(crate) fn local_names(&self) -> Names {
        Names::local(self.port)
    }
}

/// The built-in tenants, and those of the options before them.
fn configured_tenants(options: &Options) -> Result<Tenants, String> {
    let mut tenants = Tenants::built_in();
    for settings in options.tenants.iter().rev() {
        tenants.put_first(settings.tenant()?);
    }
    Ok(tenants)
}
